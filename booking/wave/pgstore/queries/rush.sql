-- name: InsertAccepted :many
-- Accepted requests with their receipts; an empty receipt is none yet.
INSERT INTO booking.entry_revisions (wave, declarer, rev, leaves, windows, commitment, opening, request, evidence, signature, receipt, at)
SELECT i.wave, i.declarer, i.rev, false, i.windows, i.commitment, i.opening, i.request, i.evidence, i.signature,
       NULLIF(i.receipt, ''), @at::timestamptz
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer, unnest(@revs::int[]) AS rev,
             unnest(@windows::bigint[]) AS windows, unnest(@commitments::bytea[]) AS commitment,
             unnest(@openings::bytea[]) AS opening, unnest(@requests::bytea[]) AS request,
             unnest(@evidences::bytea[]) AS evidence, unnest(@signatures::bytea[]) AS signature,
             unnest(@receipts::bytea[]) AS receipt) AS i
ON CONFLICT DO NOTHING RETURNING declarer;
