-- mark: writes that the applicant has an active appointment in the group.
-- KEYS  1 person key   2 key that says that this appointment is over
-- ARGV  1 'appt:<id>'
-- Returns {OK} | {PAST}
-- Invariant: a late mark never brings back an appointment that forget has ended.
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {'PAST'}
end
redis.call('SET', KEYS[1], ARGV[1])
return {'OK'}
