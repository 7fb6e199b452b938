-- name: Now :one
SELECT clock_timestamp()::timestamptz AS now;

-- name: LockShared :exec
-- Arriving shares the opening, freezing and ordering take it alone.
SELECT pg_advisory_xact_lock_shared(hashtextextended('opening ' || @id::text, 0));

-- name: LockAlone :exec
SELECT pg_advisory_xact_lock(hashtextextended('opening ' || @id::text, 0));

-- name: Openings :many
-- Those that are not over, and those that ended since the instant.
SELECT * FROM booking.openings WHERE state <> 'ended' OR ended_at > @since::timestamptz ORDER BY opens_at, id LIMIT 1000;

-- name: Gathered :many
-- How many have come to openings that are not frozen.
SELECT a.opening, count(*)::int AS people FROM booking.arrivals a JOIN booking.openings o ON o.id = a.opening
WHERE o.state IN ('announced', 'gathering') GROUP BY a.opening;

-- name: Opening :one
SELECT * FROM booking.openings WHERE id = @id;

-- name: LockOpening :one
SELECT * FROM booking.openings WHERE id = @id FOR NO KEY UPDATE;

-- name: Announce :execrows
UPDATE booking.openings SET state = 'announced', lobby_from = @lobby_from, gather_until = @gather_until, per_minute = @per_minute,
    turn_s = @turn_s, chain = @chain, delay_s = @delay_s, round = @round, secret = @secret
WHERE id = @id AND state = 'planned';

-- name: Gather :execrows
UPDATE booking.openings SET state = 'gathering' WHERE id = @id AND state = 'announced';

-- name: OpenSeats :many
-- What became of a seat meanwhile by other hands stays as it is: only planned seats of the open pool open.
UPDATE booking.seats s SET state = 'open'
FROM booking.opening_seats w
WHERE w.opening = @opening AND s.id = w.seat AND s.state = 'planned' AND s.pool = 'open' AND s.start_at > @now_at::timestamptz
RETURNING s.id, s.consulate, s.counter, s.grp, s.pool, s.start_at, s.minutes;

-- name: Tickets :many
SELECT ticket FROM booking.arrivals WHERE opening = @opening AND NOT late ORDER BY ticket;

-- name: Freeze :exec
UPDATE booking.openings SET state = 'frozen', crowd = @crowd, root = @root, places = @places WHERE id = @id;

-- name: PlaceLate :execrows
-- Whoever came between the end of gathering and the freezing stands behind the crowd, in the order of coming.
UPDATE booking.arrivals a SET place = i.rank + sqlc.arg(crowd)::int
FROM (SELECT b.person, row_number() OVER (ORDER BY b.seq) AS rank FROM booking.arrivals b WHERE b.opening = sqlc.arg(opening) AND b.late) AS i
WHERE a.opening = sqlc.arg(opening) AND a.person = i.person;

-- name: PlaceCrowd :execrows
UPDATE booking.arrivals a SET place = i.place
FROM (SELECT unnest(@tickets::bytea[]) AS ticket, unnest(@places::int[]) AS place) AS i
WHERE a.opening = @opening AND a.ticket = i.ticket;

-- name: Ordered :exec
UPDATE booking.openings SET state = 'calling', signature = @signature, paced_at = @paced_at WHERE id = @id;

-- name: ActiveTurns :one
SELECT count(*)::int FROM booking.arrivals WHERE opening = @opening AND turn_until > @now_at::timestamptz AND took_at IS NULL;

-- name: CallNext :exec
UPDATE booking.arrivals SET called_at = @now_at::timestamptz, turn_until = @turn_until::timestamptz
WHERE opening = @opening AND place > @after::int AND place <= @upto::int;

-- name: Called :exec
UPDATE booking.openings SET called = @called, free = @free, paced_at = @paced_at WHERE id = @id;

-- name: End :exec
UPDATE booking.openings SET state = 'ended', ended_at = @now_at::timestamptz, free = @free WHERE id = @id AND state <> 'ended';

-- name: Arrival :one
SELECT * FROM booking.arrivals WHERE opening = @opening AND person = @person;

-- name: LockArrival :one
SELECT * FROM booking.arrivals WHERE opening = @opening AND person = @person FOR UPDATE;

-- name: Arrive :execrows
INSERT INTO booking.arrivals (opening, person, ticket, late) VALUES (@opening, @person, @ticket, @late) ON CONFLICT DO NOTHING;

-- name: NextPlace :one
UPDATE booking.openings SET places = places + 1 WHERE id = @id RETURNING places;

-- name: Stand :exec
UPDATE booking.arrivals SET place = @place::int, called_at = NULL, turn_until = NULL, took_at = NULL
WHERE opening = @opening AND person = @person;

-- name: Took :exec
UPDATE booking.arrivals SET took_at = @now_at::timestamptz
WHERE opening = @opening AND person = @person AND turn_until > @now_at::timestamptz AND took_at IS NULL;
