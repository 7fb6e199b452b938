-- name: Now :one
SELECT clock_timestamp()::timestamptz AS now;

-- name: LockFamiliesShared :exec
-- Entering and leaving share the families; freezing takes one alone. The names come sorted.
SELECT pg_advisory_xact_lock_shared(hashtextextended('waves of ' || f.id, 0))
FROM (SELECT unnest(@families::text[]) AS id) AS f;

-- name: LockFamily :exec
SELECT pg_advisory_xact_lock(hashtextextended('waves of ' || @family::text, 0));

-- name: WaveByID :one
SELECT * FROM booking.waves WHERE id = @id;

-- name: LockWave :one
SELECT * FROM booking.waves WHERE id = @id FOR UPDATE;

-- name: WavesByIDs :many
SELECT * FROM booking.waves WHERE id = ANY (@ids::text[]);

-- name: ListWaves :many
SELECT * FROM booking.waves
WHERE (@consulate::text = '' OR consulate = @consulate) AND (@grp::text = '' OR grp = @grp)
  AND (@family::text = '' OR family = @family)
  AND (cardinality(@states::text[]) = 0 OR state = ANY (@states::text[]))
  AND closes < COALESCE(sqlc.narg('before')::timestamptz, 'infinity')
ORDER BY closes DESC, id LIMIT @max_rows;

-- name: WindowsOf :many
SELECT * FROM booking.wave_windows WHERE wave = ANY (@waves::text[]) ORDER BY wave, number;

-- name: OfferCounts :many
SELECT wave, state, count(*)::int AS offers FROM booking.offers WHERE wave = ANY (@waves::text[]) GROUP BY wave, state;

-- name: CountTakers :many
-- The takers of the view, counted in one pass: who gave one of the seats back is looked up first, whatever the statistics say.
WITH gone AS MATERIALIZED (
    SELECT r.wave, c.wave AS entry_wave, c.declarer
    FROM booking.wave_returners r JOIN booking.waves w ON w.id = r.wave
    JOIN booking.entry_claims c ON c.applicant = r.person AND c.service_group = w.grp
    WHERE r.wave = ANY (@waves::text[])
)
SELECT w.id AS wave, count(*)::int AS entries
FROM booking.waves w JOIN booking.entries e ON e.family = w.family AND e.state = 'live'
WHERE w.id = ANY (@waves::text[])
  AND (e.wave = w.id OR (w.kind = 'standby' AND e.windows & w.windows_mask <> 0 AND e.wave IN (
        SELECT o.id FROM booking.waves o WHERE o.state IN ('drawn', 'finished', 'cancelled'))))
  AND (w.id, e.wave, e.declarer) NOT IN (SELECT g.wave, g.entry_wave, g.declarer FROM gone g)
GROUP BY w.id;

-- name: InsertWave :execrows
INSERT INTO booking.waves (id, family, kind, parent, predecessor, consulate, grp, pool, iso_week, state, announced, opens,
                           closes, seats, windows_mask, manifest_root, round, beacon, delays, guarantee)
VALUES (@id, @family, @kind, @parent, @predecessor, @consulate, @grp, @pool, @iso_week, 'announced', @announced, @opens,
        @closes, @seats, @windows_mask, @manifest_root, @round, @beacon, @delays, @guarantee)
ON CONFLICT DO NOTHING;

-- name: InsertWindows :exec
INSERT INTO booking.wave_windows (wave, number, last_half, label, from_at, to_at, seats)
SELECT @wave, i.number, i.last_half, i.label, i.from_at, i.to_at, i.seats
FROM (SELECT unnest(@numbers::int[]) AS number, unnest(@last_halves::int[]) AS last_half, unnest(@labels::text[]) AS label,
             unnest(@froms::timestamptz[]) AS from_at, unnest(@tos::timestamptz[]) AS to_at,
             unnest(@seats::int[]) AS seats) AS i;

-- name: TakeIntoDraw :many
-- Planned or returned seats go into the draw, with who gave them back.
WITH taken AS (
    UPDATE booking.seats s SET state = 'in_draw'
    FROM (SELECT unnest(@ids::text[]) AS id, unnest(@windows::int[]) AS win) AS i
    WHERE s.id = i.id AND (s.state = 'planned' OR (s.state = 'returned' AND s.reopen_at IS NULL))
      AND s.consulate = @consulate AND s.grp = @grp AND s.iso_week = @iso_week
    RETURNING s.id, i.win, s.counter, s.start_at, s.minutes, s.returned_by
)
INSERT INTO booking.wave_seats (wave, seat, win, counter, start_at, minutes, returned_by)
SELECT @wave, id, win, counter, start_at, minutes, returned_by FROM taken
RETURNING seat;

-- name: InsertReturners :exec
INSERT INTO booking.wave_returners (wave, person)
SELECT DISTINCT s.wave, p.id FROM booking.wave_seats s, unnest(s.returned_by) AS p(id) WHERE s.wave = @wave;

