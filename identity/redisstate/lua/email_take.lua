-- Compares an answer with the code sent by e-mail; the right one ends the code.
-- KEYS[1] the code (hash: mac, address, tries)
-- ARGV[1] MAC of the answer, ARGV[2] most tries
-- Returns {'OK', address}, {'WRONG'} or {'EXPIRED'}: no code, or its tries are spent (then it ends).
-- Invariant: at most ARGV[2] answers are compared with one code, the right one once.
local c = redis.call('HMGET', KEYS[1], 'mac', 'address')
if not c[1] then
  return {'EXPIRED'}
end
if c[1] == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return {'OK', c[2]}
end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) >= tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1])
end
return {'WRONG'}
