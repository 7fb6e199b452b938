package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// SignOffer turns an open offer into appointments; see wave.Citizens. Besides the refusals there: CodeOfferAbsent,
// CodeChangesUsedUp, CodeAlreadyBooked, CodeTooLate (the appointment to be replaced has begun), and CodeInvalid with the
// pointer /reference when a reference is in use (choose others). Rescheduling late counts as a late cancellation.
func (s *Store) SignOffer(ctx context.Context, g wave.Signing) ([]booking.Appointment, error) {
	var out []booking.Appointment
	err := s.write(ctx, "sign an offer", func(w *work) error {
		offer, err := s.lockOffer(ctx, w, g.Offer, g.Declarer)
		if err != nil {
			return err
		}
		if offer.State == string(wave.OfferSigned) && string(offer.SignatureDigest) == string(g.SignatureDigest[:]) {
			out, err = appointmentsOf(ctx, w, offer.ID)
			return err
		}
		if offer.State != string(wave.OfferOpen) || !w.now.Before(offer.Until) {
			return booking.Refuse(booking.CodeOfferEnded, "the offer has ended")
		}
		seats, err := w.SeatsOfOffers(ctx, []uuid.UUID{offer.ID})
		if err != nil {
			return fmt.Errorf("read the offered seats: %w", err)
		}
		if err := signable(ctx, w, g, len(seats)); err != nil {
			return err
		}
		changes := 0
		if offer.Reschedules.Valid {
			if changes, err = s.replace(ctx, w, g, offer); err != nil {
				return err
			}
		}
		out, err = s.bookOffer(ctx, w, g, offer, seats, changes)
		return err
	})
	return out, err
}

// lockOffer locks the offer and tells the time. An offer of somebody else is absent.
func (s *Store) lockOffer(ctx context.Context, w *work, id, declarer uuid.UUID) (rows.BookingOffer, error) {
	offer, err := w.LockOffer(ctx, id)
	offer, err = absent(offer, err, booking.CodeOfferAbsent, "no such offer")
	if err == nil && offer.Declarer != declarer {
		err = booking.Refuse(booking.CodeOfferAbsent, "no such offer")
	}
	if err != nil {
		return offer, err
	}
	return offer, s.tell(ctx, w)
}

// signable checks what the signature brings.
func signable(ctx context.Context, w *work, g wave.Signing, seats int) error {
	if len(g.Appointments) != seats || len(g.References) != seats || len(g.Evidence) == 0 || g.SignatureDigest == [32]byte{} {
		return booking.Refuse(booking.CodeInvalid, "the signature of the offer is incomplete")
	}
	known, err := w.SignatureKnown(ctx, g.SignatureDigest[:])
	if err != nil {
		return fmt.Errorf("look for the signature: %w", err)
	}
	if known {
		return booking.Refuse(booking.CodeSignatureReused, "this signature has been accepted before")
	}
	taken, err := w.ReferencesKnown(ctx, g.References)
	if err != nil {
		return fmt.Errorf("look for the references: %w", err)
	}
	if taken {
		const detail = "the reference is in use; choose another"
		return &booking.Error{Code: booking.CodeInvalid, Detail: detail, Fields: []booking.FieldError{{Pointer: "/reference", Code: "taken", Detail: detail}}}
	}
	return nil
}

