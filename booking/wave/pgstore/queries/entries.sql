-- name: LockEntries :many
SELECT e.* FROM booking.entries e
JOIN (SELECT DISTINCT k.wave, k.declarer FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS k) AS i
  ON e.wave = i.wave AND e.declarer = i.declarer
ORDER BY e.wave, e.declarer FOR UPDATE OF e;

-- name: InDraws :many
-- Those of the entries that are in a draw now: its wave's time to enter is over, and it is not drawn.
SELECT i.n::bigint AS n FROM (SELECT unnest(@numbers::bigint[]) AS n, unnest(@waves::text[]) AS wave,
                                     unnest(@declarers::uuid[]) AS declarer) AS i
WHERE EXISTS (SELECT 1 FROM booking.wave_takers t JOIN booking.waves w ON w.id = t.wave
              WHERE t.entry_wave = i.wave AND t.declarer = i.declarer AND w.frozen_at IS NULL
                AND w.state = 'announced' AND w.closes <= @now_at::timestamptz)
   OR EXISTS (SELECT 1 FROM booking.wave_entries we JOIN booking.waves w ON w.id = we.wave
              WHERE we.entry_wave = i.wave AND we.declarer = i.declarer AND w.state IN ('announced', 'closed', 'standing'));

-- name: PersonFacts :many
-- What the ledger knows of persons who would enter, by their number. A claim is of another entry, an appointment, or an
-- open offer; the zero UUID says that there is none. A standby draw has w as in the parent: without the losses of its week.
SELECT p.n::bigint AS n,
       COALESCE(c.wave, '')::text AS claim_wave, COALESCE(c.declarer, '00000000-0000-0000-0000-000000000000')::uuid AS claim_declarer,
       COALESCE(b.appointment, '00000000-0000-0000-0000-000000000000')::uuid AS booked,
       (EXISTS (SELECT 1 FROM booking.offers o WHERE o.declarer = p.applicant AND o.grp = p.grp AND o.state = 'open')
        OR EXISTS (SELECT 1 FROM booking.offer_seats os JOIN booking.offers o ON o.id = os.offer
                   WHERE os.applicant = p.applicant AND o.grp = p.grp AND o.state = 'open'))::bool AS offered,
       EXISTS (SELECT 1 FROM booking.pauses x WHERE x.applicant = p.applicant AND x.grp = p.grp AND x.until > @now_at::timestamptz) AS paused,
       (SELECT count(*) FROM booking.losses l WHERE l.applicant = p.applicant AND l.grp = p.grp AND l.at > @since::timestamptz
          AND l.iso_week <> p.without
          AND l.at > COALESCE((SELECT max(r.at) FROM booking.resets r WHERE r.applicant = p.applicant AND r.grp = p.grp), '-infinity'))::int AS losses,
       EXISTS (SELECT 1 FROM booking.guarantees g WHERE g.applicant = p.applicant AND g.consulate = p.consulate
                 AND g.grp = p.grp AND g.used_in IS NULL) AS promised,
       EXISTS (SELECT 1 FROM booking.wave_returners r WHERE r.wave = p.wave AND r.person = p.applicant) AS gave_back
FROM (SELECT unnest(@numbers::bigint[]) AS n, unnest(@applicants::uuid[]) AS applicant, unnest(@grps::text[]) AS grp,
             unnest(@consulates::text[]) AS consulate, unnest(@waves::text[]) AS wave,
             unnest(@without::text[]) AS without) AS p
LEFT JOIN booking.entry_claims c ON c.applicant = p.applicant AND c.service_group = p.grp
LEFT JOIN booking.person_claims b ON b.applicant = p.applicant AND b.service_group = p.grp;

-- name: OfferedNow :many
-- Asked after the claims are written: an offer that was made meanwhile shows now.
SELECT p.n::bigint AS n FROM (SELECT unnest(@numbers::bigint[]) AS n, unnest(@applicants::uuid[]) AS applicant, unnest(@grps::text[]) AS grp) AS p
WHERE EXISTS (SELECT 1 FROM booking.offers o WHERE o.declarer = p.applicant AND o.grp = p.grp AND o.state = 'open')
   OR EXISTS (SELECT 1 FROM booking.offer_seats os JOIN booking.offers o ON o.id = os.offer
              WHERE os.applicant = p.applicant AND o.grp = p.grp AND o.state = 'open');

