-- Takes the generation of a refresh token and moves the session to the next one.
-- KEYS[1] the session (hash: person, generation, staff, ends, rotated)
-- ARGV[1] generation, ARGV[2] now in ms, ARGV[3] idle time in ms, ARGV[4] grace in ms
-- Returns {'OK', person, generation, staff, ends}, {'ENDED'}, or {'REUSED', person} after ending the session.
-- Invariant: each generation moves the session once; the one before answers the same within the grace.
local s = redis.call('HMGET', KEYS[1], 'person', 'generation', 'staff', 'ends', 'rotated')
if not s[1] then
  return {'ENDED'}
end
local given, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local current, ends = tonumber(s[2]), tonumber(s[4])
if now >= ends then
  redis.call('DEL', KEYS[1])
  return {'ENDED'}
end
if given == current then
  current = current + 1
  redis.call('HSET', KEYS[1], 'generation', string.format('%.0f', current), 'rotated', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(tonumber(ARGV[3]), ends - now)))
elseif given ~= current - 1 or now - tonumber(s[5]) > tonumber(ARGV[4]) then
  redis.call('DEL', KEYS[1])
  return {'REUSED', s[1]}
end
return {'OK', s[1], string.format('%.0f', current), s[3], s[4]}
