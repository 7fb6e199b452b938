package redisinv

import (
	"context"

	"chesna/booking"
)

// Rebuild makes a post's inventory from what the ledger knows. Until it has succeeded the post answers
// CodeNoInventory. Holds that are still there stay, with their seats; free seats that the ledger does not
// call open leave. Only one rebuild of a post should run at a time (the caller's lock); a second one does no
// harm beyond a longer pause. It may be repeated after a failure.
func (inv *Inventory) Rebuild(ctx context.Context, c booking.ConsulateID, s booking.Snapshot,
	replay func(context.Context) ([]booking.SeatID, error),
) error {
	if s.Epoch == "" {
		return booking.Refuse(booking.CodeInvalid, "a rebuild needs a new epoch")
	}
	if err := inv.setEpoch(ctx, c, ""); err != nil {
		return err
	}
	if err := inv.removeUnknown(ctx, c, s.Seats); err != nil {
		return err
	}
	if err := inv.addSeats(ctx, c, s.Seats, modeLoad); err != nil {
		return err
	}
	if err := inv.markAll(ctx, s.Active); err != nil {
		return err
	}
	if replay != nil {
		left, err := replay(ctx)
		if err != nil {
			return err
		}
		if _, err := inv.removeSeats(ctx, c, left, modeLoad); err != nil {
			return err
		}
	}
	if err := inv.setEpoch(ctx, c, s.Epoch); err != nil {
		return err
	}
	inv.gate.open(c)
	return nil
}

// removeUnknown removes the free seats that are not in the snapshot.
func (inv *Inventory) removeUnknown(ctx context.Context, c booking.ConsulateID, known []booking.Seat) error {
	keep := make(map[string]bool, len(known))
	for _, s := range known {
		keep[string(s.ID)] = true
	}
	var unknown []booking.SeatID
	err := inv.scan(ctx, func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
		return inv.client.HScan(ctx, seatsKey(c), cursor, "", chunk).Result()
	}, func(seat, _ string) {
		if !keep[seat] {
			unknown = append(unknown, booking.SeatID(seat))
		}
	})
	if err != nil {
		return err
	}
	_, err = inv.removeSeats(ctx, c, unknown, modeLoad)
	return err
}

// setEpoch sets a post's epoch, or removes it when it is empty.
func (inv *Inventory) setEpoch(ctx context.Context, c booking.ConsulateID, epoch string) error {
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	if epoch == "" {
		return judge("epoch", inv.client.Del(ctx, epochKey(c)).Err())
	}
	return judge("epoch", inv.client.Set(ctx, epochKey(c), epoch, 0).Err())
}
