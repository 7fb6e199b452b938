-- prolong: turns a claim into the sign of a live hold, or moves the time at which that sign vanishes.
-- KEYS  1 person key   2 counter of today
-- ARGV  1 'hold-id person'   2 life, ms   3 'count' (count the hold if its claim does not) or 'keep'
--       4 life of the counter, ms
-- Returns {OK} | {LOST}   (LOST: the key belongs to another hold or to an appointment)
-- Invariant: never replaces what another hold or an appointment has put there.
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 3) ~= ARGV[1] then
  return {'LOST'}
end
if ARGV[3] == 'count' and (not value or string.sub(value, 1, 1) == 'u') then
  redis.call('INCR', KEYS[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
redis.call('SET', KEYS[1], 'h ' .. ARGV[1], 'PX', ARGV[2])
return {'OK'}
