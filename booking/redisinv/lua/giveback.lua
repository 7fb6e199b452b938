-- giveback: frees the applicant of a claim that found no seat, or of a hold that has ended.
-- KEYS  1 person key   2 counter of today
-- ARGV  1 'hold-id person'   2 'claim' (only a claim; uncounts it) or 'hold' (claim or hold; stays counted)
-- Returns {OK} | {KEPT}
-- Invariant: never removes what another hold or an appointment has put there.
local value = redis.call('GET', KEYS[1])
if not value or string.sub(value, 3) ~= ARGV[1] then
  return {'KEPT'}
end
local kind = string.sub(value, 1, 1)
if ARGV[2] == 'claim' then
  if kind ~= 'c' then
    return {'KEPT'}
  end
  if tonumber(redis.call('GET', KEYS[2]) or '0') > 0 then
    redis.call('DECR', KEYS[2])
  end
end
redis.call('DEL', KEYS[1])
return {'OK'}
