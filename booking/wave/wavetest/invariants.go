package wavetest

import (
	"context"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"

	"chesna/booking/bookingtest"
)

// entryInvariants are queries that name what breaks a rule about entries; on a sound ledger each finds nothing.
func entryInvariants() map[string]string {
	return map[string]string{
		"a person of a live entry, and its declarer, has its claim": `SELECT p.applicant::text FROM booking.entries e
			JOIN LATERAL (SELECT e.declarer AS applicant UNION SELECT m.applicant FROM booking.entry_members m
				WHERE m.wave = e.wave AND m.declarer = e.declarer AND m.rev = e.rev) AS p ON true
			WHERE e.state = 'live' AND NOT EXISTS (SELECT 1 FROM booking.entry_claims c WHERE c.applicant = p.applicant
				AND c.service_group = e.grp AND c.wave = e.wave AND c.declarer = e.declarer)`,
		"a claim is of a person of a live entry": `SELECT c.applicant::text FROM booking.entry_claims c
			WHERE NOT EXISTS (SELECT 1 FROM booking.entries e WHERE e.wave = c.wave AND e.declarer = c.declarer AND e.state = 'live'
				AND e.grp = c.service_group AND (e.declarer = c.applicant OR EXISTS (SELECT 1 FROM booking.entry_members m
					WHERE m.wave = e.wave AND m.declarer = e.declarer AND m.rev = e.rev AND m.applicant = c.applicant)))`,
		"nobody has a live entry and an open offer in a group": `SELECT c.applicant::text FROM booking.entry_claims c
			WHERE EXISTS (SELECT 1 FROM booking.offers o LEFT JOIN booking.offer_seats s ON s.offer = o.id
				WHERE o.state = 'open' AND o.grp = c.service_group AND c.applicant IN (o.declarer, s.applicant))`,
		"an entry has the members and the request of its revision": `SELECT e.wave || ' ' || e.declarer FROM booking.entries e
			WHERE NOT EXISTS (SELECT 1 FROM booking.entry_revisions r WHERE r.wave = e.wave AND r.declarer = e.declarer AND r.rev = e.rev
				AND r.windows = e.windows AND (NOT r.leaves OR e.state <> 'live'))
			OR NOT EXISTS (SELECT 1 FROM booking.entry_members m WHERE m.wave = e.wave AND m.declarer = e.declarer AND m.rev = e.rev)
			OR (SELECT count(*) FROM booking.entry_revisions r WHERE r.wave = e.wave AND r.declarer = e.declarer) <> e.rev`,
		"every request has its leaf in the journal": `SELECT encode(r.commitment, 'hex') FROM booking.entry_revisions r
			WHERE NOT EXISTS (SELECT 1 FROM booking.journal_queue q WHERE q.log = 'journal'
				AND convert_from(q.leaf, 'UTF8') = '{"c":"' || encode(r.commitment, 'hex') || '","type":"entry"}')
			AND NOT EXISTS (SELECT 1 FROM booking.journal_leaves q WHERE q.log = 'journal'
				AND convert_from(q.leaf, 'UTF8') = '{"c":"' || encode(r.commitment, 'hex') || '","type":"entry"}')`,
	}
}

