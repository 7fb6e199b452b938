package bookingtest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

func dayBefore() time.Time { return TestMonday().AddDate(0, 0, -1) }

func storeCancel(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	ann := uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seat, ann)))
	reopen := TestMonday().Add(-20 * time.Hour)
	got, err := l.Cancel(t.Context(), booking.Cancellation{
		Appointment: a.ID, Person: ann, ReopenAt: reopen, Now: dayBefore(), Actor: booking.Actor{Person: ann, Role: "citizen"},
	})
	WantCode(t, err, "")
	if got.State != booking.AppointmentCancelled || got.EndedAt.IsZero() || got.ID != a.ID {
		t.Fatalf("cancelled appointment: %+v", got)
	}
	wantState(t, l, seat, booking.SeatReturned)
	_, err = l.Confirm(t.Context(), Sign(MakeHold(seat, uuid.New())))
	WantCode(t, err, booking.CodeSeatTaken) // returned is not open
	if seats, err := l.ReopenDue(t.Context(), reopen, 10); err != nil || len(seats) != 1 || seats[0].ID != seat.ID {
		t.Fatalf("re-opened: %v, %v", seats, err)
	}
	mustConfirm(t, l, Sign(MakeHold(seat, ann))) // both claims are free again
	types := eventTypes(t, l, ann)
	if len(types) != 3 || types[0] != booking.EventBooked || types[1] != booking.EventCancelled || types[2] != booking.EventBooked {
		t.Fatalf("the person's record: %v", types)
	}
}

func eventTypes(t *testing.T, l booking.Ledger, person uuid.UUID) []booking.EventType {
	t.Helper()
	events, err := l.EventsOf(t.Context(), person, 100)
	WantCode(t, err, "")
	out := make([]booking.EventType, len(events))
	for i, e := range events {
		if e.Seq == 0 || e.ID == uuid.Nil || e.At.IsZero() || e.Subject != person {
			t.Fatalf("an event without its marks: %+v", e)
		}
		out[i] = e.Type
	}
	return out
}

func storeCancelRefuses(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	ann := uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seat, ann)))
	cancel := func(id, person uuid.UUID, now time.Time) error {
		_, err := l.Cancel(t.Context(), booking.Cancellation{Appointment: id, Person: person, Now: now, ReopenAt: now})
		return err
	}
	WantCode(t, cancel(uuid.New(), ann, dayBefore()), booking.CodeAppointmentAbsent)
	WantCode(t, cancel(a.ID, uuid.New(), dayBefore()), booking.CodeAppointmentAbsent)
	WantCode(t, cancel(a.ID, ann, seat.Start), booking.CodeTooLate)
	wantState(t, l, seat, booking.SeatBooked)
	WantCode(t, cancel(a.ID, ann, dayBefore()), "")
	WantCode(t, cancel(a.ID, ann, dayBefore()), booking.CodeNotActive)
}

func storeOutcomes(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 3)
	for i, c := range []struct {
		outcome booking.Outcome
		state   booking.AppointmentState
		seat    booking.SeatState
	}{
		{booking.OutcomeServed, booking.AppointmentServed, booking.SeatServed},
		{booking.OutcomeNoShow, booking.AppointmentNoShow, booking.SeatNoShow},
		{booking.OutcomeReturned, booking.AppointmentReturned, booking.SeatServed},
	} {
		a := mustConfirm(t, l, Sign(MakeHold(seats[i], uuid.New())))
		got, err := l.RecordOutcome(t.Context(), booking.OutcomeRecord{
			Appointment: a.ID, Consulate: TestPost, Outcome: c.outcome, Reason: "photo", Now: seats[i].Start,
			Actor: booking.Actor{Person: uuid.New(), Role: "officer"},
		})
		WantCode(t, err, "")
		if got.State != c.state || got.EndedAt.IsZero() {
			t.Fatalf("%s: %+v", c.outcome, got)
		}
		wantState(t, l, seats[i], c.seat)
	}
}

