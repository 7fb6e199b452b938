-- clock: the time of the shard that keeps a post.
-- KEYS  1 any key of the post (routes the call)
-- ARGV  none
-- Returns {OK, seconds, microseconds}
-- Invariant: reads only.
local t = redis.call('TIME')
return {'OK', t[1], t[2]}