// offerInvariants are such queries about offers, waves and their seats.
func offerInvariants() map[string]string {
	return map[string]string{
		"an open offer has its seats offered and claimed": `SELECT o.id::text FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
			JOIN booking.seats s ON s.id = os.seat WHERE o.state = 'open' AND (s.state <> 'offered'
				OR NOT EXISTS (SELECT 1 FROM booking.seat_claims c WHERE c.seat = s.id AND c.appointment = o.id))`,
		"an offered seat is of one open offer": `SELECT s.id FROM booking.seats s WHERE s.state = 'offered'
			AND (SELECT count(*) FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
				WHERE os.seat = s.id AND o.state = 'open') <> 1`,
		"an open offer has its persons": `SELECT o.id::text FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
			WHERE o.state = 'open' AND o.reschedules IS NULL AND NOT EXISTS (SELECT 1 FROM booking.person_claims p
				WHERE p.applicant = os.applicant AND p.service_group = o.grp AND p.appointment = o.id)`,
		"an ended offer has no claims": `SELECT o.id::text FROM booking.offers o WHERE o.state <> 'open'
			AND (EXISTS (SELECT 1 FROM booking.seat_claims c WHERE c.appointment = o.id)
				OR EXISTS (SELECT 1 FROM booking.person_claims c WHERE c.appointment = o.id))`,
		"a signed offer became appointments, no other did": `SELECT o.id::text FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
			WHERE (o.state = 'signed') <> EXISTS (SELECT 1 FROM booking.appointments a WHERE a.id = os.appointment
				AND a.seat = os.seat AND a.applicant = os.applicant AND a.person = o.declarer)`,
		"a seat in a draw is of one wave that is not drawn": `SELECT s.id FROM booking.seats s WHERE
			(s.state = 'in_draw' AND (SELECT count(*) FROM booking.wave_seats ws JOIN booking.waves w ON w.id = ws.wave
				WHERE ws.seat = s.id AND w.state IN ('announced', 'closed', 'standing')) <> 1)
			OR (s.state NOT IN ('in_draw', 'withdrawn') AND EXISTS (SELECT 1 FROM booking.wave_seats ws JOIN booking.waves w ON w.id = ws.wave
				WHERE ws.seat = s.id AND w.state IN ('announced', 'closed', 'standing')))`,
		"a returned seat that waits for a draw came back": `SELECT id FROM booking.seats WHERE state = 'returned' AND NOT came_back`,
		"a drawn wave's entries are served or not": `SELECT w.id FROM booking.waves w WHERE w.state IN ('drawn', 'finished')
			AND (w.served <> (SELECT count(*) FROM booking.wave_entries we WHERE we.wave = w.id AND we.served)
				OR w.served <> (SELECT count(*) FROM booking.offers o WHERE o.wave = w.id)
				OR w.entries <> (SELECT count(*) FROM booking.wave_entries we WHERE we.wave = w.id))`,
		"a served entry was served by one draw": `SELECT e.wave || ' ' || e.declarer FROM booking.entries e
			WHERE (e.state = 'served')::int <> (SELECT count(*) FROM booking.wave_entries we
				WHERE we.entry_wave = e.wave AND we.declarer = e.declarer AND we.served)`,
		"an entry is in one draw at a time": `SELECT we.entry_wave || ' ' || we.declarer FROM booking.wave_entries we
			JOIN booking.waves w ON w.id = we.wave AND w.state IN ('announced', 'closed', 'standing')
			GROUP BY we.entry_wave, we.declarer HAVING count(*) > 1`,
		"a wave has its leaves": `SELECT w.id FROM booking.waves w WHERE
			(SELECT array_agg(l.type ORDER BY l.type) FROM booking.wave_leaves l WHERE l.wave = w.id AND l.type IN ('announcement', 'close', 'result'))
			<> (CASE WHEN w.state = 'announced' THEN ARRAY['announcement'] WHEN w.state IN ('closed', 'standing') THEN ARRAY['announcement', 'close']
				WHEN w.state IN ('drawn', 'finished') THEN ARRAY['announcement', 'close', 'result']
				ELSE (SELECT array_agg(l.type ORDER BY l.type) FROM booking.wave_leaves l WHERE l.wave = w.id AND l.type IN ('announcement', 'close')) END)`,
		"the numbers of the log of draws have no gap": `SELECT l.seq::text FROM booking.wave_leaves l WHERE l.seq > 0
			AND NOT EXISTS (SELECT 1 FROM booking.wave_leaves b WHERE b.seq = l.seq - 1)`,
	}
}

// CheckInvariants reads the whole ledger, bookings and waves, and reports every broken rule. Nothing may write meanwhile.
func CheckInvariants(t testing.TB, db bookingtest.Querier) {
	t.Helper()
	rules := entryInvariants()
	maps.Copy(rules, offerInvariants())
	for rule, query := range rules {
		found, err := db.Query(context.WithoutCancel(t.Context()), query)
		if err != nil {
			t.Fatalf("check that %s: %v", rule, err)
		}
		broken, err := pgx.CollectRows(found, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("check that %s: %v", rule, err)
		}
		if len(broken) > 0 {
			t.Errorf("broken: %s: %d such, first %q", rule, len(broken), broken[0])
		}
	}
	bookingtest.CheckLedgerInvariants(t, db)
}