// replace ends the appointment that the offer reschedules: its seat is returned, its claims are free for the new one.
func (s *Store) replace(ctx context.Context, w *work, g wave.Signing, offer rows.BookingOffer) (changes int, err error) {
	old, err := w.LockAppointment(ctx, offer.Reschedules.UUID)
	old, err = absent(old, err, booking.CodeNotActive, "the appointment to be replaced has ended")
	if err != nil {
		return 0, err
	}
	displaced := old.State == string(booking.AppointmentDisplaced)
	switch {
	case old.State != string(booking.AppointmentBooked) && !displaced:
		return 0, booking.Refuse(booking.CodeNotActive, "the appointment to be replaced has ended")
	case !displaced && !w.now.Before(old.StartAt):
		return 0, booking.Refuse(booking.CodeTooLate, "the appointment to be replaced has begun")
	case int(old.Changes) >= g.MaxChanges && !displaced:
		return 0, booking.Refuse(booking.CodeChangesUsedUp, "the appointment has been changed as often as it can be")
	}
	n, err := w.ReturnBooked(ctx, rows.ReturnBookedParams{ReturnedBy: []uuid.UUID{old.Person, old.Applicant}, ID: old.Seat})
	if err != nil || n != 1 {
		return 0, errors.Join(fmt.Errorf("seat %s of an active appointment is not booked", old.Seat), err)
	}
	if err := w.EndAppointment(ctx, rows.EndAppointmentParams{At: w.now, ID: old.ID}); err != nil {
		return 0, fmt.Errorf("end the old appointment: %w", err)
	}
	if err := w.ReleaseSeats(ctx, []uuid.UUID{old.ID}); err != nil {
		return 0, fmt.Errorf("free the old seat: %w", err)
	}
	if err := w.ReleasePersons(ctx, []uuid.UUID{old.ID}); err != nil {
		return 0, fmt.Errorf("free the applicant: %w", err)
	}
	events := []booking.Event{{
		Type: booking.EventCancelled, Actor: g.Actor, Subject: old.Person, Appointment: old.ID, Consulate: booking.ConsulateID(old.Consulate),
		Seat: booking.SeatID(old.Seat), Data: map[string]string{"reason": "rescheduled"},
	}}
	if g.LateCancel > 0 && !displaced && w.now.After(old.StartAt.Add(-g.LateCancel)) {
		late, err := s.fault(ctx, w, old.Applicant, old.Consulate, old.Grp, "late-reschedule", g.Pause)
		if err != nil {
			return 0, err
		}
		events = append(events, late...)
	}
	if err := s.record(ctx, w, events); err != nil {
		return 0, err
	}
	if displaced { // the post took its time away: that is no change of hers
		return int(old.Changes), s.follow(ctx, w, booking.EventCancelled, old.ID)
	}
	return int(old.Changes) + 1, s.follow(ctx, w, booking.EventCancelled, old.ID)
}

func (s *Store) follow(ctx context.Context, w *work, what booking.EventType, ids ...uuid.UUID) error {
	if err := s.appointments.Enqueue(ctx, w.tx, what, ids); err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	return nil
}

// bookOffer writes one appointment for each seat and passes the offer's claims on to them.
func (s *Store) bookOffer(ctx context.Context, w *work, g wave.Signing, offer rows.BookingOffer, seats []rows.SeatsOfOffersRow, changes int) ([]booking.Appointment, error) {
	p := rows.InsertAppointmentsParams{
		Consulate: offer.Consulate, Grp: offer.Grp, Person: offer.Declarer, Signature: g.SignatureDigest[:],
		Document: g.DocumentDigest[:], Evidence: g.Evidence, Changes: int32(changes), At: w.now,
	}
	var ns []int16
	for i, r := range seats {
		p.Ids = append(p.Ids, g.Appointments[i])
		p.ReferenceNames = append(p.ReferenceNames, g.References[i])
		p.Holds = append(p.Holds, string(wave.HoldOf(booking.ConsulateID(offer.Consulate), offer.ID, i)))
		p.Services = append(p.Services, r.Service)
		p.Seats = append(p.Seats, r.ID)
		p.Starts = append(p.Starts, r.StartAt)
		p.Minutes = append(p.Minutes, r.Minutes)
		p.Applicants = append(p.Applicants, r.Applicant)
		p.Parts = append(p.Parts, int16(i))
		ns = append(ns, r.N)
	}
	if err := s.passClaims(ctx, w, offer, p); err != nil {
		return nil, err
	}
	written, err := w.InsertAppointments(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("write the appointments: %w", err)
	}
	if err := w.EndHolds(ctx, rows.EndHoldsParams{Holds: p.Holds, Seats: p.Seats}); err != nil {
		return nil, fmt.Errorf("use up the offer: %w", err)
	}
	if err := w.SetAppointments(ctx, rows.SetAppointmentsParams{Ns: ns, Ids: p.Ids, Offer: offer.ID}); err != nil {
		return nil, fmt.Errorf("name the appointments: %w", err)
	}
	if err := w.SignOffer(ctx, rows.SignOfferParams{
		At: w.now, SignatureDigest: g.SignatureDigest[:], DocumentDigest: g.DocumentDigest[:], Evidence: g.Evidence, ID: offer.ID,
	}); err != nil {
		return nil, fmt.Errorf("sign the offer: %w", err)
	}
	events := []booking.Event{offerEnded(offer, g.Actor, wave.OfferSigned)}
	out := make([]booking.Appointment, len(written))
	for i, r := range written {
		out[i] = appointmentOf(r)
		events = append(events, booking.Event{
			Type: booking.EventBooked, Actor: g.Actor, Subject: r.Person, Appointment: r.ID, Consulate: booking.ConsulateID(r.Consulate),
			Seat: booking.SeatID(r.Seat), Data: map[string]string{"service": r.Service, "offer": offer.ID.String()},
		})
	}
	if err := s.record(ctx, w, events); err != nil {
		return nil, err
	}
	if err := s.jobs.Offer(ctx, w.tx, offer.ID, string(wave.OfferSigned)); err != nil {
		return nil, fmt.Errorf("write the outbox: %w", err)
	}
	return out, s.follow(ctx, w, booking.EventBooked, p.Ids...)
}

