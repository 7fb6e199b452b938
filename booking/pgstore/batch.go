package pgstore

import (
	"context"
	"errors"

	"chesna/booking"
	"chesna/booking/internal/coalesce"
)

// request is one confirmation that waits for its verdict.
type request = coalesce.Request[booking.Confirmation, booking.Appointment]

// verdict is what the ledger says to one confirmation.
type verdict struct {
	appointment booking.Appointment
	err         error
}

// submit queues a confirmation and waits for its verdict.
func (s *Store) submit(ctx context.Context, c booking.Confirmation) (booking.Appointment, error) {
	a, err := s.batch.Submit(ctx, c)
	return a, QueueError("wait for the ledger", err)
}

// QueueError turns what coalesce refuses with into words of the domain; other errors pass through MapError.
func QueueError(what string, err error) error {
	switch {
	case errors.Is(err, coalesce.ErrStopped):
		return &booking.Error{Code: booking.CodeUnavailable, Detail: "the ledger takes no requests now", RetryAfter: unavailableRetry}
	case errors.Is(err, coalesce.ErrFull):
		return &booking.Error{Code: booking.CodeUnavailable, Detail: "too many requests are waiting", RetryAfter: unavailableRetry}
	}
	return MapError(what, err)
}
