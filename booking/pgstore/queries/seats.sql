-- name: ReturnSeat :execrows
-- From booked, escrow or displaced to returned or withdrawn, when its appointment ends.
UPDATE booking.seats AS s
SET state = CASE WHEN state = 'displaced' THEN 'withdrawn' ELSE 'returned' END,
    reopen_at = CASE WHEN state = 'displaced' THEN NULL ELSE sqlc.narg('reopen_at')::timestamptz END,
    came_back = true,
    returned_by = (SELECT array_agg(DISTINCT p.id) FROM unnest(s.returned_by || @returned_by::uuid[]) AS p(id))
WHERE s.id = @id AND s.state IN ('booked', 'escrow', 'displaced');

-- name: FinishSeats :execrows
-- The appointment's end decides the state of its seat; a displaced seat is gone for good.
UPDATE booking.seats SET state = CASE WHEN state = 'displaced' THEN 'withdrawn' ELSE @state::text END
WHERE id = ANY (@ids::text[]) AND state IN ('booked', 'displaced');

-- name: RecordEndedHolds :many
INSERT INTO booking.ended_holds (hold_id, seat, reason)
SELECT i.hold, i.seat, i.reason
FROM (SELECT unnest(@holds::text[]) AS hold, unnest(@seats::text[]) AS seat, unnest(@reasons::text[]) AS reason) AS i
ORDER BY i.hold
ON CONFLICT DO NOTHING RETURNING hold_id;

-- name: ReturnOpenSeats :many
UPDATE booking.seats s SET state = 'returned', reopen_at = NULLIF(i.reopen_at, '0001-01-01 00:00:00+00'), came_back = true,
    returned_by = (SELECT array_agg(DISTINCT p.id) FROM unnest(s.returned_by || ARRAY[i.person, i.applicant]) AS p(id))
FROM (SELECT unnest(@holds::text[]) AS hold, unnest(@seats::text[]) AS seat,
             unnest(@persons::uuid[]) AS person, unnest(@applicants::uuid[]) AS applicant,
             unnest(@reopens::timestamptz[]) AS reopen_at) AS i
WHERE s.id = i.seat AND s.state = 'open'
RETURNING i.hold::text AS hold, s.id;

-- name: MarkCameBack :exec
-- A seat that was withdrawn before the end of its hold was told: if it is ever published anew, then as returned.
UPDATE booking.seats s SET came_back = true,
    returned_by = (SELECT array_agg(DISTINCT p.id) FROM unnest(s.returned_by || ARRAY[i.person, i.applicant]) AS p(id))
FROM (SELECT unnest(@ids::text[]) AS id, unnest(@persons::uuid[]) AS person, unnest(@applicants::uuid[]) AS applicant) AS i
WHERE s.id = i.id AND s.state = 'withdrawn';

-- name: ReopenDue :many
-- The chosen rows are materialized: as a plain sub-query the planner may run it again and lock more than the limit.
WITH due AS MATERIALIZED (
    SELECT d.id FROM booking.seats d
    WHERE d.reopen_at <= @now_at AND d.start_at > @now_at AND d.pool = 'open'
    ORDER BY d.reopen_at, d.id LIMIT @max_rows FOR UPDATE SKIP LOCKED
)
UPDATE booking.seats s SET state = 'open', reopen_at = NULL
FROM due WHERE s.id = due.id AND s.state = 'returned'
RETURNING s.id, s.consulate, s.counter, s.grp, s.pool, s.published_pool, s.state, s.start_at, s.minutes;

-- name: ForgetPastReopens :execrows
-- A returned seat whose time has come and gone stays returned for ever.
WITH past AS MATERIALIZED (
    SELECT p.id FROM booking.seats p
    WHERE p.reopen_at <= @now_at AND p.start_at <= @now_at
    LIMIT @max_rows FOR UPDATE SKIP LOCKED
)
UPDATE booking.seats s SET reopen_at = NULL FROM past WHERE s.id = past.id;

-- name: OpenSeats :many
SELECT id, consulate, counter, grp, pool, published_pool, state, start_at, minutes FROM booking.seats
WHERE consulate = @consulate AND state = 'open' AND pool = 'open'
  AND start_at > COALESCE(sqlc.narg('now_at')::timestamptz, clock_timestamp())
ORDER BY start_at, id;

-- name: ActiveClaims :many
SELECT p.applicant, p.service_group, p.appointment
FROM booking.person_claims p JOIN booking.appointments a ON a.id = p.appointment
WHERE a.consulate = @consulate AND a.state IN ('booked', 'displaced', 'suspended');

-- name: SnapshotHorizon :one
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon;

-- name: SeatsLeftSince :many
SELECT DISTINCT s.id FROM booking.events e JOIN booking.seats s ON s.id = e.seat
WHERE e.xid >= (@horizon::text)::xid8 AND e.consulate = @consulate AND s.state <> 'open'
ORDER BY s.id;

-- name: NextSeats :many
SELECT start_at, pool, state, count(*)::int AS seats FROM booking.seats
WHERE consulate = @consulate AND grp = @grp AND start_at >= @from_at AND start_at <= @to_at
  AND state <> 'withdrawn'
GROUP BY start_at, pool, state ORDER BY start_at, pool, state;