-- name: KnownRequests :many
SELECT signature, wave, declarer, rev FROM booking.entry_revisions WHERE signature = ANY (@signatures::bytea[]);

-- name: Appointments :many
SELECT id, person, applicant, consulate, grp, state FROM booking.appointments WHERE id = ANY (@ids::uuid[]);

-- name: InsertEntries :many
INSERT INTO booking.entries (wave, declarer, family, grp, state, rev, nf, w, g, windows, commitment, counts_loss, reschedules, accepted_at)
SELECT i.wave, i.declarer, i.family, i.grp, 'live', i.rev, i.nf, i.w, i.g, i.windows, i.commitment, i.counts_loss,
       NULLIF(i.reschedules, '00000000-0000-0000-0000-000000000000'), @at::timestamptz
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer, unnest(@families::text[]) AS family,
             unnest(@grps::text[]) AS grp, unnest(@revs::int[]) AS rev, unnest(@nfs::bytea[]) AS nf, unnest(@ws::smallint[]) AS w,
             unnest(@gs::smallint[]) AS g, unnest(@windows::bigint[]) AS windows, unnest(@commitments::bytea[]) AS commitment,
             unnest(@counts_losses::bool[]) AS counts_loss, unnest(@reschedules::uuid[]) AS reschedules) AS i
ORDER BY i.wave, i.declarer
ON CONFLICT DO NOTHING RETURNING declarer;

-- name: ReviseEntries :many
UPDATE booking.entries e SET state = 'live', rev = i.rev, w = i.w, g = i.g, windows = i.windows, commitment = i.commitment, counts_loss = i.counts_loss,
    reschedules = NULLIF(i.reschedules, '00000000-0000-0000-0000-000000000000')
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer, unnest(@revs::int[]) AS rev,
             unnest(@ws::smallint[]) AS w, unnest(@gs::smallint[]) AS g, unnest(@windows::bigint[]) AS windows,
             unnest(@commitments::bytea[]) AS commitment, unnest(@counts_losses::bool[]) AS counts_loss, unnest(@reschedules::uuid[]) AS reschedules) AS i
WHERE e.wave = i.wave AND e.declarer = i.declarer AND e.rev = i.rev - 1
RETURNING e.declarer;

-- name: InsertRevisions :many
INSERT INTO booking.entry_revisions (wave, declarer, rev, leaves, windows, commitment, opening, request, evidence, signature, at)
SELECT i.wave, i.declarer, i.rev, @leaves::bool, i.windows, i.commitment, i.opening, i.request, i.evidence, i.signature, @at::timestamptz
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer, unnest(@revs::int[]) AS rev,
             unnest(@windows::bigint[]) AS windows, unnest(@commitments::bytea[]) AS commitment,
             unnest(@openings::bytea[]) AS opening, unnest(@requests::bytea[]) AS request,
             unnest(@evidences::bytea[]) AS evidence, unnest(@signatures::bytea[]) AS signature) AS i
ON CONFLICT DO NOTHING RETURNING declarer;

-- name: InsertMembers :exec
INSERT INTO booking.entry_members (wave, declarer, rev, n, applicant, service, person_nf)
SELECT i.wave, i.declarer, i.rev, i.n, i.applicant, i.service, i.person_nf
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer, unnest(@revs::int[]) AS rev,
             unnest(@ns::smallint[]) AS n, unnest(@applicants::uuid[]) AS applicant, unnest(@services::text[]) AS service,
             unnest(@person_nfs::bytea[]) AS person_nf) AS i;

-- name: CopyMembers :exec
-- A request to leave keeps the members of the revision before it.
INSERT INTO booking.entry_members (wave, declarer, rev, n, applicant, service, person_nf)
SELECT m.wave, m.declarer, m.rev + 1, m.n, m.applicant, m.service, m.person_nf
FROM booking.entry_members m WHERE m.wave = @wave AND m.declarer = @declarer AND m.rev = @rev;

