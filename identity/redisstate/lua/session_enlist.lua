-- Adds a session to the list of its person and drops the oldest above the bound.
-- KEYS[1] the person's sessions (sorted set: session by the time it began)
-- ARGV[1] session, ARGV[2] now in ms, ARGV[3] most sessions, ARGV[4] time to live of the list in ms
-- Returns {'OK', dropped...}.
-- Invariant: the list holds at most ARGV[3] sessions and outlives each of them.
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local reply = {'OK'}
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
if excess > 0 then
  local dropped = redis.call('ZRANGE', KEYS[1], 0, excess - 1)
  for i = 1, #dropped do
    redis.call('ZREM', KEYS[1], dropped[i])
    reply[#reply + 1] = dropped[i]
  end
end
return reply
