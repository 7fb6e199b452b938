package bookingtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
)

// Querier is a pool or a connection of the ledger's database.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func asError(err error, target **booking.Error) bool { return errors.As(err, target) }

// ledgerInvariants are queries that name what breaks a rule; on a sound ledger each finds nothing.
func ledgerInvariants() map[string]string {
	return map[string]string{
		"a taken seat has a claim": `SELECT id FROM booking.seats s WHERE state IN ('offered', 'booked', 'escrow', 'displaced')
			AND NOT EXISTS (SELECT 1 FROM booking.seat_claims c WHERE c.seat = s.id)`,
		"a seat that is not taken has no claim": `SELECT s.id FROM booking.seats s JOIN booking.seat_claims c ON c.seat = s.id
			WHERE s.state NOT IN ('offered', 'booked', 'escrow', 'displaced')`,
		"a claim of a seat belongs to an active appointment of that seat": `SELECT c.seat FROM booking.seat_claims c
			JOIN booking.seats s ON s.id = c.seat
			WHERE s.state <> 'offered' AND NOT EXISTS (SELECT 1 FROM booking.appointments a WHERE a.id = c.appointment
				AND a.seat = c.seat AND a.state IN ('booked', 'displaced', 'suspended'))`,
		"a claim of an offered seat belongs to an open offer of that seat": `SELECT c.seat FROM booking.seat_claims c
			JOIN booking.seats s ON s.id = c.seat
			WHERE s.state = 'offered' AND NOT EXISTS (SELECT 1 FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
				WHERE o.id = c.appointment AND os.seat = c.seat AND o.state = 'open')`,
		"a claim of a person belongs to an active appointment or an open offer of hers": `SELECT c.applicant::text FROM booking.person_claims c
			WHERE NOT EXISTS (SELECT 1 FROM booking.appointments a WHERE a.id = c.appointment AND a.applicant = c.applicant
				AND a.grp = c.service_group AND a.state IN ('booked', 'displaced', 'suspended'))
			AND NOT EXISTS (SELECT 1 FROM booking.offers o JOIN booking.offer_seats os ON os.offer = o.id
				WHERE o.id = c.appointment AND os.applicant = c.applicant AND o.grp = c.service_group AND o.state = 'open')`,
		"an active appointment has both claims": `SELECT a.id::text FROM booking.appointments a
			WHERE a.state IN ('booked', 'displaced', 'suspended') AND NOT (
				EXISTS (SELECT 1 FROM booking.seat_claims c WHERE c.seat = a.seat AND c.appointment = a.id) AND
				EXISTS (SELECT 1 FROM booking.person_claims p WHERE p.applicant = a.applicant
					AND p.service_group = a.grp AND p.appointment = a.id))`,
		"one active appointment for a seat": `SELECT seat FROM booking.appointments
			WHERE state IN ('booked', 'displaced', 'suspended') GROUP BY seat HAVING count(*) > 1`,
		"one active appointment for an applicant and group": `SELECT applicant::text FROM booking.appointments
			WHERE state IN ('booked', 'displaced', 'suspended') GROUP BY applicant, grp HAVING count(*) > 1`,
		"seat and appointment agree": `SELECT a.id::text FROM booking.appointments a JOIN booking.seats s ON s.id = a.seat
			WHERE (a.state, s.state) IN (('booked', 'open'), ('booked', 'returned'), ('booked', 'withdrawn'), ('booked', 'displaced'),
				('displaced', 'booked'), ('suspended', 'open')) OR (a.start_at, a.minutes) IS DISTINCT FROM (s.start_at, s.minutes)`,
		"live seats of a counter do not overlap": `SELECT a.id FROM booking.seats a JOIN booking.seats b
			ON a.consulate = b.consulate AND a.counter = b.counter AND a.id < b.id AND a.span && b.span
			WHERE a.state NOT IN ('withdrawn', 'displaced') AND b.state NOT IN ('withdrawn', 'displaced')`,
		"every appointment has its event and ended its hold": `SELECT a.id::text FROM booking.appointments a
			WHERE NOT EXISTS (SELECT 1 FROM booking.events e WHERE e.appointment = a.id AND e.type = 'appointment.booked'
				AND e.subject = a.person)
			OR NOT EXISTS (SELECT 1 FROM booking.ended_holds h WHERE h.hold_id = a.hold_id AND h.reason = 'confirmed')`,
		"a confirmed hold is an appointment": `SELECT h.hold_id FROM booking.ended_holds h WHERE h.reason = 'confirmed'
			AND NOT EXISTS (SELECT 1 FROM booking.appointments a WHERE a.hold_id = h.hold_id AND a.seat = h.seat)`,
		"every end has exactly one event": `SELECT a.id::text FROM booking.appointments a
			WHERE (SELECT count(*) FROM booking.events e WHERE e.appointment = a.id
				AND e.type IN ('appointment.cancelled', 'appointment.outcome', 'appointment.lapsed'))
				<> (a.state IN ('cancelled', 'served', 'no_show', 'returned', 'lapsed'))::int`,
		"the last event of a seat tells its state": `SELECT s.id || ' ' || s.state || ' after ' || coalesce(e.type, 'nothing')
			FROM booking.seats s LEFT JOIN LATERAL (SELECT type FROM booking.events WHERE seat = s.id ORDER BY seq DESC LIMIT 1) e ON true
			WHERE (s.state, coalesce(e.type, '')) NOT IN (('planned', 'seat.published'), ('open', 'seat.published'),
				('open', 'seat.reopened'), ('booked', 'appointment.booked'), ('returned', 'appointment.cancelled'),
				('withdrawn', 'appointment.cancelled'), ('returned', 'seat.returned'), ('withdrawn', 'seat.withdrawn'),
				('displaced', 'appointment.displaced'), ('served', 'appointment.outcome'), ('no_show', 'appointment.outcome'),
				('withdrawn', 'appointment.outcome'), ('lapsed', 'appointment.lapsed'), ('withdrawn', 'appointment.lapsed'),
				('returned', 'seat.published'), ('in_draw', 'seat.in_draw'), ('offered', 'seat.offered'))`,
		"blinds are not used twice": `SELECT encode(blind, 'hex') FROM booking.events GROUP BY blind HAVING count(*) > 1`,
	}
}

// CheckLedgerInvariants reads the whole ledger and reports every broken rule. Nothing may write meanwhile.
func CheckLedgerInvariants(t testing.TB, db Querier) {
	t.Helper()
	for rule, query := range ledgerInvariants() {
		broken, err := namesOf(context.WithoutCancel(t.Context()), db, query)
		if err != nil {
			t.Fatalf("check that %s: %v", rule, err)
		}
		if len(broken) > 0 {
			t.Errorf("broken: %s: %d such, first %q", rule, len(broken), broken[0])
		}
	}
}

func namesOf(ctx context.Context, db Querier, query string) ([]string, error) {
	found, err := db.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	return pgx.CollectRows(found, pgx.RowTo[string])
}
