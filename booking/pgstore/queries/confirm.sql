-- name: LockSeats :many
-- First statement of every transaction that decides about seats: what follows sees what the owner of the lock
-- before us committed.
SELECT id, consulate, grp, state, start_at, minutes
FROM booking.seats WHERE id = ANY (@ids::text[])
ORDER BY id FOR UPDATE;

-- name: ConfirmFacts :many
-- What the ledger knows against each confirmation, by its number: asked after a conflict only.
SELECT i.n::bigint AS n,
       EXISTS (SELECT 1 FROM booking.appointments a WHERE a.hold_id = i.hold) AS confirmed,
       EXISTS (SELECT 1 FROM booking.ended_holds e WHERE e.hold_id = i.hold AND e.reason <> 'confirmed') AS ended,
       EXISTS (SELECT 1 FROM booking.seat_claims c WHERE c.seat = i.seat) AS seat_claimed,
       EXISTS (SELECT 1 FROM booking.person_claims p
               WHERE p.applicant = i.applicant AND p.service_group = i.grp) AS person_claimed,
       EXISTS (SELECT 1 FROM booking.entry_claims x
               WHERE x.applicant = i.applicant AND x.service_group = i.grp) AS live_entry,
       EXISTS (SELECT 1 FROM booking.appointments a WHERE a.signature_digest = i.signature) AS signature_known,
       EXISTS (SELECT 1 FROM booking.ended_holds c WHERE c.nonce = i.nonce) AS nonce_known,
       EXISTS (SELECT 1 FROM booking.appointments a
               WHERE a.reference = i.reference OR a.id = i.appointment) AS name_known
FROM (SELECT unnest(@holds::text[]) AS hold, unnest(@seats::text[]) AS seat,
             unnest(@applicants::uuid[]) AS applicant, unnest(@grps::text[]) AS grp,
             unnest(@signatures::bytea[]) AS signature, unnest(@nonces::text[]) AS nonce,
             unnest(@reference_names::text[]) AS reference, unnest(@appointments::uuid[]) AS appointment,
             unnest(@numbers::bigint[]) AS n) AS i;

-- name: AppointmentsByHolds :many
SELECT * FROM booking.appointments WHERE hold_id = ANY (@holds::text[]);

-- name: InsertConfirmed :many
-- Writes all winners of a batch, by probes of unique indexes alone. An appointment that is missing from the answer
-- met a conflict; the caller then rolls the whole transaction back and looks at the facts.
WITH input AS (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@reference_names::text[]) AS reference,
           unnest(@holds::text[]) AS hold, unnest(@consulates::text[]) AS consulate, unnest(@grps::text[]) AS grp,
           unnest(@services::text[]) AS service, unnest(@seats::text[]) AS seat,
           unnest(@starts::timestamptz[]) AS start_at, unnest(@minutes::int[]) AS minutes,
           unnest(@persons::uuid[]) AS person, unnest(@applicants::uuid[]) AS applicant,
           unnest(@signatures::bytea[]) AS signature, unnest(@documents::bytea[]) AS document,
           unnest(@evidences::bytea[]) AS evidence, unnest(@nonces::text[]) AS nonce
), written AS (
    INSERT INTO booking.appointments (id, reference, state, hold_id, consulate, grp, service, seat, start_at, minutes,
                                      person, applicant, signature_digest, document_digest, evidence)
    SELECT id, reference, 'booked', hold, consulate, grp, service, seat, start_at, minutes, person, applicant,
           signature, document, evidence FROM input
    ON CONFLICT DO NOTHING RETURNING id, booked_at
), claimed AS (
    INSERT INTO booking.seat_claims (seat, appointment) SELECT seat, id FROM input ORDER BY seat
    ON CONFLICT DO NOTHING RETURNING appointment
), engaged AS (
    INSERT INTO booking.person_claims (applicant, service_group, appointment)
    SELECT applicant, grp, id FROM input ORDER BY applicant, grp
    ON CONFLICT DO NOTHING RETURNING appointment
), consumed AS (
    INSERT INTO booking.ended_holds (hold_id, seat, reason, nonce)
    SELECT hold, seat, 'confirmed', nonce FROM input ORDER BY hold
    ON CONFLICT DO NOTHING RETURNING hold_id
), taken AS (
    UPDATE booking.seats s SET state = 'booked' FROM input i
    WHERE s.id = i.seat AND s.state = 'open' RETURNING s.id
)
SELECT i.id::uuid AS id, w.booked_at
FROM input i
JOIN written w ON w.id = i.id
JOIN claimed c ON c.appointment = i.id
JOIN engaged e ON e.appointment = i.id
JOIN consumed n ON n.hold_id = i.hold
JOIN taken t ON t.id = i.seat
WHERE NOT EXISTS (SELECT 1 FROM booking.entry_claims x WHERE x.applicant = i.applicant AND x.service_group = i.grp);
