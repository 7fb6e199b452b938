-- Counts one try to answer a challenge and answers its text.
-- KEYS[1] the challenge (hash: doc, expires, tries)
-- ARGV[1] most tries
-- Returns {'OK', doc, expires} or {'GONE'}: never issued, expired, used, or tried too often (then it ends).
-- Invariant: a challenge is shown at most ARGV[1] times; its time to live is not touched.
local c = redis.call('HMGET', KEYS[1], 'doc', 'expires')
if not c[1] then
  return {'GONE'}
end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) > tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1])
  return {'GONE'}
end
return {'OK', c[1], c[2]}
