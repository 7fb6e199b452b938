-- name: InsertCheckpoint :exec
INSERT INTO booking.journal_checkpoints (log, size, root, note, token, cosigned)
VALUES (@log, @size, @root, @note, @token, @cosigned) ON CONFLICT (log, size) DO NOTHING;

-- name: CheckpointForUpdate :one
SELECT size, root, note, token, cosigned, at FROM booking.journal_checkpoints
WHERE log = @log AND size = @size FOR UPDATE;

-- name: UpdateCheckpoint :exec
UPDATE booking.journal_checkpoints SET note = @note, token = @token, cosigned = @cosigned
WHERE log = @log AND size = @size;

-- name: CheckpointAt :one
SELECT size, root, note, token, cosigned, at FROM booking.journal_checkpoints WHERE log = @log AND size = @size;

-- name: FirstCheckpoint :one
SELECT size, root, note, token, cosigned, at FROM booking.journal_checkpoints
WHERE log = @log AND size > @idx AND cosigned >= @k::integer ORDER BY size LIMIT 1;

-- name: LastCheckpoint :one
SELECT size, root, note, token, cosigned, at FROM booking.journal_checkpoints
WHERE log = @log AND cosigned >= @k::integer ORDER BY size DESC LIMIT 1;
