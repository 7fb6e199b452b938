-- name: InsertOffers :exec
INSERT INTO booking.offers (id, wave, entry_wave, declarer, consulate, grp, state, until, reschedules, reason, made_at, ended_at)
SELECT i.id, @wave, i.entry_wave, i.declarer, @consulate, @grp, i.state, @until::timestamptz,
       NULLIF(i.reschedules, '00000000-0000-0000-0000-000000000000'), i.reason, @at::timestamptz,
       CASE WHEN i.state = 'open' THEN NULL ELSE @at::timestamptz END
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@entry_waves::text[]) AS entry_wave, unnest(@declarers::uuid[]) AS declarer,
             unnest(@states::text[]) AS state, unnest(@reschedules::uuid[]) AS reschedules, unnest(@reasons::text[]) AS reason) AS i;

-- name: InsertOfferSeats :exec
INSERT INTO booking.offer_seats (offer, n, seat, applicant, service)
SELECT i.offer, i.n, i.seat, i.applicant, i.service
FROM (SELECT unnest(@offers::uuid[]) AS offer, unnest(@ns::smallint[]) AS n, unnest(@seats::text[]) AS seat,
             unnest(@applicants::uuid[]) AS applicant, unnest(@services::text[]) AS service) AS i;

-- name: EngagePersons :many
INSERT INTO booking.person_claims (applicant, service_group, appointment)
SELECT i.applicant, @grp, i.owner
FROM (SELECT unnest(@applicants::uuid[]) AS applicant, unnest(@owners::uuid[]) AS owner) AS i
ORDER BY i.applicant
ON CONFLICT DO NOTHING RETURNING applicant, appointment;

-- name: ClaimSeats :execrows
INSERT INTO booking.seat_claims (seat, appointment)
SELECT i.seat, i.owner FROM (SELECT unnest(@seats::text[]) AS seat, unnest(@owners::uuid[]) AS owner) AS i ORDER BY i.seat;

-- name: ReleasePersons :exec
DELETE FROM booking.person_claims WHERE appointment = ANY (@owners::uuid[]);

-- name: ReleaseSeats :exec
DELETE FROM booking.seat_claims WHERE appointment = ANY (@owners::uuid[]);

-- name: OfferSeats :execrows
UPDATE booking.seats SET state = 'offered', returned_by = '{}' WHERE id = ANY (@ids::text[]) AND state = 'in_draw';

-- name: ReturnDrawn :many
-- Seats of a draw that nobody was given: returned; those that open at a drawn time are leftovers of the open pool.
UPDATE booking.seats s SET state = 'returned', came_back = true,
    reopen_at = NULLIF(i.open_at, '0001-01-01 00:00:00+00'),
    pool = CASE WHEN i.open_at > '0001-01-01 00:00:00+00' THEN 'open' ELSE s.pool END
FROM (SELECT unnest(@ids::text[]) AS id, unnest(@opens::timestamptz[]) AS open_at) AS i
WHERE s.id = i.id AND s.state = 'in_draw'
RETURNING s.id;

-- name: ReturnOffered :many
-- Seats of offers that ended without a signature, with everyone who was to come and the declarer.
UPDATE booking.seats s SET state = 'returned', reopen_at = NULL, came_back = true,
    returned_by = (SELECT array_agg(DISTINCT p.id) FROM (
        SELECT x.applicant AS id FROM booking.offer_seats x WHERE x.offer = os.offer
        UNION SELECT o.declarer FROM booking.offers o WHERE o.id = os.offer
        UNION SELECT unnest(s.returned_by)) AS p)
FROM booking.offer_seats os
WHERE os.offer = ANY (@offers::uuid[]) AND s.id = os.seat AND s.state = 'offered'
RETURNING s.id, s.consulate;

-- name: ServeEntries :many
UPDATE booking.entries e SET state = 'served', served_in = @wave::text
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS i
WHERE e.wave = i.wave AND e.declarer = i.declarer AND e.state = 'live'
RETURNING e.declarer;

-- name: MarkServed :execrows
UPDATE booking.wave_entries we SET served = true
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS i
WHERE we.wave = @wave AND we.entry_wave = i.wave AND we.declarer = i.declarer;

-- name: RecordLosses :exec
-- Each person of the losers whose loss counts, once for a group and week.
INSERT INTO booking.losses (applicant, grp, iso_week, wave, at)
SELECT DISTINCT m.applicant, @grp, @iso_week, @wave, @at::timestamptz
FROM booking.wave_entries we
JOIN booking.entry_members m ON m.wave = we.entry_wave AND m.declarer = we.declarer AND m.rev = we.rev
WHERE we.wave = @wave AND we.entry_wave = @wave AND m.wave = @wave AND NOT we.served AND we.counts_loss AND we.reschedules IS NULL
ON CONFLICT DO NOTHING;

-- name: ResetStandings :exec
INSERT INTO booking.resets (applicant, grp, at, reason)
SELECT a.id, @grp, @at::timestamptz, @reason FROM (SELECT unnest(@applicants::uuid[]) AS id) AS a;

