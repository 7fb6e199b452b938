-- claim: reserves one applicant in one service group for a hold that is about to be made.
-- KEYS  1 person key   2 counter of today
-- ARGV  1 hold id   2 person   3 holds a day   4 life of the claim, ms   5 life of the counter, ms
--       6 value that is known to be dead and may be replaced ('' = none)
-- Returns {CLAIMED} | {BOOKED} | {LIMIT} | {EXISTS, value}
-- Invariant: at most one claim, hold or appointment per applicant and group; only CLAIMED counts as a hold.
local value = redis.call('GET', KEYS[1])
if value and value ~= ARGV[6] then
  if string.sub(value, 1, 5) == 'appt:' then
    return {'BOOKED'}
  end
  return {'EXISTS', value}
end
local taken = tonumber(redis.call('GET', KEYS[2]) or '0')
if taken >= tonumber(ARGV[3]) then
  return {'LIMIT'}
end
redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('SET', KEYS[1], 'c ' .. ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[4])
return {'CLAIMED'}
