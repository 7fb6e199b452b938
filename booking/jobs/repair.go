package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"chesna/booking"
)

// Ensure rebuilds the post's inventory when its epoch is missing, and tells whether it did. Of several processes
// one does it; the others wait for it and find it done.
func (s *Service) Ensure(ctx context.Context, c booking.ConsulateID) (bool, error) {
	_, err := s.Inventory.Epoch(ctx, c)
	if booking.CodeOf(err) != booking.CodeNoInventory {
		return false, err
	}
	rebuilt := false
	err = s.Ledger.Serially(ctx, c, func(ctx context.Context) error {
		if _, err := s.Inventory.Epoch(ctx, c); booking.CodeOf(err) != booking.CodeNoInventory {
			return err // somebody was faster
		}
		rebuilt = true
		return s.rebuild(ctx, c)
	})
	return rebuilt && err == nil, err
}

func (s *Service) rebuild(ctx context.Context, c booking.ConsulateID) error {
	snapshot, err := s.Ledger.Snapshot(ctx, c)
	if err != nil {
		return fmt.Errorf("read a snapshot: %w", err)
	}
	err = s.Inventory.Rebuild(ctx, c, snapshot, func(ctx context.Context) ([]booking.SeatID, error) {
		return s.Ledger.SeatsLeftSince(ctx, c, snapshot.Seq)
	})
	if err != nil {
		return fmt.Errorf("rebuild the inventory: %w", err)
	}
	return nil
}

// Repair makes the free seats of the inventory those that the ledger calls open. It adds every open seat: those the
// inventory has, free or taken, stay as they are, so only lost ones come back. And it withdraws every free seat that
// is not open, whatever brought it there, or whose start is past.
func (s *Service) Repair(ctx context.Context, c booking.ConsulateID) error {
	err := s.Ledger.Serially(ctx, c, func(ctx context.Context) error {
		snapshot, err := s.Ledger.Snapshot(ctx, c)
		if err != nil {
			return fmt.Errorf("read a snapshot: %w", err)
		}
		if err := booking.AddOpen(ctx, s.Inventory, s.Ledger, c, snapshot.Seq, snapshot.Seats); err != nil {
			return err
		}
		return s.dropGhosts(ctx, c, snapshot)
	})
	if booking.CodeOf(err) == booking.CodeNoInventory {
		return nil // Ensure's business
	}
	return err
}

// dropGhosts withdraws free seats that are not open in the snapshot, nor in another one that was read after they were
// seen free.
func (s *Service) dropGhosts(ctx context.Context, c booking.ConsulateID, snapshot booking.Snapshot) error {
	free, err := s.Inventory.FreeSeats(ctx, c)
	if err != nil {
		return fmt.Errorf("list free seats: %w", err)
	}
	ghosts := without(free, snapshot)
	if len(ghosts) == 0 {
		return nil
	}
	if snapshot, err = s.Ledger.Snapshot(ctx, c); err != nil {
		return fmt.Errorf("read a second snapshot: %w", err)
	}
	if ghosts = without(ghosts, snapshot); len(ghosts) == 0 {
		return nil
	}
	if _, err := s.Inventory.Withdraw(ctx, c, ghosts); err != nil {
		return fmt.Errorf("withdraw seats that are not open: %w", err)
	}
	s.Logger.LogAttrs(ctx, slog.LevelInfo, "withdrew free seats that are past or not open",
		slog.String("consulate", string(c)), slog.Int("seats", len(ghosts)))
	return nil
}

// without leaves those of the seats that are not open in the snapshot.
func without(seats []booking.SeatID, snapshot booking.Snapshot) []booking.SeatID {
	open := make(map[booking.SeatID]bool, len(snapshot.Seats))
	for _, seat := range snapshot.Seats {
		open[seat.ID] = true
	}
	return slices.DeleteFunc(seats, func(id booking.SeatID) bool { return open[id] })
}
