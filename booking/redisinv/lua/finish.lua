-- finish: ends a hold unconfirmed: released by its person, or refused by the ledger.
-- KEYS  1 seats   2 holds   3 expiries   4 confirming   5 ended
-- ARGV  1 now, ms   2 hold id   3 'R' (released) or 'A' (abandoned: refused by the ledger)
-- Returns {OK, record} | {NOT_FOUND} | {ENDED, record} | {CONFIRMING} | {NOT_CONFIRMING}
-- Invariant: the seat of an ended hold is not free again; it waits in ended until the ledger was told.
local record = redis.call('HGET', KEYS[2], ARGV[2])
if not record then
  return {'NOT_FOUND'}
end
local state, expires, seat = string.match(record, '^(%u)|(%d+)|%d+|%d|%d+|([^|]+)|')
local reason = ARGV[3]
if state ~= 'H' and state ~= 'P' then
  return {'ENDED', record}
end
if reason == 'R' and state == 'P' then
  return {'CONFIRMING'}
end
if reason == 'A' and state == 'H' then
  return {'NOT_CONFIRMING'}
end
if state == 'H' and tonumber(expires) <= tonumber(ARGV[1]) then
  reason = 'X'
end
record = reason .. string.sub(record, 2)
redis.call('HSET', KEYS[2], ARGV[2], record)
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('ZADD', KEYS[5], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[1], seat, 'E' .. string.sub(redis.call('HGET', KEYS[1], seat), 2))
return {'OK', record}
