package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// Cancel ends an active appointment of its owner: claims deleted, the seat returned to re-open at c.ReopenAt
// (the zero time: only by a later draw) and remembering who gave it back; a displaced seat is withdrawn instead, at any
// time. A late one resets the applicant's weight in draws and pauses her entry. Refusals:
// CodeAppointmentAbsent, CodeNotActive, CodeTooLate.
func (s *Store) Cancel(ctx context.Context, c booking.Cancellation) (booking.Appointment, error) {
	var out booking.Appointment
	err := s.write(ctx, "cancel an appointment", func(tx pgx.Tx, q *rows.Queries) error {
		a, err := oneAppointment(q.LockAppointment(ctx, c.Appointment))
		if err != nil {
			return err
		}
		switch {
		case a.Person != c.Person:
			return booking.Refuse(booking.CodeAppointmentAbsent, "no such appointment")
		case !a.State.Active():
			return booking.Refuse(booking.CodeNotActive, "the appointment has ended already")
		case !c.Now.Before(a.Start) && a.State != booking.AppointmentDisplaced:
			return booking.Refuse(booking.CodeTooLate, "the appointment has begun")
		}
		n, err := q.ReturnSeat(ctx, rows.ReturnSeatParams{
			ID: string(a.Seat), ReopenAt: orNull(c.ReopenAt), ReturnedBy: []uuid.UUID{a.Person, a.Applicant},
		})
		if err != nil {
			return fmt.Errorf("return the seat: %w", err)
		}
		if n != 1 {
			return fmt.Errorf("seat %s of active appointment %s is not booked", a.Seat, a.ID)
		}
		if c.Late && a.State != booking.AppointmentDisplaced {
			if err := s.fault(ctx, q, a, "late-cancel", c.PauseUntil); err != nil {
				return err
			}
		}
		out, err = s.end(ctx, tx, q, ending{
			appointment: a, state: booking.AppointmentCancelled, event: booking.EventCancelled, by: c.Actor,
		})
		return err
	})
	return out, err
}

// RecordOutcome writes what happened at the desk and frees the person. The seat becomes no_show, or served: an
// appointment that is sent back (OutcomeReturned, with its reason code) has used its time like one that was served.
// Refusals: CodeAppointmentAbsent, CodeForbidden (another post), CodeNotActive, CodeTooEarly, CodeInvalid.
func (s *Store) RecordOutcome(ctx context.Context, o booking.OutcomeRecord) (booking.Appointment, error) {
	state, seat, err := outcomeStates(o)
	if err != nil {
		return booking.Appointment{}, err
	}
	var out booking.Appointment
	err = s.write(ctx, "record an outcome", func(tx pgx.Tx, q *rows.Queries) error {
		a, err := oneAppointment(q.LockAppointment(ctx, o.Appointment))
		if err != nil {
			return err
		}
		switch {
		case a.Consulate != o.Consulate:
			return booking.Refuse(booking.CodeForbidden, "the appointment is of another post")
		case a.State != booking.AppointmentBooked && a.State != booking.AppointmentDisplaced:
			return booking.Refuse(booking.CodeNotActive, "the appointment has ended or is suspended")
		case o.Now.Before(a.Start):
			return booking.Refuse(booking.CodeTooEarly, "the appointment has not begun")
		}
		if _, err := q.FinishSeats(ctx, rows.FinishSeatsParams{State: string(seat), Ids: []string{string(a.Seat)}}); err != nil {
			return fmt.Errorf("finish the seat: %w", err)
		}
		if o.Outcome == booking.OutcomeNoShow && a.State != booking.AppointmentDisplaced {
			if err := s.fault(ctx, q, a, "no-show", o.PauseUntil); err != nil {
				return err
			}
		}
		out, err = s.end(ctx, tx, q, ending{
			appointment: a, state: state, reason: o.Reason, event: booking.EventOutcome, by: o.Actor,
			data: map[string]string{"outcome": string(o.Outcome), "reason": o.Reason},
		})
		return err
	})
	return out, err
}

// fault sets the applicant's weight in draws back to 1 and pauses her online entry until the instant (zero: not).
func (s *Store) fault(ctx context.Context, q *rows.Queries, a booking.Appointment, reason string, until time.Time) error {
	reset := rows.ResetStandingParams{Applicant: a.Applicant, Grp: string(a.Group), Reason: reason, At: s.now()}
	if err := q.ResetStanding(ctx, reset); err != nil {
		return fmt.Errorf("reset the weight: %w", err)
	}
	if until.IsZero() {
		return nil
	}
	pause := rows.PauseEntryParams{Applicant: a.Applicant, Grp: string(a.Group), Until: until, Reason: reason}
	if err := q.PauseEntry(ctx, pause); err != nil {
		return fmt.Errorf("pause online entry: %w", err)
	}
	return s.record(ctx, q, []booking.Event{{
		Type: booking.EventPaused, Actor: booking.System(), Subject: a.Applicant, Appointment: a.ID, Consulate: a.Consulate,
		Data: map[string]string{"group": string(a.Group), "reason": reason, "until": until.UTC().Format(time.RFC3339)},
	}})
}

