-- name: CommitDurably :exec
SET LOCAL synchronous_commit = on;

-- name: LockLog :exec
SELECT pg_advisory_xact_lock(@key::bigint);

-- name: QueueLeaves :exec
INSERT INTO booking.journal_queue (log, leaf) SELECT @log, unnest(@leaves::bytea[]);

-- name: NextNumber :one
INSERT INTO booking.journal_numbers AS n (log, next) VALUES (@log, 1)
ON CONFLICT (log) DO UPDATE SET next = n.next + 1
RETURNING (next - 1)::bigint AS number;

-- name: QueueNumbered :exec
INSERT INTO booking.journal_queue (log, number, leaf) VALUES (@log, @number::bigint, @leaf);

-- Numbers are given out under a lock that is held to the commit: in the log draws their order is that of seq.
-- name: Queued :many
SELECT seq, number, leaf FROM booking.journal_queue WHERE log = @log ORDER BY seq LIMIT @max_rows;

-- name: Unqueue :execrows
DELETE FROM booking.journal_queue WHERE seq = ANY(@seqs::bigint[]);

-- name: EventsWithoutLeaf :many
SELECT seq, id, at, type, actor, actor_role, subject, appointment, consulate, seat, data, blind
FROM booking.events WHERE leaf_index IS NULL ORDER BY seq LIMIT @max_rows;

-- name: NumberEvents :execrows
UPDATE booking.events e SET leaf_index = i.leaf_index
FROM (SELECT unnest(@seqs::bigint[]) AS seq, unnest(@indexes::bigint[]) AS leaf_index) AS i
WHERE e.seq = i.seq AND e.leaf_index IS NULL;

-- name: EventOf :one
SELECT seq, id, at, type, actor, actor_role, subject, appointment, consulate, seat, data, blind, leaf_index
FROM booking.events WHERE subject = @subject::uuid AND id = @id;
