-- settle: the ledger has booked the hold's seat; hold and seat leave.
-- KEYS  1 seats   2 holds   3 expiries   4 confirming   5 ended   6 free seats of the hold's group
-- ARGV  1 hold id   2 seat
-- Returns {OK} | {SEAT} (only the seat was here, free: the hold was lost) | {GONE}
-- Invariant: takes no seat from another hold: the ledger refuses that one when it is confirmed.
local record = redis.call('HGET', KEYS[2], ARGV[1])
if record then
  local seat = string.match(record, '^%u|%d+|%d+|%d|%d+|([^|]+)|')
  redis.call('HDEL', KEYS[2], ARGV[1])
  for i = 3, 5 do
    redis.call('ZREM', KEYS[i], ARGV[1])
  end
  redis.call('HDEL', KEYS[1], seat)
  return {'OK'}
end
if redis.call('ZREM', KEYS[6], ARGV[2]) == 1 then
  redis.call('HDEL', KEYS[1], ARGV[2])
  return {'SEAT'}
end
return {'GONE'}