// passClaims moves the seats to booked and their claims, and those of the persons, to the appointments.
func (s *Store) passClaims(ctx context.Context, w *work, offer rows.BookingOffer, p rows.InsertAppointmentsParams) error {
	booked, err := w.BookOffered(ctx, p.Seats)
	if err != nil {
		return fmt.Errorf("book the seats: %w", err)
	}
	n, err := w.PassSeatClaims(ctx, rows.PassSeatClaimsParams{Seats: p.Seats, Ids: p.Ids, Offer: offer.ID})
	if err != nil {
		return fmt.Errorf("pass the seats on: %w", err)
	}
	if len(booked) != len(p.Seats) || int(n) != len(p.Seats) {
		return errors.New("a seat of an open offer is not offered")
	}
	if offer.Reschedules.Valid {
		engaged, err := w.EngagePersons(ctx, rows.EngagePersonsParams{Grp: offer.Grp, Applicants: p.Applicants, Owners: p.Ids})
		if err != nil {
			return fmt.Errorf("claim the applicant: %w", err)
		}
		if len(engaged) != len(p.Ids) {
			return booking.Refuse(booking.CodeAlreadyBooked, "there is an active appointment in this group of services")
		}
		return nil
	}
	n, err = w.PassPersonClaims(ctx, rows.PassPersonClaimsParams{Applicants: p.Applicants, Ids: p.Ids, Grp: offer.Grp, Offer: offer.ID})
	if err == nil && int(n) != len(p.Ids) {
		err = errors.New("a person of an open offer has no claim")
	}
	if err != nil {
		return fmt.Errorf("pass the persons on: %w", err)
	}
	return nil
}

func appointmentsOf(ctx context.Context, w *work, offer uuid.UUID) ([]booking.Appointment, error) {
	found, err := w.AppointmentsOfOffer(ctx, offer)
	if err != nil {
		return nil, fmt.Errorf("read the appointments: %w", err)
	}
	out := make([]booking.Appointment, len(found))
	for i, r := range found {
		out[i] = appointmentOf(r)
	}
	return out, nil
}

func appointmentOf(r rows.BookingAppointment) booking.Appointment {
	return booking.Appointment{
		ID: r.ID, Reference: r.Reference, State: booking.AppointmentState(r.State), Hold: booking.HoldID(r.HoldID),
		Consulate: booking.ConsulateID(r.Consulate), Group: booking.GroupID(r.Grp), Service: booking.ServiceID(r.Service),
		Seat: booking.SeatID(r.Seat), Start: r.StartAt.UTC(), Minutes: int(r.Minutes), Person: r.Person, Applicant: r.Applicant,
		BookedAt: r.BookedAt.UTC(), EndedAt: orZero(r.EndedAt), Changes: int(r.Changes), SignatureDigest: [32]byte(r.SignatureDigest),
	}
}
