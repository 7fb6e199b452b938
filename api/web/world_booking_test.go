package web_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

func (w *world) busy(id booking.SeatID) bool {
	for _, h := range w.holds {
		if h.Seat == id {
			return true
		}
	}
	return slices.ContainsFunc(w.appointments, func(a booking.Appointment) bool { return a.Seat == id && a.State == booking.AppointmentBooked })
}

func (w *world) Reserve(ctx context.Context, s identity.Session, r booking.ReserveRequest) (booking.HeldSeat, error) {
	applicant := s.Person
	if !s.Reachable {
		return booking.HeldSeat{}, booking.Refuse("email-needed", "")
	}
	if r.Applicant != nil {
		var err error
		if applicant, err = w.ResolveApplicant(ctx, s.Person, *r.Applicant); err != nil {
			return booking.HeldSeat{}, err
		}
	}
	open, err := w.Availability(ctx, s, r.Consulate, r.Service)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	svc, _ := w.catalogue.Service(r.Service)
	for _, a := range w.appointments {
		if a.Applicant == applicant && a.Group == svc.Group && a.State.Active() {
			return booking.HeldSeat{}, booking.Refuse(booking.CodeAlreadyBooked, "")
		}
	}
	for _, h := range w.holds {
		if h.Applicant == applicant && h.Group == svc.Group {
			return w.held(h), nil
		}
	}
	for _, win := range open.Windows {
		for _, slot := range win.Slots {
			if slot.ID != r.Slot && win.ID != r.Window {
				continue
			}
			id := booking.NewHoldID(r.Consulate, uuid.New())
			h := booking.Hold{
				ID: id, Consulate: r.Consulate, Group: svc.Group, Service: r.Service, Slot: slot.ID, Start: slot.Start, Minutes: 20,
				Seat:   booking.SeatID(fmt.Sprintf("%s-c1-%s-20", r.Consulate, slot.Start.Format("20060102T1504Z"))),
				Person: s.Person, Applicant: applicant, State: booking.HoldHeld, CreatedAt: w.now, ExpiresAt: w.now.Add(10 * time.Minute), LastExpiry: w.now.Add(15 * time.Minute), Nonce: "00",
			}
			w.holds[id] = h
			return w.held(h), nil
		}
	}
	return booking.HeldSeat{}, booking.Refuse(booking.CodeSoldOut, "")
}

func (w *world) held(h booking.Hold) booking.HeldSeat {
	post, _ := w.catalogue.Consulate(h.Consulate)
	svc, _ := w.catalogue.Service(h.Service)
	name := ""
	for _, a := range w.human(h.Person).applicants {
		if a.Person == h.Applicant {
			name = a.Applicant.Names.Full()
		}
	}
	return booking.HeldSeat{Hold: h, Document: booking.BookingDocument("http://chesna.test", h, post, svc, name)}
}

func (w *world) find(s identity.Session, id booking.HoldID) (booking.Hold, error) {
	h, ok := w.holds[id]
	switch {
	case !ok || h.Person != s.Person:
		return h, booking.Refuse(booking.CodeHoldNotFound, "")
	case !w.now.Before(h.ExpiresAt):
		return h, booking.Refuse(booking.CodeHoldExpired, "")
	}
	return h, nil
}

func (w *world) Hold(_ context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.find(s, id)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	return w.held(h), nil
}

func (w *world) Extend(_ context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.find(s, id)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	if h.Extended {
		return booking.HeldSeat{}, booking.Refuse(booking.CodeAlreadyExtended, "")
	}
	h.Extended, h.ExpiresAt = true, h.LastExpiry
	w.holds[id] = h
	return w.held(h), nil
}

func (w *world) Release(_ context.Context, s identity.Session, id booking.HoldID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.find(s, id)
	delete(w.holds, id)
	return err
}

func (w *world) Confirm(_ context.Context, s identity.Session, id booking.HoldID, signature []byte) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.appointments {
		if a.Hold == id && a.Person == s.Person && a.SignatureDigest == sha256.Sum256(signature) {
			return a, nil
		}
	}
	h, err := w.find(s, id)
	if err != nil {
		return booking.Appointment{}, err
	}
	name, err := signer(signature, w.held(h).Document)
	switch {
	case err != nil:
		return booking.Appointment{}, err
	case w.people[name].ID != s.Person:
		return booking.Appointment{}, &identity.Error{Code: identity.CodeSignerMismatch}
	}
	delete(w.holds, id)
	a := booking.Appointment{
		ID: uuid.New(), Reference: "WAW-7K3M-9QXD", State: booking.AppointmentBooked, Hold: id, Consulate: h.Consulate, Group: h.Group, Service: h.Service,
		Seat: h.Seat, Start: h.Start, Minutes: h.Minutes, Person: h.Person, Applicant: h.Applicant, BookedAt: w.now, SignatureDigest: sha256.Sum256(signature),
	}
	w.appointments = append(w.appointments, a)
	w.note(booking.EventBooked, a)
	return a, nil
}

func (w *world) note(t booking.EventType, a booking.Appointment) {
	w.events = append([]booking.Event{{At: w.now, Type: t, Actor: booking.Actor{Person: a.Person, Role: "citizen"}, Subject: a.Person, Appointment: a.ID, Consulate: a.Consulate}}, w.events...)
}

func (w *world) Appointment(_ context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.appointments {
		if a.ID == id && a.Person == s.Person {
			return a, nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Appointments(_ context.Context, s identity.Session) ([]booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []booking.Appointment
	for _, a := range w.appointments {
		if a.Person == s.Person {
			out = append(out, a)
		}
	}
	return out, nil
}

func (w *world) Cancel(_ context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.appointments {
		if a := &w.appointments[i]; a.ID == id && a.Person == s.Person {
			if a.State.Active() {
				a.State = booking.AppointmentCancelled
				w.note(booking.EventCancelled, *a)
			}
			return *a, nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Record(_ context.Context, s identity.Session, _ int) ([]booking.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.events), func(e booking.Event) bool { return e.Subject != s.Person }), nil
}

func (w *world) RecordOutcome(_ context.Context, _ identity.Session, id uuid.UUID, out booking.Outcome, reason string) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if out == booking.OutcomeReturned && reason == "" {
		return booking.Appointment{}, &booking.Error{Code: booking.CodeInvalid, Fields: []booking.FieldError{{Pointer: "/reason", Code: "required"}}}
	}
	for i := range w.appointments {
		if w.appointments[i].ID == id {
			w.appointments[i].State = booking.AppointmentState(out)
			return w.appointments[i], nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Desk(_ context.Context, _ identity.Session, c booking.ConsulateID, day string) ([]booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []booking.Appointment
	for _, a := range w.appointments {
		post, _ := w.catalogue.Consulate(a.Consulate)
		if a.Consulate == c && a.Start.In(post.Location).Format("2006-01-02") == day && a.State != booking.AppointmentCancelled {
			out = append(out, a)
		}
	}
	return out, nil
}
