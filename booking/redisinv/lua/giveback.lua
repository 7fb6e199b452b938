-- giveback: frees the applicant of a claim that found no seat, or of a hold that has ended.
-- KEYS  1 person key   2 counter of today
-- ARGV  1 'hold-id person'
--       2 'claim' (only a claim; it does not count), 'hold' (claim or hold; it stays counted), or 'doubt' (only a
--         claim whose seat step went unanswered: it does not count, unless a retry finds its hold)
-- Returns {OK} | {KEPT}
-- Invariant: never removes what another hold or an appointment has put there.
local value = redis.call('GET', KEYS[1])
if not value or string.sub(value, 3) ~= ARGV[1] then
  return {'KEPT'}
end
local kind = string.sub(value, 1, 1)
if ARGV[2] ~= 'hold' then
  if kind == 'h' then
    return {'KEPT'}
  end
  if kind == 'c' and tonumber(redis.call('GET', KEYS[2]) or '0') > 0 then
    redis.call('DECR', KEYS[2])
  end
end
if ARGV[2] == 'doubt' then
  redis.call('SETRANGE', KEYS[1], 0, 'u')
else
  redis.call('DEL', KEYS[1])
end
return {'OK'}
