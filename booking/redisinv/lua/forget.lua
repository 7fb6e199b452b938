-- forget: the appointment is over; the applicant may hold again.
-- KEYS  1 person key   2 key that says that this appointment is over
-- ARGV  1 'appt:<id>'   2 how long to remember that it is over, ms
-- Returns {OK} | {KEPT}
-- Invariant: removes only the named appointment; a mark that comes later is refused.
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return {'OK'}
end
return {'KEPT'}
