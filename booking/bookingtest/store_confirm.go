package bookingtest

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
)

func storeConfirmBooks(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	c := Sign(MakeHold(seat, uuid.New()))
	a := mustConfirm(t, l, c)
	want := booking.Appointment{
		ID: c.Appointment, Reference: c.Reference, State: booking.AppointmentBooked, Hold: c.Hold.ID,
		Consulate: TestPost, Group: TestGroup, Service: c.Hold.Service, Seat: seat.ID, Start: seat.Start, Minutes: 20,
		Person: c.Hold.Person, Applicant: c.Hold.Applicant, BookedAt: a.BookedAt, SignatureDigest: c.SignatureDigest,
	}
	if d := cmp.Diff(want, a); d != "" {
		t.Fatalf("appointment (-want +got):\n%s", d)
	}
	if a.BookedAt.IsZero() {
		t.Fatal("an appointment without a time of booking")
	}
	for name, read := range map[string]func() (booking.Appointment, error){
		"by id":   func() (booking.Appointment, error) { return l.Appointment(t.Context(), a.ID) },
		"by hold": func() (booking.Appointment, error) { return l.AppointmentByHold(t.Context(), a.Hold) },
	} {
		got, err := read()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(a, got); d != "" {
			t.Fatalf("%s (-confirmed +read):\n%s", name, d)
		}
	}
	wantState(t, l, seat, booking.SeatBooked)
}

func storeConfirmAgain(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	c := Sign(MakeHold(seat, uuid.New()))
	first := mustConfirm(t, l, c)
	again := c
	again.Appointment, again.Reference = uuid.New(), "WAW-OTHER" // a retry of a caller that lost the answer
	if d := cmp.Diff(first, mustConfirm(t, l, again)); d != "" {
		t.Fatalf("the same signature gave another appointment:\n%s", d)
	}
	_, err := l.Confirm(t.Context(), Sign(c.Hold))
	WantCode(t, err, booking.CodeAlreadyConfirmed)
	_, err = l.Cancel(t.Context(), booking.Cancellation{Appointment: first.ID, Person: first.Person, Now: TestMonday().AddDate(0, 0, -1)})
	WantCode(t, err, "")
	if got := mustConfirm(t, l, c); got.State != booking.AppointmentCancelled {
		t.Fatalf("a replay after the cancellation is %s", got.State)
	}
}

func storeConfirmRefuses(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 6)
	ann, bob := uuid.New(), uuid.New()
	first := Sign(MakeHold(seats[0], ann))
	mustConfirm(t, l, first)

	check := func(name string, c booking.Confirmation, want booking.Code) {
		t.Helper()
		if _, err := l.Confirm(t.Context(), c); booking.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	check("seat of another", Sign(MakeHold(seats[0], bob)), booking.CodeSeatTaken)
	check("second appointment of one applicant", Sign(MakeHold(seats[1], ann)), booking.CodeAlreadyBooked)
	forAnn := MakeHold(seats[1], bob)
	forAnn.Applicant = ann
	check("second appointment through another person", Sign(forAnn), booking.CodeAlreadyBooked)
	used := Sign(MakeHold(seats[1], bob))
	used.SignatureDigest = first.SignatureDigest
	check("signature of another hold", used, booking.CodeSignatureReused)
	used = Sign(MakeHold(seats[1], bob))
	used.Hold.Nonce = first.Hold.Nonce
	check("nonce of another hold", used, booking.CodeSignatureReused)
	used = Sign(MakeHold(seats[1], bob))
	used.Reference = first.Reference
	check("reference in use", used, booking.CodeInvalid)
	unknown := MakeHold(seats[1], bob)
	unknown.Seat = "waw-c9-20410107T0800Z-20"
	check("unknown seat", Sign(unknown), booking.CodeSeatTaken)
	moved := MakeHold(seats[1], bob)
	moved.Start = moved.Start.Add(20 * 60e9)
	check("another time than the seat's", Sign(moved), booking.CodeSeatTaken)
	// None of it left a trace: the seat and the person are still free.
	mustConfirm(t, l, Sign(MakeHold(seats[1], bob)))
}

func storeConfirmIncomplete(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	c := Sign(MakeHold(seat, uuid.New()))
	c.Evidence, c.Hold.Nonce = nil, ""
	_, err := l.Confirm(t.Context(), c)
	WantCode(t, err, booking.CodeInvalid)
	wantState(t, l, seat, booking.SeatOpen)
}

// outcomes runs confirmations at once and counts their codes ("" for success).
func outcomes(t *testing.T, l booking.Ledger, cs []booking.Confirmation) (map[booking.Code]int, []booking.Appointment) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	codes := map[booking.Code]int{}
	var won []booking.Appointment
	start := make(chan struct{})
	for _, c := range cs {
		wg.Go(func() {
			<-start
			a, err := l.Confirm(context.WithoutCancel(t.Context()), c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && booking.CodeOf(err) == "" {
				t.Errorf("confirm: %v", err)
			}
			codes[booking.CodeOf(err)]++
			if err == nil {
				won = append(won, a)
			}
		})
	}
	close(start)
	wg.Wait()
	return codes, won
}

func storeRush(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 16)
	var cs []booking.Confirmation
	for i := range 160 { // ten for each seat; some persons try twice, for different seats
		person := uuid.New()
		cs = append(cs, Sign(MakeHold(seats[i%16], person)))
		if i%5 == 0 {
			cs = append(cs, Sign(MakeHold(seats[(i+1)%16], person)))
		}
	}
	codes, won := outcomes(t, l, cs)
	if codes[""] != 16 || codes[""]+codes[booking.CodeSeatTaken]+codes[booking.CodeAlreadyBooked] != len(cs) {
		t.Fatalf("verdicts of %d confirmations for 16 seats: %v", len(cs), codes)
	}
	seen := map[booking.SeatID]bool{}
	persons := map[uuid.UUID]bool{}
	for _, a := range won {
		if seen[a.Seat] || persons[a.Applicant] {
			t.Fatalf("seat %s or its person was given twice", a.Seat)
		}
		seen[a.Seat], persons[a.Applicant] = true, true
	}
}

func storeRushOfOneApplicant(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 64)
	ann := uuid.New()
	var cs []booking.Confirmation
	for _, seat := range seats {
		cs = append(cs, Sign(MakeHold(seat, ann)))
	}
	codes, _ := outcomes(t, l, cs)
	if codes[""] != 1 || codes[booking.CodeAlreadyBooked] != 63 {
		t.Fatalf("verdicts of one applicant for 64 seats: %v", codes)
	}
}

func storeRushOfOneHold(t *testing.T, l FullLedger) {
	hold := MakeHold(PublishSeats(t, l, TestPost, 1)[0], uuid.New())
	one, other := Sign(hold), Sign(hold)
	var cs []booking.Confirmation
	for i := range 64 {
		c := one
		if i%2 == 1 {
			c = other
		}
		c.Appointment, c.Reference = uuid.New(), "WAW-"+uuid.NewString()
		cs = append(cs, c)
	}
	codes, won := outcomes(t, l, cs)
	if codes[""] != 32 || codes[booking.CodeAlreadyConfirmed] != 32 {
		t.Fatalf("verdicts of one hold signed twice: %v", codes)
	}
	for _, a := range won {
		if a.ID != won[0].ID {
			t.Fatal("one signature gave two appointments")
		}
	}
}
