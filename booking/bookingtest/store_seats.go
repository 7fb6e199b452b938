package bookingtest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

func storeReturn(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 3)
	ann := uuid.New()
	hold := MakeHold(seats[0], ann)
	reopen := dayBefore()
	ended := []booking.EndedHold{EndOf(hold, booking.EndExpired)}
	WantCode(t, l.ReturnSeats(t.Context(), ended, []time.Time{reopen}), "")
	wantState(t, l, seats[0], booking.SeatReturned)
	if open, err := l.ReopenDue(t.Context(), reopen.Add(-time.Second), 10); err != nil || len(open) != 0 {
		t.Fatalf("re-opened before its time: %v, %v", open, err)
	}
	if open, err := l.ReopenDue(t.Context(), reopen, 10); err != nil || len(open) != 1 || open[0].State != booking.SeatOpen {
		t.Fatalf("re-opened: %v, %v", open, err)
	}
	// The same report again, late: the seat is somebody else's chance now.
	WantCode(t, l.ReturnSeats(t.Context(), ended, []time.Time{reopen}), "")
	wantState(t, l, seats[0], booking.SeatOpen)

	booked := MakeHold(seats[1], uuid.New())
	mustConfirm(t, l, Sign(booked))
	other := MakeHold(seats[1], uuid.New()) // a hold of a lost inventory on a seat that is booked
	free := MakeHold(seats[2], uuid.New())
	WantCode(t, l.ReturnSeats(t.Context(),
		[]booking.EndedHold{EndOf(other, booking.EndRefused), EndOf(free, booking.EndReleased), EndOf(free, booking.EndReleased)},
		[]time.Time{reopen, {}, reopen}), "")
	wantState(t, l, seats[1], booking.SeatBooked)
	wantState(t, l, seats[2], booking.SeatReturned)
	if open, err := l.ReopenDue(t.Context(), TestMonday(), 10); err != nil || len(open) != 0 {
		t.Fatalf("a seat without a time to re-open was re-opened: %v, %v", open, err)
	}
	if types := eventTypes(t, l, ann); len(types) != 1 || types[0] != booking.EventHoldEnded {
		t.Fatalf("her record: %v", types)
	}
	if err := l.ReturnSeats(t.Context(), ended, nil); err == nil {
		t.Fatal("holds without times were taken")
	}
	WantCode(t, l.ReturnSeats(t.Context(), nil, nil), "")
}

func storeReopen(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 8)
	var ended []booking.EndedHold
	var times []time.Time
	for i, seat := range seats {
		ended = append(ended, EndOf(MakeHold(seat, uuid.New()), booking.EndExpired))
		times = append(times, dayBefore().Add(time.Duration(i)*time.Minute))
	}
	times[7] = seats[7].Start.Add(time.Minute) // comes after the seat has begun
	WantCode(t, l.ReturnSeats(t.Context(), ended, times), "")
	first, err := l.ReopenDue(t.Context(), dayBefore().Add(time.Hour), 5)
	WantCode(t, err, "")
	second, err := l.ReopenDue(t.Context(), dayBefore().Add(time.Hour), 5)
	WantCode(t, err, "")
	if len(first) != 5 || len(second) != 2 {
		t.Fatalf("re-opened %d and %d seats, want 5 and 2", len(first), len(second))
	}
	late, err := l.ReopenDue(t.Context(), seats[7].Start.Add(time.Hour), 5)
	WantCode(t, err, "")
	if len(late) != 0 {
		t.Fatal("a seat that has begun was re-opened")
	}
	wantState(t, l, seats[7], booking.SeatReturned)
}

func storeLateReport(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	ann := uuid.New()
	hold := MakeHold(seat, ann)
	a := mustConfirm(t, l, Sign(hold))
	_, err := l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: dayBefore(), ReopenAt: dayBefore()})
	WantCode(t, err, "")
	_, err = l.ReopenDue(t.Context(), dayBefore(), 1)
	WantCode(t, err, "")
	WantCode(t, l.ReturnSeats(t.Context(), []booking.EndedHold{EndOf(hold, booking.EndExpired)}, []time.Time{dayBefore()}), "")
	wantState(t, l, seat, booking.SeatOpen)
}

