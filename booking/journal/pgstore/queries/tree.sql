-- name: EnsureHead :exec
INSERT INTO booking.journal_head (log, size, root) VALUES (@log, 0, @root) ON CONFLICT (log) DO NOTHING;

-- name: Head :one
SELECT size, root FROM booking.journal_head WHERE log = @log;

-- name: SwapHead :execrows
UPDATE booking.journal_head SET size = @new_size, root = @new_root
WHERE log = @log AND size = @old_size AND root = @old_root;

-- name: InsertLeaves :copyfrom
INSERT INTO booking.journal_leaves (log, idx, leaf) VALUES (@log, @idx, @leaf);

-- name: InsertHashes :copyfrom
INSERT INTO booking.journal_hashes (log, idx, hash) VALUES (@log, @idx, @hash);

-- name: Leaves :many
SELECT leaf FROM booking.journal_leaves WHERE log = @log AND idx >= @from_idx AND idx < @to_idx ORDER BY idx;

-- name: Hashes :many
SELECT idx, hash FROM booking.journal_hashes WHERE log = @log AND idx = ANY(@indexes::bigint[]);
