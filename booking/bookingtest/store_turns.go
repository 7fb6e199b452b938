package bookingtest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// storePublishBack: whoever publishes weeks cannot choose the moment at which a seat opens that somebody gave back.
func storePublishBack(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 5)
	ann, bob := uuid.New(), uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seats[0], ann)))
	_, err := l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: dayBefore(), ReopenAt: dayBefore().Add(time.Hour)})
	WantCode(t, err, "")
	end := func(seat booking.Seat) {
		t.Helper()
		h := MakeHold(seat, bob)
		WantCode(t, l.ReturnSeats(t.Context(), []booking.EndedHold{EndOf(h, booking.EndReleased)}, []time.Time{dayBefore()}), "")
	}
	end(seats[1])
	revision := int64(1)
	change := func(c booking.WeekChange) {
		t.Helper()
		c.Consulate, c.ISOWeek, c.Expected = TestPost, TestWeek, revision
		_, err := l.PublishWeek(t.Context(), c)
		WantCode(t, err, "")
		revision++
	}
	change(booking.WeekChange{Remove: []booking.SeatID{seats[0].ID, seats[1].ID, seats[2].ID, seats[3].ID}})
	end(seats[2]) // released before it was withdrawn, told after
	at := dayBefore().Add(time.Hour)
	change(booking.WeekChange{Add: seats[:4], ReopenAt: []time.Time{at, {}, at, at}})
	for i, want := range []booking.SeatState{booking.SeatReturned, booking.SeatReturned, booking.SeatReturned, booking.SeatOpen, booking.SeatOpen} {
		wantState(t, l, seats[i], want)
	}
	if open, err := l.ReopenDue(t.Context(), at.Add(-time.Second), 9); err != nil || len(open) != 0 {
		t.Fatalf("re-opened before the new time: %v, %v", open, err)
	}
	if open, err := l.ReopenDue(t.Context(), at, 9); err != nil || len(open) != 2 {
		t.Fatalf("re-opened %v, %v", open, err)
	}
	wantState(t, l, seats[1], booking.SeatReturned)
	change(booking.WeekChange{Remove: []booking.SeatID{seats[0].ID}}) // re-opened, and withdrawn as an open one
	change(booking.WeekChange{Add: seats[:1]})                        // by a publisher who names no times
	wantState(t, l, seats[0], booking.SeatReturned)
	_, err = l.PublishWeek(t.Context(), booking.WeekChange{Consulate: TestPost, ISOWeek: TestWeek, Expected: revision, ReopenAt: []time.Time{at}})
	if err == nil {
		t.Fatal("a time to re-open without a seat was taken")
	}
}

// displaced books the first seat, lets its post take it away, and returns the appointment.
func displaced(t *testing.T, l FullLedger, seat booking.Seat, person uuid.UUID) booking.Appointment {
	t.Helper()
	a := mustConfirm(t, l, Sign(MakeHold(seat, person)))
	week, err := l.Week(t.Context(), TestPost, TestWeek)
	WantCode(t, err, "")
	_, err = l.PublishWeek(t.Context(), booking.WeekChange{
		Consulate: TestPost, ISOWeek: TestWeek, Expected: week.Revision, Remove: []booking.SeatID{seat.ID}, Displace: true,
	})
	WantCode(t, err, "")
	return a
}

// storeDisplacedEnds: nobody stays bound to a time that her post took away.
func storeDisplacedEnds(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 5)
	ann, bob := uuid.New(), uuid.New()
	a, b := displaced(t, l, seats[0], ann), displaced(t, l, seats[1], bob)
	got, err := l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: seats[0].Start.Add(time.Hour)})
	WantCode(t, err, "")
	if got.State != booking.AppointmentCancelled {
		t.Fatalf("the appointment is %s", got.State)
	}
	wantState(t, l, seats[0], booking.SeatWithdrawn)
	lapsed, err := l.LapseDue(t.Context(), seats[1].Start.Add(time.Second), 9)
	WantCode(t, err, "")
	if len(lapsed) != 1 || lapsed[0].ID != b.ID || lapsed[0].State != booking.AppointmentLapsed {
		t.Fatalf("lapsed: %+v", lapsed)
	}
	wantState(t, l, seats[1], booking.SeatWithdrawn)
	mustConfirm(t, l, Sign(MakeHold(seats[3], ann)))
	mustConfirm(t, l, Sign(MakeHold(seats[4], bob))) // both are free
}

// storeDisplacedRoom: the time of a displaced seat can be given out anew at its counter, cut otherwise.
func storeDisplacedRoom(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	ann := uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seat, ann)))
	other := seat
	other.ID, other.Start = "waw-c1-20410107T0810Z-20", seat.Start.Add(10*time.Minute)
	change := booking.WeekChange{
		Consulate: TestPost, ISOWeek: TestWeek, Expected: 1, Add: []booking.Seat{other}, Remove: []booking.SeatID{seat.ID}, Displace: true,
	}
	_, err := l.PublishWeek(t.Context(), change)
	WantCode(t, err, "")
	wantState(t, l, seat, booking.SeatDisplaced)
	wantState(t, l, other, booking.SeatOpen)
	_, err = l.Confirm(t.Context(), Sign(MakeHold(other, ann)))
	WantCode(t, err, booking.CodeAlreadyBooked) // her claim is kept
	mustConfirm(t, l, Sign(MakeHold(other, uuid.New())))
	_, err = l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: dayBefore()})
	WantCode(t, err, "")
	wantState(t, l, seat, booking.SeatWithdrawn)
}

// storeSerially: turns of one post follow each other, those of two posts do not wait for one another.
func storeSerially(t *testing.T, l FullLedger) {
	inside, most := 0, 0
	var mu sync.Mutex
	step := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		inside += n
		most = max(most, inside)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := l.Serially(t.Context(), TestPost, func(ctx context.Context) error {
				step(1)
				defer step(-1)
				_, err := l.Week(ctx, TestPost, TestWeek)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != 1 {
		t.Fatalf("%d turns at once", most)
	}
	failure := errors.New("failure")
	err := l.Serially(t.Context(), TestPost, func(ctx context.Context) error {
		waiting, leave := context.WithCancel(ctx)
		waits := make(chan error, 1)
		go func() {
			waits <- l.Serially(waiting, TestPost, func(context.Context) error { return errors.New("two turns of one post") })
		}()
		err := l.Serially(ctx, "par", func(context.Context) error { return nil })
		leave()
		if err := <-waits; !errors.Is(err, context.Canceled) {
			t.Errorf("who left while waiting: %v", err)
		}
		if err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Fatalf("the turn ended with %v", err)
	}
}