-- name: PauseEntries :exec
INSERT INTO booking.pauses (applicant, grp, until, reason, at)
SELECT i.applicant, i.grp, @until::timestamptz, @reason, @at::timestamptz
FROM (SELECT unnest(@applicants::uuid[]) AS applicant, unnest(@grps::text[]) AS grp) AS i;

-- name: Guarantee :exec
INSERT INTO booking.guarantees (applicant, consulate, grp, wave, at)
SELECT a.id, @consulate, @grp, @wave, @at::timestamptz FROM (SELECT unnest(@applicants::uuid[]) AS id) AS a
ON CONFLICT DO NOTHING;

-- name: UseGuarantees :exec
-- The draw of a main wave uses up the guarantees of whoever took part in it.
UPDATE booking.guarantees g SET used_in = @wave::text
FROM booking.wave_entries we
JOIN booking.entry_members m ON m.wave = we.entry_wave AND m.declarer = we.declarer AND m.rev = we.rev
WHERE we.wave = @wave::text AND m.wave = @wave::text AND we.g = 1 AND m.applicant = g.applicant AND g.consulate = @consulate AND g.grp = @grp AND g.used_in IS NULL;

-- name: OfferByID :one
SELECT * FROM booking.offers WHERE id = @id;

-- name: LockOffer :one
SELECT * FROM booking.offers WHERE id = @id FOR UPDATE;

-- name: OffersOf :many
SELECT * FROM booking.offers WHERE declarer = @declarer ORDER BY made_at DESC, id LIMIT 200;

-- name: SeatsOfOffers :many
SELECT os.offer, os.n, os.applicant, os.service, os.appointment, s.id, s.consulate, s.counter, s.grp, s.pool, s.published_pool, s.state, s.start_at, s.minutes
FROM booking.offer_seats os JOIN booking.seats s ON s.id = os.seat
WHERE os.offer = ANY (@offers::uuid[]) ORDER BY os.offer, os.n;

-- name: OffersDue :many
SELECT * FROM booking.offers WHERE state = 'open' AND until <= @now_at::timestamptz
ORDER BY until, id LIMIT @max_rows FOR UPDATE SKIP LOCKED;

-- name: EndOffers :exec
UPDATE booking.offers SET state = @state, ended_at = @at::timestamptz WHERE id = ANY (@ids::uuid[]) AND state = 'open';

-- name: UnsignedOffers :many
-- Persons of the ended offers, declarers and those who were to come, with two unsigned since the last pause for it: two who
-- take turns to declare for a third leave her two.
WITH met AS (
    SELECT o.declarer AS person, o.grp FROM booking.offers o WHERE o.id = ANY (@ids::uuid[])
    UNION
    SELECT os.applicant, o.grp FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id WHERE o.id = ANY (@ids::uuid[])
), named AS (
    SELECT m.person, m.grp, d.id FROM met m JOIN booking.offers d ON d.declarer = m.person AND d.grp = m.grp
    WHERE d.state = 'expired' AND NOT d.counted
    UNION
    SELECT m.person, m.grp, d.id FROM met m JOIN booking.offer_seats os ON os.applicant = m.person
    JOIN booking.offers d ON d.id = os.offer AND d.grp = m.grp
    WHERE d.state = 'expired' AND NOT d.counted
)
SELECT n.person::uuid AS person, n.grp FROM named n GROUP BY n.person, n.grp HAVING count(*) >= 2;

-- name: CountUnsigned :exec
WITH paused AS (SELECT unnest(@persons::uuid[]) AS person, unnest(@grps::text[]) AS grp),
named AS (
    SELECT d.id FROM booking.offers d JOIN paused p ON p.person = d.declarer AND p.grp = d.grp
    UNION
    SELECT d.id FROM paused p JOIN booking.offer_seats os ON os.applicant = p.person
    JOIN booking.offers d ON d.id = os.offer AND d.grp = p.grp
)
UPDATE booking.offers o SET counted = true FROM named
WHERE o.id = named.id AND o.state = 'expired' AND NOT o.counted;

-- name: SignOffer :exec
UPDATE booking.offers SET state = 'signed', ended_at = @at::timestamptz, signature_digest = @signature_digest,
    document_digest = @document_digest, evidence = @evidence WHERE id = @id AND state = 'open';

-- name: SignatureKnown :one
SELECT (EXISTS (SELECT 1 FROM booking.appointments a WHERE a.signature_digest = @signature)
     OR EXISTS (SELECT 1 FROM booking.offers o WHERE o.signature_digest = @signature))::bool AS known;

-- name: ReferencesKnown :one
SELECT EXISTS (SELECT 1 FROM booking.appointments WHERE reference = ANY (@reference_names::text[])) AS known;

-- name: BookOffered :many
UPDATE booking.seats SET state = 'booked' WHERE id = ANY (@ids::text[]) AND state = 'offered' RETURNING id;