func storeConfirmEnded(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	hold := MakeHold(seat, uuid.New())
	WantCode(t, l.ReturnSeats(t.Context(), []booking.EndedHold{EndOf(hold, booking.EndExpired)}, []time.Time{dayBefore()}), "")
	_, err := l.Confirm(t.Context(), Sign(hold))
	WantCode(t, err, booking.CodeSeatTaken)
	_, err = l.ReopenDue(t.Context(), dayBefore(), 1)
	WantCode(t, err, "")
	_, err = l.Confirm(t.Context(), Sign(hold)) // open again, but not for the hold that ended
	WantCode(t, err, booking.CodeSeatTaken)
	wantState(t, l, seat, booking.SeatOpen)
}

func storeSnapshot(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 6)
	ann := uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seats[0], ann)))
	snap, err := l.Snapshot(t.Context(), TestPost)
	WantCode(t, err, "")
	if len(snap.Seats) != 5 || snap.Epoch == "" {
		t.Fatalf("snapshot: %d seats, epoch %q", len(snap.Seats), snap.Epoch)
	}
	if len(snap.Active) != 1 || snap.Active[0] != (booking.ActiveClaim{Applicant: ann, Group: TestGroup, Appointment: a.ID}) {
		t.Fatalf("active claims: %+v", snap.Active)
	}
	if next, err := l.Snapshot(t.Context(), TestPost); err != nil || next.Epoch == snap.Epoch {
		t.Fatalf("two snapshots with one epoch: %v", err)
	}
	since := func() []booking.SeatID {
		t.Helper()
		left, err := l.SeatsLeftSince(t.Context(), TestPost, snap.Seq)
		WantCode(t, err, "")
		return left
	}
	for _, id := range since() {
		if slices.ContainsFunc(snap.Seats, func(s booking.Seat) bool { return s.ID == id }) {
			t.Fatalf("seat %s has not left", id)
		}
	}
	mustConfirm(t, l, Sign(MakeHold(seats[1], uuid.New())))
	WantCode(t, l.ReturnSeats(t.Context(), []booking.EndedHold{
		EndOf(MakeHold(seats[2], uuid.New()), booking.EndExpired), EndOf(MakeHold(seats[3], uuid.New()), booking.EndExpired),
	}, []time.Time{dayBefore(), {}}), "")
	_, err = l.ReopenDue(t.Context(), dayBefore(), 9) // seat 2 left and came back
	WantCode(t, err, "")
	_, err = l.PublishWeek(t.Context(), booking.WeekChange{Consulate: TestPost, ISOWeek: TestWeek, Expected: 1, Remove: []booking.SeatID{seats[4].ID}})
	WantCode(t, err, "")
	left := since()
	for i, want := range []bool{1: true, 2: false, 3: true, 4: true, 5: false} {
		if i > 0 && slices.Contains(left, seats[i].ID) != want {
			t.Errorf("seat %d among those that left: %v, want %v", i, !want, want)
		}
	}
}

func storeNextSeats(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 8)
	mustConfirm(t, l, Sign(MakeHold(seats[0], uuid.New())))
	counts, err := l.NextSeats(t.Context(), TestPost, TestGroup, seats[0].Start, seats[4].Start)
	WantCode(t, err, "")
	want := []booking.SeatCount{
		{Start: seats[0].Start, Pool: booking.PoolOpen, State: booking.SeatBooked, Seats: 1},
		{Start: seats[0].Start, Pool: booking.PoolOpen, State: booking.SeatOpen, Seats: 3},
		{Start: seats[4].Start, Pool: booking.PoolOpen, State: booking.SeatOpen, Seats: 4},
	}
	if !slices.Equal(counts, want) {
		t.Fatalf("counts: %+v", counts)
	}
	if none, err := l.NextSeats(t.Context(), TestPost, "notary", seats[0].Start, seats[4].Start); err != nil || len(none) != 0 {
		t.Fatalf("counts of another group: %+v, %v", none, err)
	}
}
