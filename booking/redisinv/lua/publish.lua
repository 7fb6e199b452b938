-- publish: adds open seats of one group.
-- KEYS  1 epoch   2 seats   3 free seats of the group
-- ARGV  1 'live' (needs the epoch) or 'load' (during a rebuild)   2 group; then seat, start (s), minutes of each
-- Returns {OK, how many were added} | {NO_INVENTORY}
-- Invariant: a seat that is here already, free, held or ended, stays as it is.
if ARGV[1] == 'live' and redis.call('EXISTS', KEYS[1]) == 0 then
  return {'NO_INVENTORY'}
end
local added = 0
for i = 3, #ARGV, 3 do
  local value = table.concat({'S', ARGV[2], ARGV[i + 1], ARGV[i + 2]}, '|')
  if redis.call('HSETNX', KEYS[2], ARGV[i], value) == 1 then
    redis.call('ZADD', KEYS[3], ARGV[i + 1], ARGV[i])
    added = added + 1
  end
end
return {'OK', added}
