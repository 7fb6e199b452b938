-- withdraw: removes free seats of one group.
-- KEYS  1 epoch   2 seats   3 free seats of the group
-- ARGV  1 'live' (needs the epoch) or 'load' (during a rebuild); then the seats
-- Returns {OK, seats that are held...} | {NO_INVENTORY}
-- Invariant: a held seat never vanishes; a seat that is absent or of an ended hold is no obstacle.
if ARGV[1] == 'live' and redis.call('EXISTS', KEYS[1]) == 0 then
  return {'NO_INVENTORY'}
end
local out = {'OK'}
for i = 2, #ARGV do
  if redis.call('ZREM', KEYS[3], ARGV[i]) == 1 then
    redis.call('HDEL', KEYS[2], ARGV[i])
  else
    local value = redis.call('HGET', KEYS[2], ARGV[i])
    if value and string.sub(value, 1, 1) == 'S' then
      out[#out + 1] = ARGV[i]
    end
  end
end
return out
