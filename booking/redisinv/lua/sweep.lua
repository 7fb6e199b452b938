-- sweep: ends holds whose time is over, the oldest first.
-- KEYS  1 seats   2 holds   3 expiries   4 ended
-- ARGV  1 now, ms   2 how many at most
-- Returns {OK, hold id, record, hold id, record, ...}
-- Invariant: a confirming hold is never touched (it is not in expiries); sweeping twice changes nothing.
local out = {'OK'}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local record = redis.call('HGET', KEYS[2], id)
  local seat = string.match(record, '^%u|%d+|%d+|%d|%d+|([^|]+)|')
  record = 'X' .. string.sub(record, 2)
  redis.call('HSET', KEYS[2], id, record)
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[4], ARGV[1], id)
  redis.call('HSET', KEYS[1], seat, 'E' .. string.sub(redis.call('HGET', KEYS[1], seat), 2))
  out[#out + 1] = id
  out[#out + 1] = record
end
return out
