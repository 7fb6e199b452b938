package bookingtest

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"chesna/booking"
)

func storePublish(t *testing.T, l FullLedger) {
	empty, err := l.Week(t.Context(), TestPost, TestWeek)
	WantCode(t, err, "")
	if empty.Revision != 0 || len(empty.Seats) != 0 || empty.ISOWeek != TestWeek {
		t.Fatalf("a week that was never published: %+v", empty)
	}
	seats := PublishSeats(t, l, TestPost, 4)
	week, err := l.Week(t.Context(), TestPost, TestWeek)
	WantCode(t, err, "")
	if week.Revision != 1 || string(week.Plan) != `{"plan":1}` || len(week.Seats) != 4 || week.UpdatedAt.IsZero() {
		t.Fatalf("the first revision: %+v", week)
	}
	for i, s := range week.Seats {
		if s != seats[i] {
			t.Fatalf("seat %d: %+v, want %+v", i, s, seats[i])
		}
	}
	drawn := MakeSeats(TestPost, TestMonday().AddDate(0, 0, 1), 1)[0]
	drawn.Pool = booking.PoolDraw
	moved := seats[0] // taken away and added again for the draw, by one change
	moved.Pool = booking.PoolDraw
	week, err = l.PublishWeek(t.Context(), booking.WeekChange{
		Consulate: TestPost, ISOWeek: TestWeek, Expected: 1, Plan: []byte(`{}`), Add: []booking.Seat{drawn, moved},
		Remove: []booking.SeatID{seats[0].ID, seats[1].ID}, Reason: "strike", Evidence: []byte("signed"),
	})
	WantCode(t, err, "")
	if week.Revision != 2 || week.Reason != "strike" || len(week.Seats) != 4 {
		t.Fatalf("the second revision: %+v", week)
	}
	wantState(t, l, drawn, booking.SeatPlanned)
	wantState(t, l, moved, booking.SeatPlanned)
	wantState(t, l, seats[1], booking.SeatWithdrawn)
	wantState(t, l, seats[2], booking.SeatOpen)
}

func storePublishStale(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 2)
	for _, expected := range []int64{0, 2} {
		_, err := l.PublishWeek(t.Context(), booking.WeekChange{
			Consulate: TestPost, ISOWeek: TestWeek, Expected: expected, Remove: []booking.SeatID{seats[0].ID},
		})
		WantCode(t, err, booking.CodeStale)
	}
	wantState(t, l, seats[0], booking.SeatOpen)
}

func storePublishTaken(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 3)
	ann := uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seats[0], ann)))
	change := booking.WeekChange{
		Consulate: TestPost, ISOWeek: TestWeek, Expected: 1, Remove: []booking.SeatID{seats[0].ID, seats[1].ID},
	}
	_, err := l.PublishWeek(t.Context(), change)
	WantCode(t, err, booking.CodeSeatsTaken)
	if refusal := new(booking.Error); !asError(err, &refusal) || !slices.Equal(refusal.Seats, []booking.SeatID{seats[0].ID}) {
		t.Fatalf("the refusal names %v", err)
	}
	wantState(t, l, seats[1], booking.SeatOpen) // nothing was done by halves

	change.Displace = true
	week, err := l.PublishWeek(t.Context(), change)
	WantCode(t, err, "")
	if week.Revision != 2 {
		t.Fatalf("revision %d", week.Revision)
	}
	wantState(t, l, seats[0], booking.SeatDisplaced)
	wantState(t, l, seats[1], booking.SeatWithdrawn)
	if got, err := l.Appointment(t.Context(), a.ID); err != nil || got.State != booking.AppointmentDisplaced {
		t.Fatalf("the appointment is %s, %v", got.State, err)
	}
	_, err = l.Confirm(t.Context(), Sign(MakeHold(seats[2], ann)))
	WantCode(t, err, booking.CodeAlreadyBooked) // the claim is kept

	_, err = l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: dayBefore(), ReopenAt: dayBefore()})
	WantCode(t, err, "")
	wantState(t, l, seats[0], booking.SeatWithdrawn) // the counter is closed: the seat does not come back
	mustConfirm(t, l, Sign(MakeHold(seats[2], ann)))
}

func storePublishRefuses(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 2)
	publish := func(add []booking.Seat, remove []booking.SeatID) error {
		_, err := l.PublishWeek(t.Context(), booking.WeekChange{Consulate: TestPost, ISOWeek: TestWeek, Expected: 1, Add: add, Remove: remove})
		return err
	}
	overlap := seats[0]
	overlap.ID, overlap.Start = "waw-c1-20410107T0810Z-20", overlap.Start.Add(10*60e9)
	WantCode(t, publish([]booking.Seat{overlap}, nil), booking.CodeInvalid)
	WantCode(t, publish([]booking.Seat{seats[0]}, nil), booking.CodeInvalid)
	WantCode(t, publish(MakeSeats("par", TestMonday(), 1), nil), booking.CodeInvalid)
	WantCode(t, publish(nil, []booking.SeatID{"waw-c1-20410107T0820Z-99"}), booking.CodeInvalid)
	if week, err := l.Week(t.Context(), TestPost, TestWeek); err != nil || week.Revision != 1 {
		t.Fatalf("a refused change left revision %d, %v", week.Revision, err)
	}
}

func storeRushToPublish(t *testing.T, l FullLedger) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	codes := map[booking.Code]int{}
	for i := range 8 {
		seats := MakeSeats(TestPost, TestMonday().AddDate(0, 0, i), 4)
		wg.Go(func() {
			_, err := l.PublishWeek(t.Context(), booking.WeekChange{Consulate: TestPost, ISOWeek: TestWeek, Add: seats})
			mu.Lock()
			defer mu.Unlock()
			codes[booking.CodeOf(err)]++
		})
	}
	wg.Wait()
	if codes[""] != 1 || codes[booking.CodeStale] != 7 {
		t.Fatalf("verdicts of eight officers: %v", codes)
	}
	if week, err := l.Week(t.Context(), TestPost, TestWeek); err != nil || len(week.Seats) != 4 || week.Revision != 1 {
		t.Fatalf("the week: %d seats, revision %d, %v", len(week.Seats), week.Revision, err)
	}
}
