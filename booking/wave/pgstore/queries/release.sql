-- name: PlannedWeeks :many
-- Where there are planned seats: asked every second, by the index seats_planned_weeks alone.
SELECT s.consulate, s.grp, s.iso_week FROM booking.seats s
WHERE s.state = 'planned' AND s.pool = @pool AND s.start_at > @after::timestamptz
GROUP BY s.consulate, s.grp, s.iso_week ORDER BY s.consulate, s.grp, s.iso_week;

-- name: PlannedSeats :many
SELECT s.id, s.consulate, s.counter, s.grp, s.pool, s.state, s.start_at, s.minutes, s.iso_week, s.returned_by, COALESCE(l.win, -1)::int AS win
FROM booking.seats s
LEFT JOIN LATERAL (SELECT ws.win FROM booking.wave_seats ws JOIN booking.waves w ON w.id = ws.wave
                   WHERE ws.seat = s.id ORDER BY w.announced DESC LIMIT 1) AS l ON true
WHERE s.state = 'planned' AND s.pool = @pool AND s.start_at > @after::timestamptz
  AND (s.consulate, s.grp, s.iso_week) IN (SELECT unnest(@consulates::text[]), unnest(@grps::text[]), unnest(@iso_weeks::text[]))
ORDER BY s.consulate, s.grp, s.iso_week, s.start_at, s.counter, s.id;

-- name: ReturnedSeats :many
SELECT s.id, s.consulate, s.counter, s.grp, s.pool, s.state, s.start_at, s.minutes, s.iso_week, s.returned_by, COALESCE(l.win, -1)::int AS win
FROM booking.seats s
LEFT JOIN LATERAL (SELECT ws.win FROM booking.wave_seats ws JOIN booking.waves w ON w.id = ws.wave
                   WHERE ws.seat = s.id ORDER BY w.announced DESC LIMIT 1) AS l ON true
WHERE s.state = 'returned' AND s.reopen_at IS NULL AND s.start_at > @after::timestamptz
ORDER BY s.consulate, s.grp, s.iso_week, s.start_at, s.counter, s.id;

-- name: FamilyFacts :many
SELECT family, COALESCE(max(id) FILTER (WHERE kind = 'main'), '')::text AS main,
       (count(*) FILTER (WHERE kind = 'standby'))::int AS standbys,
       COALESCE(max(announced) FILTER (WHERE kind = 'standby'), '0001-01-01 00:00:00+00')::timestamptz AS last_standby,
       bool_or(state IN ('announced', 'closed', 'standing')) AS busy
FROM booking.waves WHERE family = ANY (@families::text[]) GROUP BY family;

-- name: FamilyWindows :many
SELECT DISTINCT ON (w.family, x.number) w.family, x.number, x.last_half, x.label, x.from_at, x.to_at, x.seats
FROM booking.wave_windows x JOIN booking.waves w ON w.id = x.wave
WHERE w.family = ANY (@families::text[]) ORDER BY w.family, x.number, w.announced;

-- name: Tails :many
-- The last wave of each chain of predecessors, of the posts and groups.
SELECT w.id, w.consulate, w.grp, (w.state IN ('announced', 'closed', 'standing'))::bool AS open
FROM booking.waves w
WHERE w.pool = @pool AND w.kind = @kind
  AND (w.consulate, w.grp) IN (SELECT unnest(@consulates::text[]), unnest(@grps::text[]))
  AND NOT EXISTS (SELECT 1 FROM booking.waves n WHERE n.consulate = w.consulate AND n.grp = w.grp AND n.pool = w.pool
                  AND n.kind = w.kind AND n.predecessor = w.id);

-- name: FlowOn :many
WITH due AS MATERIALIZED (
    SELECT d.id FROM booking.seats d
    WHERE d.state = 'planned' AND d.pool IN ('kiosk', 'today', 'draw')
      AND d.start_at > @now_at::timestamptz AND d.start_at <= @before::timestamptz
    ORDER BY d.start_at, d.id LIMIT @max_rows FOR UPDATE SKIP LOCKED
)
UPDATE booking.seats s SET state = 'returned', came_back = true
FROM due WHERE s.id = due.id AND s.state = 'planned'
RETURNING s.id, s.consulate;

-- name: Demand :one
WITH last AS (
    SELECT x.id, x.seats, row_number() OVER (ORDER BY x.closes DESC, x.id DESC) AS rn FROM booking.waves x
    WHERE x.consulate = @consulate AND x.grp = @grp AND x.kind = 'main' AND x.pool = 'draw' AND x.state IN ('drawn', 'finished')
    ORDER BY x.closes DESC, x.id DESC LIMIT 12
), took AS (
    SELECT l.rn, we.declarer, we.served, we.w FROM last l JOIN booking.wave_entries we ON we.wave = l.id
    WHERE we.reschedules IS NULL
)
SELECT (SELECT count(*) FROM last)::int AS waves,
       (SELECT COALESCE(sum(seats), 0) FROM last)::int AS seats,
       (SELECT count(*) FROM took t WHERE t.w = 1
            AND NOT EXISTS (SELECT 1 FROM took b WHERE b.rn = t.rn + 1 AND b.declarer = t.declarer))::int AS new_entrants,
       (SELECT count(*) FROM took t WHERE NOT t.served AND t.rn > 1)::int AS losers,
       (SELECT count(*) FROM took t WHERE NOT t.served AND t.rn > 1
            AND NOT EXISTS (SELECT 1 FROM took n WHERE n.rn = t.rn - 1 AND n.declarer = t.declarer))::int AS gave_up;

-- name: WaitingLosses :many
-- How many persons wait with how many losses that count.
SELECT k.losses::int AS losses, count(*)::int AS persons
FROM (SELECT m.applicant, (SELECT count(*) FROM booking.losses l WHERE l.applicant = m.applicant AND l.grp = e.grp
                             AND l.at > @since::timestamptz
                             AND l.at > COALESCE((SELECT max(r.at) FROM booking.resets r WHERE r.applicant = m.applicant AND r.grp = e.grp), '-infinity')) AS losses
      FROM booking.entries e JOIN booking.waves w ON w.id = e.wave
      JOIN booking.entry_members m ON m.wave = e.wave AND m.declarer = e.declarer AND m.rev = e.rev
      WHERE e.state = 'live' AND w.consulate = @consulate AND w.grp = @grp AND e.reschedules IS NULL) AS k
GROUP BY k.losses;
