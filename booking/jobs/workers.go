package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"chesna/booking"
)

// unreachableWait is how long a job rests when a store cannot be reached; such a try does not count.
const unreachableWait = 2 * time.Second

// outcomeOf tells River what to make of an error: rest, give up, or try again with growing pauses.
func outcomeOf(err error) error {
	switch booking.CodeOf(err) {
	case booking.CodeUnavailable, booking.CodeNoInventory:
		return river.JobSnooze(unreachableWait)
	case booking.CodeAppointmentAbsent:
		return river.JobCancel(err)
	}
	return err
}

// holdOf is as much of the hold as settling needs, from the appointment that it became.
func holdOf(a booking.Appointment) booking.Hold {
	return booking.Hold{
		ID: a.Hold, Consulate: a.Consulate, Group: a.Group, Service: a.Service, Seat: a.Seat, Start: a.Start,
		Minutes: a.Minutes, Person: a.Person, Applicant: a.Applicant, State: booking.HoldConfirming,
	}
}

// SettleAppointment removes the appointment's hold and seat from the inventory and marks its applicant. When the
// appointment has ended already, only a hold that is still there is removed, and the mark is taken back: the seat
// may be free for others by now.
func (s *Service) SettleAppointment(ctx context.Context, id uuid.UUID) error {
	a, err := s.Ledger.Appointment(ctx, id)
	if err != nil {
		return fmt.Errorf("read the appointment: %w", err)
	}
	h := holdOf(a)
	if !a.State.Active() {
		if _, err := s.Inventory.Find(ctx, a.Hold); err != nil {
			if gone(err) {
				return s.ForgetAppointment(ctx, id)
			}
			return fmt.Errorf("look for the hold: %w", err)
		}
	}
	return s.settle(ctx, h, a)
}

func gone(err error) bool {
	c := booking.CodeOf(err)
	return c == booking.CodeHoldNotFound || c == booking.CodeHoldExpired
}

// settle ends a hold that the ledger knows, and takes the applicant's mark back if its appointment has ended.
func (s *Service) settle(ctx context.Context, h booking.Hold, a booking.Appointment) error {
	if err := s.Inventory.Settle(ctx, h, a.ID); err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return s.ForgetAppointment(ctx, a.ID)
}

// ForgetAppointment lets the applicant of an ended appointment hold again; for an active one it does nothing.
func (s *Service) ForgetAppointment(ctx context.Context, id uuid.UUID) error {
	a, err := s.Ledger.Appointment(ctx, id) // read after settling: it may have ended meanwhile
	if err != nil {
		return fmt.Errorf("read the appointment: %w", err)
	}
	if a.State.Active() {
		return nil
	}
	if err := s.Inventory.Forget(ctx, a.Applicant, a.Group, a.ID); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return nil
}

type settleWorker struct {
	river.WorkerDefaults[SettleArgs]
	service *Service
}

// Work settles what the confirmation could not settle itself.
func (w *settleWorker) Work(ctx context.Context, job *river.Job[SettleArgs]) error {
	return outcomeOf(w.service.SettleAppointment(ctx, job.Args.Appointment))
}

type forgetWorker struct {
	river.WorkerDefaults[ForgetArgs]
	service *Service
}

// Work frees the applicant after the end of an appointment.
func (w *forgetWorker) Work(ctx context.Context, job *river.Job[ForgetArgs]) error {
	return outcomeOf(w.service.ForgetAppointment(ctx, job.Args.Appointment))
}

type notifyWorker struct {
	river.WorkerDefaults[NotifyArgs]
	service *Service
}

// Work hands the notice to the Notifier.
func (w *notifyWorker) Work(ctx context.Context, job *river.Job[NotifyArgs]) error {
	return outcomeOf(w.service.Notifier.Notify(ctx, job.Args.Event, job.Args.Appointment))
}
