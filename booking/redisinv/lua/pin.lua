-- pin: takes a hold out of the sweep's reach while the ledger decides. Whether it came in time is judged here.
-- KEYS  1 holds   2 expiries   3 confirming
-- ARGV  1 now, ms   2 hold id
-- Returns {OK, record} | {NOT_FOUND} | {ENDED, record} | {EXPIRED}
-- Invariant: a hold is in expiries or in confirming, never in both; pinning again changes nothing.
local record = redis.call('HGET', KEYS[1], ARGV[2])
if not record then
  return {'NOT_FOUND'}
end
local state, expires = string.match(record, '^(%u)|(%d+)|')
if state == 'P' then
  return {'OK', record}
end
if state ~= 'H' then
  return {'ENDED', record}
end
if tonumber(expires) <= tonumber(ARGV[1]) then
  return {'EXPIRED'}
end
record = 'P' .. string.sub(record, 2)
redis.call('HSET', KEYS[1], ARGV[2], record)
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[1], ARGV[2])
return {'OK', record}