-- name: DropClaims :exec
-- Of whoever was in any revision of the entries, and their declarers.
DELETE FROM booking.entry_claims c
USING (SELECT k.wave, k.declarer, unnest(ARRAY[k.declarer] || ARRAY(
           SELECT m.applicant FROM booking.entry_members m WHERE m.wave = k.wave AND m.declarer = k.declarer)) AS applicant
       FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS k) AS i
WHERE c.applicant = i.applicant AND c.wave = i.wave AND c.declarer = i.declarer;

-- name: InsertClaims :execrows
INSERT INTO booking.entry_claims (applicant, service_group, wave, declarer)
SELECT i.applicant, i.grp, i.wave, i.declarer
FROM (SELECT unnest(@applicants::uuid[]) AS applicant, unnest(@grps::text[]) AS grp, unnest(@waves::text[]) AS wave,
             unnest(@declarers::uuid[]) AS declarer) AS i
ORDER BY i.applicant, i.grp
ON CONFLICT DO NOTHING;

-- name: EndEntries :many
UPDATE booking.entries e SET state = @state
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS i
WHERE e.wave = i.wave AND e.declarer = i.declarer AND e.state = 'live'
RETURNING e.wave, e.declarer;

-- name: LeaveEntry :execrows
UPDATE booking.entries SET state = 'left', rev = @rev, commitment = @commitment WHERE wave = @wave AND declarer = @declarer AND state = 'live' AND rev = @before;

-- name: SetReceipt :execrows
UPDATE booking.entry_revisions SET receipt = @receipt
WHERE wave = @wave AND declarer = @declarer AND rev = @rev AND receipt IS NULL;

-- name: EntriesByKeys :many
SELECT e.wave, e.declarer, e.state, e.rev, e.nf, e.w, e.g, e.counts_loss, e.reschedules, r.at AS accepted_at, e.served_in,
       r.windows, r.commitment, r.opening, r.request, r.receipt
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS i
JOIN booking.entries e ON e.wave = i.wave AND e.declarer = i.declarer
JOIN booking.entry_revisions r ON r.wave = e.wave AND r.declarer = e.declarer AND r.rev = e.rev;

-- name: EntriesOf :many
SELECT wave, declarer FROM booking.entries WHERE declarer = @declarer ORDER BY accepted_at DESC, wave LIMIT 200;

-- name: MembersOf :many
SELECT m.wave, m.declarer, m.applicant, m.service, m.person_nf
FROM (SELECT unnest(@waves::text[]) AS wave, unnest(@declarers::uuid[]) AS declarer) AS i
JOIN booking.entries e ON e.wave = i.wave AND e.declarer = i.declarer
JOIN booking.entry_members m ON m.wave = e.wave AND m.declarer = e.declarer AND m.rev = e.rev
ORDER BY m.wave, m.declarer, m.n;

-- name: ClaimOf :one
SELECT wave, declarer FROM booking.entry_claims WHERE applicant = @applicant AND service_group = @grp;

-- name: HasOpenOffer :one
SELECT (EXISTS (SELECT 1 FROM booking.offers o WHERE o.declarer = @applicant AND o.grp = @grp AND o.state = 'open')
     OR EXISTS (SELECT 1 FROM booking.offer_seats os JOIN booking.offers o ON o.id = os.offer
                WHERE os.applicant = @applicant AND o.grp = @grp AND o.state = 'open'))::bool AS offered;

-- name: Standing :one
SELECT (SELECT count(*) FROM booking.losses l WHERE l.applicant = @applicant AND l.grp = @grp AND l.at > @since::timestamptz
          AND l.at > COALESCE((SELECT max(r.at) FROM booking.resets r WHERE r.applicant = @applicant AND r.grp = @grp), '-infinity'))::int AS losses,
       COALESCE((SELECT max(p.until) FROM booking.pauses p WHERE p.applicant = @applicant AND p.grp = @grp), '0001-01-01 00:00:00+00')::timestamptz AS paused_until;
