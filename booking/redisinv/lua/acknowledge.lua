-- acknowledge: the ledger knows of these ended holds; they and their seats leave.
-- KEYS  1 seats   2 holds   3 ended
-- ARGV  hold ids
-- Returns {OK, how many left}
-- Invariant: only ended holds leave; a seat comes back by publish alone.
local left = 0
for i = 1, #ARGV do
  if redis.call('ZREM', KEYS[3], ARGV[i]) == 1 then
    local seat = string.match(redis.call('HGET', KEYS[2], ARGV[i]), '^%u|%d+|%d+|%d|%d+|([^|]+)|')
    redis.call('HDEL', KEYS[2], ARGV[i])
    redis.call('HDEL', KEYS[1], seat)
    left = left + 1
  end
end
return {'OK', left}
