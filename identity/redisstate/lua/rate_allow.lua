-- Counts one event by the generic cell rate algorithm.
-- KEYS[1] the theoretical arrival time in ms of the next event at the even rate
-- ARGV[1] now in ms, ARGV[2] count, ARGV[3] period in ms
-- Returns {'OK'} or {'LIMITED', ms to wait}.
-- Invariant: at most count + elapsed * count / period events pass; a refused one changes nothing.
local now, count, period = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local interval = period / count
local arrival = tonumber(redis.call('GET', KEYS[1]) or now)
-- A clock set back must not lock anybody out for longer than one period.
arrival = math.min(math.max(arrival, now), now + period) + interval
local wait = arrival - period - now
if wait > 0.001 then
  return {'LIMITED', string.format('%.0f', math.ceil(wait))}
end
redis.call('SET', KEYS[1], string.format('%.3f', arrival), 'PX', string.format('%.0f', math.ceil(arrival - now)))
return {'OK'}
