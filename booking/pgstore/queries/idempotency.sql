-- name: BeginKey :one
-- Takes the key when it is new, out of date, or abandoned half-way with the same body.
INSERT INTO booking.idempotency_keys AS k (scope, key, body_hash, locked_until, expires_at)
VALUES (@scope, @key, @body_hash, clock_timestamp() + @lease::interval, clock_timestamp() + @lifetime::interval)
ON CONFLICT (scope, key) DO UPDATE
SET body_hash = EXCLUDED.body_hash, status = NULL, header = '{}', response = NULL,
    locked_until = EXCLUDED.locked_until, expires_at = EXCLUDED.expires_at
WHERE k.expires_at <= clock_timestamp()
   OR (k.status IS NULL AND k.locked_until <= clock_timestamp() AND k.body_hash = EXCLUDED.body_hash)
RETURNING true AS taken;

-- name: KeyState :one
SELECT body_hash, status, header, response FROM booking.idempotency_keys WHERE scope = @scope AND key = @key;

-- name: FinishKey :execrows
UPDATE booking.idempotency_keys SET status = @status::int, header = @header, response = @response
WHERE scope = @scope AND key = @key AND body_hash = @body_hash AND status IS NULL;

-- name: DropKey :execrows
DELETE FROM booking.idempotency_keys WHERE scope = @scope AND key = @key AND status IS NULL;

-- name: DropExpiredKeys :execrows
DELETE FROM booking.idempotency_keys
WHERE (scope, key) IN (SELECT k.scope, k.key FROM booking.idempotency_keys k
                       WHERE k.expires_at <= clock_timestamp() LIMIT @max_rows);
