package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

const listLimit = 1000 // longest list of one person's appointments

func appointmentOf(r rows.BookingAppointment) booking.Appointment {
	a := booking.Appointment{
		ID: r.ID, Reference: r.Reference, State: booking.AppointmentState(r.State), Hold: booking.HoldID(r.HoldID),
		Consulate: booking.ConsulateID(r.Consulate), Group: booking.GroupID(r.Grp), Service: booking.ServiceID(r.Service),
		Seat: booking.SeatID(r.Seat), Start: r.StartAt.UTC(), Minutes: int(r.Minutes),
		Person: r.Person, Applicant: r.Applicant, BookedAt: r.BookedAt.UTC(),
		SignatureDigest: [32]byte(r.SignatureDigest), Changes: int(r.Changes),
	}
	if r.EndedAt != nil {
		a.EndedAt = r.EndedAt.UTC()
	}
	return a
}

func appointmentsOf(found []rows.BookingAppointment) []booking.Appointment {
	out := make([]booking.Appointment, len(found))
	for i, r := range found {
		out[i] = appointmentOf(r)
	}
	return out
}

// oneAppointment maps "no rows" to CodeAppointmentAbsent.
func oneAppointment(r rows.BookingAppointment, err error) (booking.Appointment, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "no such appointment")
	}
	if err != nil {
		return booking.Appointment{}, mapError("read an appointment", err)
	}
	return appointmentOf(r), nil
}

// AppointmentByHold returns the appointment that the hold became, in whatever state, or CodeAppointmentAbsent.
func (s *Store) AppointmentByHold(ctx context.Context, h booking.HoldID) (booking.Appointment, error) {
	return oneAppointment(s.query.AppointmentByHold(ctx, string(h)))
}

// Appointment returns one appointment or CodeAppointmentAbsent.
func (s *Store) Appointment(ctx context.Context, id uuid.UUID) (booking.Appointment, error) {
	return oneAppointment(s.query.AppointmentByID(ctx, id))
}

// AppointmentsOf lists what the person signed for, newest start first, at most 1000.
func (s *Store) AppointmentsOf(ctx context.Context, person uuid.UUID) ([]booking.Appointment, error) {
	found, err := s.query.AppointmentsOf(ctx, rows.AppointmentsOfParams{Person: person, MaxRows: listLimit})
	if err != nil {
		return nil, mapError("list a person's appointments", err)
	}
	return appointmentsOf(found), nil
}

// AppointmentsAt lists the active appointments of a post that start in [from, to).
func (s *Store) AppointmentsAt(ctx context.Context, c booking.ConsulateID, from, to time.Time) ([]booking.Appointment, error) {
	found, err := s.query.AppointmentsAt(ctx, rows.AppointmentsAtParams{Consulate: string(c), FromAt: from, ToAt: to})
	if err != nil {
		return nil, mapError("list a post's appointments", err)
	}
	return appointmentsOf(found), nil
}