-- name: InsertAppointments :many
INSERT INTO booking.appointments (id, reference, state, hold_id, consulate, grp, service, seat, start_at, minutes,
                                  person, applicant, signature_digest, part, document_digest, evidence, changes, booked_at)
SELECT i.id, i.reference, 'booked', i.hold, @consulate, @grp, i.service, i.seat, i.start_at, i.minutes,
       @person, i.applicant, @signature, i.part, @document, @evidence, @changes, @at::timestamptz
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@reference_names::text[]) AS reference, unnest(@holds::text[]) AS hold,
             unnest(@services::text[]) AS service, unnest(@seats::text[]) AS seat, unnest(@starts::timestamptz[]) AS start_at,
             unnest(@minutes::int[]) AS minutes, unnest(@applicants::uuid[]) AS applicant, unnest(@parts::smallint[]) AS part) AS i
RETURNING *;

-- name: EndHolds :exec
INSERT INTO booking.ended_holds (hold_id, seat, reason, nonce)
SELECT i.hold, i.seat, 'confirmed', i.hold FROM (SELECT unnest(@holds::text[]) AS hold, unnest(@seats::text[]) AS seat) AS i;

-- name: PassSeatClaims :execrows
UPDATE booking.seat_claims c SET appointment = i.id
FROM (SELECT unnest(@seats::text[]) AS seat, unnest(@ids::uuid[]) AS id) AS i
WHERE c.seat = i.seat AND c.appointment = @offer;

-- name: PassPersonClaims :execrows
UPDATE booking.person_claims c SET appointment = i.id
FROM (SELECT unnest(@applicants::uuid[]) AS applicant, unnest(@ids::uuid[]) AS id) AS i
WHERE c.applicant = i.applicant AND c.service_group = @grp AND c.appointment = @offer;

-- name: SetAppointments :exec
UPDATE booking.offer_seats os SET appointment = i.id
FROM (SELECT unnest(@ns::smallint[]) AS n, unnest(@ids::uuid[]) AS id) AS i WHERE os.offer = @offer AND os.n = i.n;

-- name: AppointmentsOfOffer :many
SELECT a.* FROM booking.appointments a JOIN booking.offer_seats os ON os.appointment = a.id WHERE os.offer = @offer ORDER BY os.n;

-- name: LockAppointment :one
SELECT * FROM booking.appointments WHERE id = @id FOR UPDATE;

-- name: EndAppointment :exec
UPDATE booking.appointments SET state = 'cancelled', ended_at = @at::timestamptz, outcome_reason = 'rescheduled' WHERE id = @id;

-- name: ReturnBooked :execrows
UPDATE booking.seats s
SET state = CASE WHEN s.state = 'displaced' THEN 'withdrawn' ELSE 'returned' END, reopen_at = NULL, came_back = true,
    returned_by = (SELECT array_agg(DISTINCT p.id) FROM unnest(s.returned_by || @returned_by::uuid[]) AS p(id))
WHERE s.id = @id AND s.state IN ('booked', 'displaced');

-- name: FinishWaves :many
WITH done AS MATERIALIZED (
    SELECT w.id FROM booking.waves w WHERE w.state = 'drawn'
      AND NOT EXISTS (SELECT 1 FROM booking.offers o WHERE o.wave = w.id AND o.state = 'open')
    ORDER BY w.closes LIMIT @max_rows FOR UPDATE SKIP LOCKED
)
UPDATE booking.waves w SET state = 'finished' FROM done WHERE w.id = done.id RETURNING w.id;

-- name: PastFamilies :many
-- Families with live entries whose last seat has begun and of which no wave is under way.
-- The first part goes from family to family by the index entries_live, however many entries there are.
WITH RECURSIVE f AS (
    (SELECT e.family FROM booking.entries e WHERE e.state = 'live' ORDER BY e.family LIMIT 1)
    UNION ALL
    SELECT (SELECT e.family FROM booking.entries e WHERE e.state = 'live' AND e.family > f.family ORDER BY e.family LIMIT 1)
    FROM f WHERE f.family IS NOT NULL
)
SELECT f.family::text AS family FROM f
JOIN LATERAL (SELECT w.consulate, w.grp, w.iso_week FROM booking.waves w WHERE w.family = f.family LIMIT 1) AS k ON true
WHERE f.family IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM booking.waves w WHERE w.family = f.family AND w.state IN ('announced', 'closed', 'standing'))
  AND NOT EXISTS (SELECT 1 FROM booking.seats s WHERE s.consulate = k.consulate AND s.iso_week = k.iso_week AND s.grp = k.grp
                  AND s.state <> 'withdrawn' AND s.start_at > @now_at::timestamptz)
ORDER BY f.family LIMIT @max_rows;

-- name: EndFamilies :many
UPDATE booking.entries SET state = 'ended' WHERE family = ANY (@families::text[]) AND state = 'live'
RETURNING wave, declarer;