-- name: InsertLeaf :exec
INSERT INTO booking.wave_leaves (seq, wave, type) VALUES (@seq, @wave, @type);

-- name: LeafWritten :one
SELECT EXISTS (SELECT 1 FROM booking.wave_leaves WHERE wave = @wave AND type = @type) AS written;

-- name: LeavesOf :many
SELECT seq, type FROM booking.wave_leaves WHERE wave = @wave ORDER BY seq;

-- name: PutFile :exec
INSERT INTO booking.wave_files (wave, name, content) VALUES (@wave, @name, @content)
ON CONFLICT (wave, name) DO NOTHING;

-- name: FilesOf :many
SELECT name, content FROM booking.wave_files WHERE wave = @wave;

-- name: FileOf :one
SELECT content FROM booking.wave_files WHERE wave = @wave AND name = @name;

-- name: DueWaves :many
SELECT id, (CASE state WHEN 'announced' THEN 'close' WHEN 'closed' THEN 'stand' WHEN 'standing' THEN 'draw' ELSE 'finish' END)::text AS step
FROM booking.waves w
WHERE (state = 'announced' AND closes <= @now_at::timestamptz) OR state = 'closed'
   OR (state = 'standing' AND to_timestamp((beacon->>'genesis')::bigint + (beacon->>'period')::bigint * (round - 1)) <= @now_at::timestamptz)
   OR (state = 'drawn' AND NOT EXISTS (SELECT 1 FROM booking.offers o WHERE o.wave = w.id AND o.state = 'open'))
ORDER BY closes, id LIMIT @max_rows;

-- name: FreezeTakers :execrows
-- The takers of the view, for one wave.
INSERT INTO booking.wave_entries (wave, entry_wave, declarer, rev, nf, w, g, windows, commitment, counts_loss, reschedules, accepted_at)
SELECT @wave::text, e.wave, e.declarer, e.rev, e.nf, e.w, CASE WHEN e.wave = @wave::text THEN e.g ELSE 0 END, e.windows,
       e.commitment, e.counts_loss, e.reschedules, e.accepted_at
FROM booking.entries e
WHERE e.family = @family AND e.state = 'live'
  AND (e.wave = @wave::text OR (e.windows & @mask::bigint <> 0 AND e.wave IN (
        SELECT o.id FROM booking.waves o WHERE o.family = @family AND o.state IN ('drawn', 'finished', 'cancelled'))))
  AND (e.wave, e.declarer) NOT IN (SELECT c.wave, c.declarer FROM booking.wave_returners r
        JOIN booking.entry_claims c ON c.applicant = r.person AND c.service_group = @grp WHERE r.wave = @wave::text);

-- name: SetFrozen :exec
UPDATE booking.waves SET frozen_at = @at::timestamptz, entries = @entries WHERE id = @id;

-- name: SetState :exec
UPDATE booking.waves SET state = @state WHERE id = @id;

-- name: SetAttempt :exec
UPDATE booking.waves SET attempt = @attempt, round = @round WHERE id = @id;

-- name: SetChain :exec
UPDATE booking.waves SET beacon = @beacon, round = @round WHERE id = @id;

-- name: SetDrawn :exec
UPDATE booking.waves SET state = 'drawn', drawn = @at::timestamptz, offer_until = @offer_until::timestamptz,
    attempt = @attempt, served = @served, leftover = @leftover
WHERE id = @id;

-- name: SeatsOfWave :many
SELECT ws.seat, ws.win, ws.counter, ws.start_at, ws.minutes, ws.returned_by, s.consulate, s.grp, s.pool, s.state
FROM booking.wave_seats ws JOIN booking.seats s ON s.id = ws.seat
WHERE ws.wave = @wave ORDER BY ws.start_at, ws.counter COLLATE "C", ws.seat COLLATE "C";

-- name: LockSeatsOfWave :many
SELECT s.id, s.state, s.consulate, s.grp, s.start_at, s.minutes FROM booking.seats s JOIN booking.wave_seats ws ON ws.seat = s.id
WHERE ws.wave = @wave ORDER BY s.id FOR UPDATE OF s;

-- name: LockSeats :many
SELECT id, state FROM booking.seats WHERE id = ANY (@ids::text[]) ORDER BY id FOR UPDATE;

-- name: FrozenEntries :many
SELECT * FROM booking.wave_entries WHERE wave = @wave ORDER BY nf;

-- name: PreferHashJoins :exec
-- The statistics of tables that grew in a rush are old: the planner would look up each of 100,000 rows.
SET LOCAL enable_nestloop = off;

-- name: AllowNestedLoops :exec
SET LOCAL enable_nestloop = on;

-- name: FrozenMembers :many
SELECT m.wave, m.declarer, m.applicant, m.service, m.person_nf
FROM booking.wave_entries we
JOIN booking.entry_members m ON m.wave = we.entry_wave AND m.declarer = we.declarer AND m.rev = we.rev
WHERE we.wave = @wave AND m.wave = ANY (@waves::text[]) ORDER BY m.wave, m.declarer, m.n;