func storeOutcomeRefuses(t *testing.T, l FullLedger) {
	seat := PublishSeats(t, l, TestPost, 1)[0]
	a := mustConfirm(t, l, Sign(MakeHold(seat, uuid.New())))
	record := func(o booking.OutcomeRecord) error {
		_, err := l.RecordOutcome(t.Context(), o)
		return err
	}
	good := booking.OutcomeRecord{Appointment: a.ID, Consulate: TestPost, Outcome: booking.OutcomeServed, Now: seat.Start}
	o := good
	o.Consulate = "par"
	WantCode(t, record(o), booking.CodeForbidden)
	o = good
	o.Now = seat.Start.Add(-time.Second)
	WantCode(t, record(o), booking.CodeTooEarly)
	o = good
	o.Outcome = "vanished"
	WantCode(t, record(o), booking.CodeInvalid)
	o.Outcome = booking.OutcomeReturned // without a reason
	WantCode(t, record(o), booking.CodeInvalid)
	o = good
	o.Appointment = uuid.New()
	WantCode(t, record(o), booking.CodeAppointmentAbsent)
	WantCode(t, record(good), "")
	WantCode(t, record(good), booking.CodeNotActive)
}

func storeLapse(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 8) // two start times
	persons := make([]uuid.UUID, len(seats))
	for i, seat := range seats {
		persons[i] = uuid.New()
		mustConfirm(t, l, Sign(MakeHold(seat, persons[i])))
	}
	before := seats[0].Start.Add(time.Second)
	first, err := l.LapseDue(t.Context(), before, 3)
	WantCode(t, err, "")
	second, err := l.LapseDue(t.Context(), before, 3)
	WantCode(t, err, "")
	third, err := l.LapseDue(t.Context(), before, 3)
	WantCode(t, err, "")
	if len(first) != 3 || len(second) != 1 || len(third) != 0 {
		t.Fatalf("lapsed %d, %d, %d", len(first), len(second), len(third))
	}
	if first[0].State != booking.AppointmentLapsed {
		t.Fatalf("lapsed appointment is %s", first[0].State)
	}
	wantState(t, l, seats[0], booking.SeatLapsed)
	wantState(t, l, seats[4], booking.SeatBooked)
	next := MakeSeats("par", TestMonday(), 1)
	_, err = l.PublishWeek(t.Context(), booking.WeekChange{Consulate: "par", ISOWeek: TestWeek, Add: next})
	WantCode(t, err, "")
	mustConfirm(t, l, Sign(MakeHold(next[0], persons[0]))) // the person is free again
}

func storeLists(t *testing.T, l FullLedger) {
	seats := PublishSeats(t, l, TestPost, 8)
	ann, bob := uuid.New(), uuid.New()
	a := mustConfirm(t, l, Sign(MakeHold(seats[0], ann)))
	b := mustConfirm(t, l, Sign(MakeHold(seats[4], bob)))
	_, err := l.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: ann, Now: dayBefore()})
	WantCode(t, err, "")
	later := mustConfirm(t, l, Sign(MakeHold(seats[5], ann)))

	mine, err := l.AppointmentsOf(t.Context(), ann)
	WantCode(t, err, "")
	if len(mine) != 2 || mine[0].ID != later.ID || mine[1].ID != a.ID || mine[1].State != booking.AppointmentCancelled {
		t.Fatalf("her appointments: %+v", mine)
	}
	desk, err := l.AppointmentsAt(t.Context(), TestPost, seats[0].Start, seats[4].Start.Add(time.Second))
	WantCode(t, err, "")
	if len(desk) != 2 || desk[0].Start != seats[4].Start || (desk[0].ID != b.ID && desk[1].ID != b.ID) {
		t.Fatalf("the desk's list: %+v", desk)
	}
	if none, err := l.AppointmentsAt(t.Context(), "par", seats[0].Start, seats[7].Start); err != nil || len(none) != 0 {
		t.Fatalf("the list of another post: %v, %v", none, err)
	}
	_, err = l.Appointment(t.Context(), uuid.New())
	WantCode(t, err, booking.CodeAppointmentAbsent)
	_, err = l.AppointmentByHold(t.Context(), booking.NewHoldID(TestPost, uuid.New()))
	WantCode(t, err, booking.CodeAppointmentAbsent)
	if events, err := l.EventsOf(t.Context(), ann, 1); err != nil || len(events) != 1 || events[0].Appointment != later.ID {
		t.Fatalf("the newest event: %+v, %v", events, err)
	}
}
