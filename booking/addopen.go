package booking

import (
	"context"
	"fmt"
)

// OpenSeats is what AddOpen needs of the ledger.
type OpenSeats interface {
	SeatsLeftSince(ctx context.Context, c ConsulateID, seq int64) ([]SeatID, error)
}

// AddOpen adds seats to a post's inventory that the ledger called open at the position since or later, and then
// takes back what has left the open state since then: between reading the ledger and adding, a seat may have been
// booked and settled, returned or withdrawn. Everything that adds seats to a running inventory goes through here,
// in its turn (WeekLedger.Serially). When it fails half-way, Repair takes the rest back.
func AddOpen(ctx context.Context, to Inventory, ledger OpenSeats, c ConsulateID, since int64, seats []Seat) error {
	if err := to.Publish(ctx, c, seats); err != nil {
		return fmt.Errorf("add open seats: %w", err)
	}
	left, err := ledger.SeatsLeftSince(ctx, c, since)
	if err != nil {
		return fmt.Errorf("read what left meanwhile: %w", err)
	}
	if len(left) == 0 {
		return nil
	}
	if _, err := to.Withdraw(ctx, c, left); err != nil {
		return fmt.Errorf("withdraw what left meanwhile: %w", err)
	}
	return nil
}

// openOf are those of the seats that can be held at once and are wanted.
func openOf(seats []Seat, wanted map[SeatID]bool) []Seat {
	var out []Seat
	for _, s := range seats {
		if s.State == SeatOpen && s.Pool == PoolOpen && wanted[s.ID] {
			out = append(out, s)
		}
	}
	return out
}

func idSet(seats []Seat) map[SeatID]bool {
	set := make(map[SeatID]bool, len(seats))
	for _, s := range seats {
		set[s.ID] = true
	}
	return set
}
