-- name: AppointmentByID :one
SELECT * FROM booking.appointments WHERE id = @id;

-- name: AppointmentByHold :one
SELECT * FROM booking.appointments WHERE hold_id = @hold;

-- name: LockAppointment :one
SELECT * FROM booking.appointments WHERE id = @id FOR UPDATE;

-- name: AppointmentsOf :many
SELECT * FROM booking.appointments WHERE person = @person ORDER BY start_at DESC, id LIMIT @max_rows;

-- name: AppointmentsAt :many
SELECT * FROM booking.appointments
WHERE consulate = @consulate AND start_at >= @from_at AND start_at < @to_at
  AND state IN ('booked', 'displaced', 'suspended')
ORDER BY start_at, id;

-- name: EndAppointments :many
-- Ends active appointments; the caller has locked them and chosen the state.
UPDATE booking.appointments
SET state = @state, ended_at = clock_timestamp(), outcome_reason = @reason::text
WHERE id = ANY (@ids::uuid[]) AND state IN ('booked', 'displaced', 'suspended')
RETURNING *;

-- name: DisplaceAppointments :many
UPDATE booking.appointments SET state = 'displaced'
WHERE seat = ANY (@seats::text[]) AND state = 'booked'
RETURNING *;

-- name: ReleaseSeatClaims :execrows
DELETE FROM booking.seat_claims WHERE appointment = ANY (@appointments::uuid[]);

-- name: ReleasePersonClaims :execrows
DELETE FROM booking.person_claims WHERE appointment = ANY (@appointments::uuid[]);

-- name: DueToLapse :many
SELECT id FROM booking.appointments
WHERE start_at < @before AND state IN ('booked', 'displaced')
ORDER BY start_at LIMIT @max_rows FOR UPDATE SKIP LOCKED;

-- name: ResetStanding :exec
INSERT INTO booking.resets (applicant, grp, at, reason) VALUES (@applicant, @grp, COALESCE(sqlc.narg('at')::timestamptz, clock_timestamp()), @reason);

-- name: PauseEntry :exec
INSERT INTO booking.pauses (applicant, grp, until, reason) VALUES (@applicant, @grp, @until, @reason);
