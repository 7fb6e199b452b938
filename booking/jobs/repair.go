package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
)

// Ensure rebuilds the post's inventory when its epoch is missing, and tells whether it did. Of several processes
// one does it; the others go on.
func (s *Service) Ensure(ctx context.Context, c booking.ConsulateID) (bool, error) {
	_, err := s.Inventory.Epoch(ctx, c)
	if booking.CodeOf(err) != booking.CodeNoInventory {
		return false, err
	}
	rebuilt := false
	err = s.alone(ctx, "rebuild "+string(c), func() error {
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

// Repair publishes every seat that the ledger calls open: those the inventory has, free or taken, stay as they
// are, so only lost ones come back. Seats that left the open state meanwhile are withdrawn again.
func (s *Service) Repair(ctx context.Context, c booking.ConsulateID) error {
	snapshot, err := s.Ledger.Snapshot(ctx, c)
	if err != nil {
		return fmt.Errorf("read a snapshot: %w", err)
	}
	err = s.Inventory.Publish(ctx, c, snapshot.Seats)
	if booking.CodeOf(err) == booking.CodeNoInventory {
		return nil // Ensure's business
	}
	if err != nil {
		return fmt.Errorf("publish open seats: %w", err)
	}
	left, err := s.Ledger.SeatsLeftSince(ctx, c, snapshot.Seq)
	if err != nil {
		return fmt.Errorf("read what left meanwhile: %w", err)
	}
	if len(left) == 0 {
		return nil
	}
	if _, err := s.Inventory.Withdraw(ctx, c, left); err != nil {
		return fmt.Errorf("withdraw what left meanwhile: %w", err)
	}
	return nil
}

// alone runs fn while holding an advisory lock of that name, or does nothing when another process has it.
func (s *Service) alone(ctx context.Context, name string, fn func() error) error {
	var ours error
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var got bool
		if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", name).Scan(&got); err != nil {
			return err
		}
		if got {
			ours = fn()
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("take the lock: %w", err)
	}
	return errors.Join(ours, err)
}
