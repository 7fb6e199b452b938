-- hold: gives seats to a batch of requests, in their order, each with its own verdict.
-- KEYS  1 epoch   2 seats   3 holds   4 expiries   5.. free seats of the groups that the batch asks for
-- ARGV  1 now, ms; then for each request:
--       place of its group in KEYS after 4, hold id, first and last start (s), ttl (ms), extension (ms),
--       'group|service|person|applicant|nonce'
-- Returns {NO_INVENTORY} | {OK, {HELD|REPLAY|ENDED, record} | {SOLD_OUT}, ...}
-- Invariant: a seat leaves the free set and enters a hold in one step; a hold id is used once; a seat whose
-- time has come is never given.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'NO_INVENTORY'}
end
local now = tonumber(ARGV[1])
local soonest = math.floor(now / 1000) + 1
local out = {'OK'}

local function again(record)
  local state, expires = string.match(record, '^(%u)|(%d+)|')
  if state == 'P' or (state == 'H' and tonumber(expires) > now) then
    return {'REPLAY', record}
  end
  return {'ENDED', record}
end

local function take(free, id, first, last, ttl, extension, body)
  first = math.max(tonumber(first), soonest)
  local seat = redis.call('ZRANGEBYSCORE', free, first, last, 'LIMIT', 0, 1)[1]
  if not seat then
    return {'SOLD_OUT'}
  end
  redis.call('ZREM', free, seat)
  local start, minutes = string.match(redis.call('HGET', KEYS[2], seat), '^%u|[^|]*|(%d+)|(%d+)$')
  local expires = string.format('%.0f', now + tonumber(ttl))
  local longest = string.format('%.0f', now + tonumber(ttl) + tonumber(extension))
  local record = table.concat({'H', expires, longest, '0', ARGV[1], seat, start, minutes, body}, '|')
  redis.call('HSET', KEYS[3], id, record)
  redis.call('ZADD', KEYS[4], expires, id)
  return {'HELD', record}
end

for i = 2, #ARGV, 7 do
  local record = redis.call('HGET', KEYS[3], ARGV[i + 1])
  if record then
    out[#out + 1] = again(record)
  else
    local free = KEYS[4 + tonumber(ARGV[i])]
    out[#out + 1] = take(free, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6])
  end
end
return out
