-- signer: counts the holds that one person takes for others, over all of them.
-- KEYS  1 the holds of today: a set of their ids
-- ARGV  1 'take' or 'give' (the hold was not made)   2 hold id   3 holds a day   4 life of the set, ms
-- Returns {OK} | {LIMIT}
-- Invariant: a hold counts once, however often it is asked for.
if ARGV[1] == 'give' then
  redis.call('SREM', KEYS[1], ARGV[2])
  return {'OK'}
end
if redis.call('SISMEMBER', KEYS[1], ARGV[2]) == 1 then
  return {'OK'}
end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return {'LIMIT'}
end
redis.call('SADD', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'OK'}
