-- extend: moves the end of a hold to the latest one that was promised, once.
-- KEYS  1 holds   2 expiries
-- ARGV  1 now, ms   2 hold id
-- Returns {OK, record} | {NOT_FOUND} | {ENDED, record} | {EXPIRED} | {CONFIRMING} | {EXTENDED}
-- Invariant: only a running hold is extended, and never past the expiry that its document states.
local record = redis.call('HGET', KEYS[1], ARGV[2])
if not record then
  return {'NOT_FOUND'}
end
local state, expires, longest, extended, rest = string.match(record, '^(%u)|(%d+)|(%d+)|(%d)|(.*)$')
if state == 'P' then
  return {'CONFIRMING'}
end
if state ~= 'H' then
  return {'ENDED', record}
end
if tonumber(expires) <= tonumber(ARGV[1]) then
  return {'EXPIRED'}
end
if extended == '1' then
  return {'EXTENDED'}
end
record = table.concat({'H', longest, longest, '1', rest}, '|')
redis.call('HSET', KEYS[1], ARGV[2], record)
redis.call('ZADD', KEYS[2], longest, ARGV[2])
return {'OK', record}
