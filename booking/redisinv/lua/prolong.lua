-- prolong: turns a claim into the sign of a live hold, or moves the time at which that sign vanishes.
-- KEYS  1 person key
-- ARGV  1 'hold-id person'   2 life, ms
-- Returns {OK} | {LOST}   (LOST: the key belongs to another hold or to an appointment)
-- Invariant: never replaces what another hold or an appointment has put there.
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 3) ~= ARGV[1] then
  return {'LOST'}
end
redis.call('SET', KEYS[1], 'h ' .. ARGV[1], 'PX', ARGV[2])
return {'OK'}
