package booking

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/identity"
)

// bars are those of applicants with an entry.
type bars map[uuid.UUID]Code

func (b bars) Blocked(_ context.Context, applicant uuid.UUID, _ GroupID) error {
	if code := b[applicant]; code != "" {
		return Refuse(code, "in a draw")
	}
	return nil
}

// Whoever has a live entry or an open offer holds nothing in the group, for herself or through others.
func TestEntriesBarHolds(t *testing.T) {
	for _, code := range []Code{CodeLiveEntry, CodeOfferOpen, ""} {
		o, f := newFront(t, func(*Policy) {})
		s := citizen()
		o.Bars = bars{s.Person: code}
		_, err := o.Reserve(t.Context(), s, request("passport-adult", nil))
		if CodeOf(err) != code {
			t.Errorf("with %q: %v", code, err)
		}
		if (f.live.ID == "") != (code != "") {
			t.Errorf("with %q the inventory was asked", code)
		}
	}
}

// With standby draws no seat re-opens by itself.
func TestStandbyNeverReopens(t *testing.T) {
	o := &Office{Deps: Deps{Policy: Policy{Standby: true, ReopenWithin: 24 * time.Hour}}}
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	if at, err := o.ReopenAt(now, now.AddDate(0, 0, 7)); err != nil || !at.IsZero() {
		t.Errorf("opens at %s, %v", at, err)
	}
}

// desk is a ledger with one appointment; it keeps what it is told.
type desk struct {
	Ledger
	Inventory
	appointment Appointment
	cancelled   Cancellation
	recorded    OutcomeRecord
}

func (d *desk) Appointment(context.Context, uuid.UUID) (Appointment, error) {
	return d.appointment, nil
}

func (d *desk) Cancel(_ context.Context, c Cancellation) (Appointment, error) {
	d.cancelled = c
	return d.appointment, nil
}

func (d *desk) RecordOutcome(_ context.Context, r OutcomeRecord) (Appointment, error) {
	d.recorded = r
	return d.appointment, nil
}

func (d *desk) Forget(context.Context, uuid.UUID, GroupID, uuid.UUID) error { return nil }

// A cancellation shortly before the start is late, unless the post itself took the time away; a no-show pauses, another
// outcome does not.
func TestLateCancellationsAndNoShowsPause(t *testing.T) {
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	person := uuid.New()
	d := &desk{}
	o := &Office{Deps: Deps{
		Ledger: d, Inventory: d, Now: func() time.Time { return now },
		Policy: Policy{Standby: true, LateCancel: 48 * time.Hour, Pause: 14 * 24 * time.Hour},
	}}
	s := citizen()
	s.Person = person
	for _, c := range []struct {
		left  time.Duration
		state AppointmentState
		late  bool
	}{
		{48 * time.Hour, AppointmentBooked, false},
		{48*time.Hour - time.Second, AppointmentBooked, true},
		{time.Hour, AppointmentDisplaced, false},
	} {
		d.appointment = Appointment{ID: uuid.New(), Person: person, State: c.state, Start: now.Add(c.left)}
		if _, err := o.Cancel(t.Context(), s, d.appointment.ID); err != nil {
			t.Fatal(err)
		}
		if d.cancelled.Late != c.late || d.cancelled.PauseUntil.IsZero() == c.late {
			t.Errorf("%s before, %s: %+v", c.left, c.state, d.cancelled)
		}
	}
	officer := identity.Session{Person: uuid.New(), Grants: []identity.Grant{{Role: identity.RoleOfficer, Consulate: "waw"}}}
	d.appointment.Consulate = "waw"
	for outcome, pauses := range map[Outcome]bool{OutcomeNoShow: true, OutcomeServed: false} {
		if _, err := o.RecordOutcome(t.Context(), officer, d.appointment.ID, outcome, ""); err != nil {
			t.Fatal(err)
		}
		if d.recorded.PauseUntil.IsZero() == pauses {
			t.Errorf("%s: %+v", outcome, d.recorded)
		}
	}
}
