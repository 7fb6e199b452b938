package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
)

// Bounds of one round of a tick; a tick goes on until a round is not full, at most maxRounds times.
const (
	sweepLimit  = 200
	reopenLimit = 500
	lapseLimit  = 200
	tidyLimit   = 5000
	maxRounds   = 20
)

// rounds repeats a bounded step while it comes back full, and adds up.
func rounds(limit int, step func() (int, error)) (int, error) {
	total := 0
	for range maxRounds {
		n, err := step()
		total += n
		if err != nil || n < limit {
			return total, err
		}
	}
	return total, nil
}

// Sweep ends the post's holds whose time is over, has the ledger return the seats of all that ended, each to
// re-open at a time of its own, and then lets the inventory forget them. It returns how many holds were reported.
func (s *Service) Sweep(ctx context.Context, c booking.ConsulateID) (int, error) {
	if _, err := rounds(sweepLimit, func() (int, error) { return s.Inventory.Sweep(ctx, c, sweepLimit) }); err != nil {
		return 0, fmt.Errorf("end expired holds: %w", err)
	}
	return rounds(sweepLimit, func() (int, error) { return s.report(ctx, c) })
}

// report tells the ledger about ended holds before the inventory forgets them.
func (s *Service) report(ctx context.Context, c booking.ConsulateID) (int, error) {
	ended, err := s.Inventory.Ended(ctx, c, sweepLimit)
	if err != nil || len(ended) == 0 {
		return 0, err
	}
	times := make([]time.Time, len(ended))
	ids := make([]booking.HoldID, len(ended))
	for i, e := range ended {
		ids[i] = e.Hold
		seat, _ := capacity.ParseSeatID(string(e.Seat)) // of an unreadable one no start is known: it never re-opens
		if times[i], err = s.ReopenAt(s.Now(), seat.Start); err != nil {
			return 0, fmt.Errorf("draw a time to re-open: %w", err)
		}
	}
	if err := s.Ledger.ReturnSeats(ctx, ended, times); err != nil {
		return 0, fmt.Errorf("return the seats: %w", err)
	}
	if err := s.Inventory.Acknowledge(ctx, c, ids); err != nil {
		return 0, fmt.Errorf("acknowledge ended holds: %w", err)
	}
	return len(ended), nil
}

// Reopen opens returned seats whose time has come and publishes them; it returns how many. A post whose
// inventory is missing gets them with its rebuild. What an officer withdraws in between leaves again.
func (s *Service) Reopen(ctx context.Context) (int, error) {
	return rounds(reopenLimit, func() (int, error) {
		since, err := s.Ledger.Position(ctx)
		if err != nil {
			return 0, fmt.Errorf("read the ledger's position: %w", err)
		}
		seats, err := s.Ledger.ReopenDue(ctx, s.Now(), reopenLimit)
		if err != nil {
			return 0, fmt.Errorf("re-open seats: %w", err)
		}
		byPost := map[booking.ConsulateID][]booking.Seat{}
		for _, seat := range seats {
			byPost[seat.Consulate] = append(byPost[seat.Consulate], seat)
		}
		var errs []error
		for c, list := range byPost {
			err := s.Ledger.Serially(ctx, c, func(ctx context.Context) error {
				return booking.AddOpen(ctx, s.Inventory, s.Ledger, c, since, list)
			})
			if err != nil && booking.CodeOf(err) != booking.CodeNoInventory {
				errs = append(errs, fmt.Errorf("re-opened seats of %s: %w", c, err)) // Repair publishes them
			}
		}
		return len(seats), errors.Join(errs...)
	})
}

// Reconcile asks the ledger about holds that have been confirming for longer than ReconcileAge: those it knows are
// settled, the others are abandoned once their last possible expiry has passed. It returns how many it ended.
func (s *Service) Reconcile(ctx context.Context, c booking.ConsulateID) (int, error) {
	holds, err := s.Inventory.Confirming(ctx, c, s.ReconcileAge, sweepLimit)
	if err != nil {
		return 0, fmt.Errorf("list confirming holds: %w", err)
	}
	ended := 0
	for _, h := range holds {
		a, err := s.Ledger.AppointmentByHold(ctx, h.ID)
		switch {
		case err == nil:
			err = s.settle(ctx, h, a)
		case booking.CodeOf(err) != booking.CodeAppointmentAbsent:
			return ended, fmt.Errorf("ask the ledger: %w", err)
		case s.Now().After(h.LastExpiry):
			err = s.Inventory.Abandon(ctx, h.ID)
		default:
			continue
		}
		if err != nil {
			return ended, fmt.Errorf("end a confirming hold: %w", err)
		}
		ended++
	}
	return ended, nil
}

// Lapse ends booked and displaced appointments that began longer than LapseAfter ago and have no outcome; a job frees each
// applicant in the inventory. It returns how many.
func (s *Service) Lapse(ctx context.Context) (int, error) {
	return rounds(lapseLimit, func() (int, error) {
		lapsed, err := s.Ledger.LapseDue(ctx, s.Now().Add(-s.LapseAfter), lapseLimit)
		if err != nil {
			return 0, fmt.Errorf("lapse appointments: %w", err)
		}
		return len(lapsed), nil
	})
}

// Tidy drops answers of idempotency keys whose time is over and returns how many.
func (s *Service) Tidy(ctx context.Context) (int, error) {
	return rounds(tidyLimit, func() (int, error) { return s.Ledger.DropExpiredKeys(ctx, tidyLimit) })
}
