-- name: CurrentWeek :one
SELECT revision, plan, reason, published_at FROM booking.weeks
WHERE consulate = @consulate AND iso_week = @iso_week ORDER BY revision DESC LIMIT 1;

-- name: InsertWeek :one
INSERT INTO booking.weeks (consulate, iso_week, revision, plan, reason, evidence, actor)
VALUES (@consulate, @iso_week, @revision, @plan, @reason, @evidence, @actor)
ON CONFLICT DO NOTHING RETURNING published_at;

-- name: SeatsOfWeek :many
SELECT id, consulate, counter, grp, pool, published_pool, state, start_at, minutes FROM booking.seats
WHERE consulate = @consulate AND iso_week = @iso_week AND state <> 'withdrawn'
ORDER BY start_at, id;

-- name: WithdrawSeats :many
UPDATE booking.seats SET state = 'withdrawn', reopen_at = NULL
WHERE id = ANY (@ids::text[]) AND state IN ('planned', 'in_draw', 'open', 'returned')
RETURNING id;

-- name: DisplaceSeats :many
UPDATE booking.seats SET state = 'displaced' WHERE id = ANY (@ids::text[]) AND state = 'booked' RETURNING id;

-- name: BringBackSeats :many
-- Withdrawn seats that somebody had once come back returned, those of the open pool each with its time to re-open (the
-- zero time: never), the others for a later draw.
UPDATE booking.seats s SET counter = i.counter, grp = i.grp, pool = i.pool, published_pool = i.pool, span = tstzrange(i.from_at, i.to_at),
    minutes = i.minutes, iso_week = @iso_week, state = 'returned',
    reopen_at = CASE WHEN i.pool = 'open' THEN NULLIF(i.reopen_at, '0001-01-01 00:00:00+00') END
FROM (SELECT unnest(@ids::text[]) AS id, unnest(@counters::text[]) AS counter, unnest(@grps::text[]) AS grp,
             unnest(@pools::text[]) AS pool, unnest(@froms::timestamptz[]) AS from_at,
             unnest(@tos::timestamptz[]) AS to_at, unnest(@minutes::int[]) AS minutes,
             unnest(@reopens::timestamptz[]) AS reopen_at) AS i
WHERE s.id = i.id AND s.consulate = @consulate AND s.state = 'withdrawn' AND s.came_back
RETURNING s.id;

-- name: AddSeats :many
-- A seat that was withdrawn comes back under its old name; one that is there in any other state is left out of
-- the answer.
INSERT INTO booking.seats (id, consulate, counter, grp, pool, published_pool, span, minutes, iso_week, state)
SELECT i.id, @consulate, i.counter, i.grp, i.pool, i.pool, tstzrange(i.from_at, i.to_at), i.minutes, @iso_week, i.state
FROM (SELECT unnest(@ids::text[]) AS id, unnest(@counters::text[]) AS counter, unnest(@grps::text[]) AS grp,
             unnest(@pools::text[]) AS pool, unnest(@froms::timestamptz[]) AS from_at,
             unnest(@tos::timestamptz[]) AS to_at, unnest(@minutes::int[]) AS minutes,
             unnest(@states::text[]) AS state) AS i
ORDER BY i.id
ON CONFLICT (id) DO UPDATE SET counter = EXCLUDED.counter, grp = EXCLUDED.grp, pool = EXCLUDED.pool,
    published_pool = EXCLUDED.published_pool, span = EXCLUDED.span, minutes = EXCLUDED.minutes, iso_week = EXCLUDED.iso_week, state = EXCLUDED.state
WHERE seats.state = 'withdrawn'
RETURNING id;

-- name: SeatsInDraws :many
-- Those of the seats that stand in the manifest of a draw that is not over.
SELECT DISTINCT ws.seat FROM booking.wave_seats ws JOIN booking.waves w ON w.id = ws.wave
WHERE ws.seat = ANY (@ids::text[]) AND w.state IN ('announced', 'closed', 'standing') ORDER BY ws.seat;

-- name: PlanOpenings :exec
-- The openings that seats of the change wait for, one for each group.
INSERT INTO booking.openings (id, consulate, grp, iso_week, opens_at)
SELECT DISTINCT i.opening, @consulate, i.grp, @iso_week, @opens_at::timestamptz
FROM (SELECT unnest(@openings::text[]) AS opening, unnest(@grps::text[]) AS grp) AS i
ON CONFLICT (id) DO NOTHING;

-- name: AwaitOpenings :exec
INSERT INTO booking.opening_seats (seat, opening)
SELECT i.seat, i.opening FROM (SELECT unnest(@seats::text[]) AS seat, unnest(@openings::text[]) AS opening) AS i
ON CONFLICT (seat) DO UPDATE SET opening = EXCLUDED.opening;