func outcomeStates(o booking.OutcomeRecord) (booking.AppointmentState, booking.SeatState, error) {
	switch o.Outcome {
	case booking.OutcomeServed:
		return booking.AppointmentServed, booking.SeatServed, nil
	case booking.OutcomeNoShow:
		return booking.AppointmentNoShow, booking.SeatNoShow, nil
	case booking.OutcomeReturned:
		if o.Reason != "" {
			return booking.AppointmentReturned, booking.SeatServed, nil
		}
		return "", "", invalidField("/reason", "missing", "an appointment is sent back with a reason")
	}
	return "", "", invalidField("/outcome", "unknown", "served, no_show or returned")
}

func invalidField(pointer, code, detail string) error {
	return &booking.Error{
		Code: booking.CodeInvalid, Detail: detail,
		Fields: []booking.FieldError{{Pointer: pointer, Code: code, Detail: detail}},
	}
}

// ending is how one active appointment ends.
type ending struct {
	appointment booking.Appointment
	state       booking.AppointmentState
	reason      string
	event       booking.EventType
	by          booking.Actor
	data        map[string]string
}

// end closes a locked appointment: state, both claims, event, jobs. Its seat is the caller's business.
func (s *Store) end(ctx context.Context, tx pgx.Tx, q *rows.Queries, e ending) (booking.Appointment, error) {
	ids := []uuid.UUID{e.appointment.ID}
	ended, err := q.EndAppointments(ctx, rows.EndAppointmentsParams{State: string(e.state), Reason: e.reason, Ids: ids})
	if err != nil {
		return booking.Appointment{}, fmt.Errorf("end the appointment: %w", err)
	}
	if len(ended) != 1 {
		return booking.Appointment{}, booking.Refuse(booking.CodeNotActive, "the appointment has ended already")
	}
	if err := release(ctx, q, ids); err != nil {
		return booking.Appointment{}, err
	}
	if err := s.record(ctx, q, []booking.Event{eventOf(e.event, e.by, e.appointment, e.data)}); err != nil {
		return booking.Appointment{}, err
	}
	return appointmentOf(ended[0]), s.enqueue(ctx, tx, e.event, ids...)
}

// release deletes the claims of appointments that end.
func release(ctx context.Context, q *rows.Queries, ids []uuid.UUID) error {
	if _, err := q.ReleaseSeatClaims(ctx, ids); err != nil {
		return fmt.Errorf("free the seats: %w", err)
	}
	if _, err := q.ReleasePersonClaims(ctx, ids); err != nil {
		return fmt.Errorf("free the applicants: %w", err)
	}
	return nil
}

// LapseDue ends booked and displaced appointments without outcome that began before the given time, at most limit
// (1000). Several callers share the work.
func (s *Store) LapseDue(ctx context.Context, before time.Time, limit int) ([]booking.Appointment, error) {
	var out []booking.Appointment
	err := s.write(ctx, "lapse appointments", func(tx pgx.Tx, q *rows.Queries) error {
		ids, err := q.DueToLapse(ctx, rows.DueToLapseParams{Before: before, MaxRows: clamp(limit, 1000)})
		if err != nil || len(ids) == 0 {
			out = nil
			return err
		}
		ended, err := q.EndAppointments(ctx, rows.EndAppointmentsParams{State: string(booking.AppointmentLapsed), Ids: ids})
		if err != nil {
			return fmt.Errorf("end the appointments: %w", err)
		}
		out = appointmentsOf(ended)
		var seats []string
		var events []booking.Event
		for _, a := range out {
			seats = append(seats, string(a.Seat))
			events = append(events, eventOf(booking.EventLapsed, booking.System(), a, nil))
		}
		if _, err := q.FinishSeats(ctx, rows.FinishSeatsParams{State: string(booking.SeatLapsed), Ids: seats}); err != nil {
			return fmt.Errorf("finish the seats: %w", err)
		}
		if err := release(ctx, q, ids); err != nil {
			return err
		}
		if err := s.record(ctx, q, events); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, booking.EventLapsed, ids...)
	})
	return out, err
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
