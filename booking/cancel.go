package booking

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/identity"
)

// Cancel ends an appointment at its owner's wish. The seat is returned: it opens again at a random moment, or a standby
// draw gives it. A late one resets the weight and pauses online entry.
// Cancelling a cancelled appointment answers it again. A displaced appointment can be cancelled at any time: the
// post has taken its time away.
//
// Refusals: CodeAppointmentAbsent, CodeNotActive, CodeTooLate.
func (o *Office) Cancel(ctx context.Context, s identity.Session, id uuid.UUID) (Appointment, error) {
	a, err := o.Appointment(ctx, s, id)
	if err != nil || a.State == AppointmentCancelled {
		return a, err
	}
	now := o.Now()
	reopen, err := o.ReopenAt(now, a.Start)
	if err != nil {
		return Appointment{}, err
	}
	c := Cancellation{
		Appointment: id, Person: s.Person, ReopenAt: reopen, Now: now,
		Actor: Actor{Person: s.Person, Role: string(identity.RoleCitizen)},
	}
	if a.State != AppointmentDisplaced && o.Late(now, a.Start) {
		c.Late, c.PauseUntil = true, o.pauseFrom(now)
	}
	a, err = o.Ledger.Cancel(ctx, c)
	if err != nil {
		return Appointment{}, err
	}
	o.forget(ctx, a)
	return a, nil
}

// Late tells whether giving the appointment back now resets the applicant's weight and pauses her online entry; a page
// says so before she does it.
func (o *Office) Late(now, start time.Time) bool {
	return o.Policy.LateCancel > 0 && now.After(start.Add(-o.Policy.LateCancel))
}

func (o *Office) pauseFrom(now time.Time) time.Time {
	if o.Policy.Pause <= 0 {
		return time.Time{}
	}
	return now.Add(o.Policy.Pause)
}

// forget frees the applicant in the inventory; when it fails, the claim is repaired by the next rebuild, and
// until then the inventory is stricter than the ledger, never laxer.
func (o *Office) forget(ctx context.Context, a Appointment) {
	if err := o.Inventory.Forget(ctx, a.Applicant, a.Group, a.ID); err != nil {
		o.Logger.WarnContext(ctx, "free the applicant in the inventory", "appointment", a.ID, "error", err)
	}
}

// Appointment returns one appointment of the person, or CodeAppointmentAbsent.
func (o *Office) Appointment(ctx context.Context, s identity.Session, id uuid.UUID) (Appointment, error) {
	a, err := o.Ledger.Appointment(ctx, id)
	if err != nil {
		return Appointment{}, err
	}
	if a.Person != s.Person {
		return Appointment{}, Refuse(CodeAppointmentAbsent, "no such appointment")
	}
	return a, nil
}

// Appointments lists the person's appointments, newest start first.
func (o *Office) Appointments(ctx context.Context, s identity.Session) ([]Appointment, error) {
	return o.Ledger.AppointmentsOf(ctx, s.Person)
}

// Record is the person's record of actions, newest first.
func (o *Office) Record(ctx context.Context, s identity.Session, limit int) ([]Event, error) {
	return o.Ledger.EventsOf(ctx, s.Person, limit)
}

// RecordOutcome writes what happened at the desk; only an officer of the post may.
//
// Refusals: CodeForbidden, CodeInvalid, CodeAppointmentAbsent, CodeNotActive, CodeTooEarly.
func (o *Office) RecordOutcome(ctx context.Context, s identity.Session, id uuid.UUID, out Outcome, reason string) (Appointment, error) {
	if !slices.Contains([]Outcome{OutcomeServed, OutcomeNoShow, OutcomeReturned}, out) {
		return Appointment{}, &Error{Code: CodeInvalid, Detail: "no such outcome", Fields: []FieldError{{Pointer: "/outcome", Code: "invalid", Detail: "served, no_show or returned"}}}
	}
	if out == OutcomeReturned && reason == "" {
		return Appointment{}, &Error{Code: CodeInvalid, Detail: "say why it is returned", Fields: []FieldError{{Pointer: "/reason", Code: "required", Detail: "needed for returned"}}}
	}
	a, err := o.Ledger.Appointment(ctx, id)
	if err != nil {
		return Appointment{}, err
	}
	if !s.HasAt(identity.RoleOfficer, string(a.Consulate)) {
		return Appointment{}, Refuse(CodeForbidden, "only an officer of the post records outcomes")
	}
	record := OutcomeRecord{
		Appointment: id, Consulate: a.Consulate, Outcome: out, Reason: reason, Now: o.Now(),
		Actor: Actor{Person: s.Person, Role: string(identity.RoleOfficer)},
	}
	if out == OutcomeNoShow {
		record.PauseUntil = o.pauseFrom(record.Now)
	}
	a, err = o.Ledger.RecordOutcome(ctx, record)
	if err != nil {
		return Appointment{}, err
	}
	o.forget(ctx, a)
	return a, nil
}

// Desk lists a post's appointments of one day for its officers.
func (o *Office) Desk(ctx context.Context, s identity.Session, c ConsulateID, day string) ([]Appointment, error) {
	post, err := o.Catalogue.Consulate(c)
	if err != nil {
		return nil, err
	}
	if !s.HasAt(identity.RoleOfficer, string(c)) {
		return nil, Refuse(CodeForbidden, "only an officer of the post sees its day")
	}
	from, to, err := dayBounds(day, post.Location)
	if err != nil {
		return nil, err
	}
	return o.Ledger.AppointmentsAt(ctx, c, from, to)
}
