package bookingtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// The small world of the ledger's tests: one post, one group, one week far enough ahead.
const (
	TestPost  booking.ConsulateID = "waw"
	TestGroup booking.GroupID     = "passport"
	TestWeek                      = "2041-W02"
)

// TestMonday is when the first seats of TestWeek begin.
func TestMonday() time.Time { return time.Date(2041, 1, 7, 8, 0, 0, 0, time.UTC) }

// MakeSeats lays out n open seats of 20 minutes, counters side by side, four counters to a start time.
func MakeSeats(c booking.ConsulateID, from time.Time, n int) []booking.Seat {
	seats := make([]booking.Seat, n)
	for i := range seats {
		start := from.Add(time.Duration(i/4) * 20 * time.Minute)
		counter := fmt.Sprintf("c%d", i%4+1)
		seats[i] = booking.Seat{
			ID:        booking.SeatID(fmt.Sprintf("%s-%s-%s-20", c, counter, start.UTC().Format("20060102T1504Z"))),
			Consulate: c, Counter: booking.CounterID(counter), Group: TestGroup, Pool: booking.PoolOpen,
			Start: start, Minutes: 20, State: booking.SeatOpen,
		}
	}
	return seats
}

// PublishSeats publishes n open seats of TestWeek at the post, whose week must be unpublished so far.
func PublishSeats(t testing.TB, w booking.WeekLedger, c booking.ConsulateID, n int) []booking.Seat {
	t.Helper()
	seats := MakeSeats(c, TestMonday(), n)
	_, err := w.PublishWeek(t.Context(), booking.WeekChange{
		Consulate: c, ISOWeek: TestWeek, Plan: []byte(`{"plan":1}`), Add: seats,
		Actor: booking.Actor{Person: uuid.New(), Role: "officer"},
	})
	if err != nil {
		t.Fatalf("publish %d seats: %v", n, err)
	}
	return seats
}

// MakeHold is a confirming hold of the seat by a person for herself.
func MakeHold(seat booking.Seat, person uuid.UUID) booking.Hold {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	at := seat.Start.Add(-48 * time.Hour)
	return booking.Hold{
		ID: booking.NewHoldID(seat.Consulate, uuid.New()), Consulate: seat.Consulate, Group: seat.Group,
		Service: "passport-adult", Seat: seat.ID, Start: seat.Start, Minutes: seat.Minutes,
		Person: person, Applicant: person, State: booking.HoldConfirming,
		CreatedAt: at, ExpiresAt: at.Add(10 * time.Minute), LastExpiry: at.Add(15 * time.Minute),
		Nonce: hex.EncodeToString(nonce),
	}
}

// Sign makes the confirmation of a hold as if its holder had signed it just now: each call is another signature.
func Sign(h booking.Hold) booking.Confirmation {
	id := uuid.New()
	return booking.Confirmation{
		Hold: h, Appointment: id, Reference: "WAW-" + id.String()[:13],
		SignatureDigest: sha256.Sum256(id[:]), DocumentDigest: sha256.Sum256([]byte(h.ID)),
		Evidence: []byte("sealed"), Actor: booking.Actor{Person: h.Person, Role: "citizen"},
	}
}

// EndOf is the report of a hold that ended.
func EndOf(h booking.Hold, r booking.EndReason) booking.EndedHold {
	return booking.EndedHold{
		Hold: h.ID, Seat: h.Seat, Consulate: h.Consulate, Group: h.Group, Person: h.Person, Applicant: h.Applicant, Reason: r,
	}
}

// WantCode fails the test unless err carries the code ("" means no error).
func WantCode(t testing.TB, err error, want booking.Code) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if got := booking.CodeOf(err); got != want {
		t.Fatalf("error = %v, want code %q", err, want)
	}
}

func mustConfirm(t testing.TB, l booking.Ledger, c booking.Confirmation) booking.Appointment {
	t.Helper()
	a, err := l.Confirm(t.Context(), c)
	if err != nil {
		t.Fatalf("confirm: %v", err)
	}
	return a
}

// stateOf returns the ledger's word on a seat, by its week.
func stateOf(t testing.TB, l booking.WeekLedger, seat booking.Seat) booking.SeatState {
	t.Helper()
	w, err := l.Week(t.Context(), seat.Consulate, TestWeek)
	if err != nil {
		t.Fatalf("read the week: %v", err)
	}
	for _, s := range w.Seats {
		if s.ID == seat.ID {
			return s.State
		}
	}
	return booking.SeatWithdrawn
}

func wantState(t testing.TB, l booking.WeekLedger, seat booking.Seat, want booking.SeatState) {
	t.Helper()
	if got := stateOf(t, l, seat); got != want {
		t.Fatalf("seat %s is %s, want %s", seat.ID, got, want)
	}
}
