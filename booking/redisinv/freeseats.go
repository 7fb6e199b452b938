package redisinv

import (
	"context"
	"slices"

	"chesna/booking"
)

// FreeSeats names all free seats of a post, of past starts too, sorted by name. It reads in bounded steps, so seats that
// come or go meanwhile may or may not be named. Without an epoch it is CodeNoInventory.
func (inv *Inventory) FreeSeats(ctx context.Context, c booking.ConsulateID) ([]booking.SeatID, error) {
	if _, err := inv.Epoch(ctx, c); err != nil {
		return nil, err
	}
	groups := map[booking.GroupID]bool{}
	err := inv.scan(ctx, func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
		return inv.client.HScan(ctx, seatsKey(c), cursor, "", chunk).Result()
	}, func(_, value string) { groups[seatGroup(value)] = true })
	if err != nil {
		return nil, err
	}
	var out []booking.SeatID
	for g := range groups {
		err := inv.scan(ctx, func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
			return inv.client.ZScan(ctx, freeKey(c, g), cursor, "", chunk).Result()
		}, func(seat, _ string) { out = append(out, booking.SeatID(seat)) })
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil // a scan may name an element twice
}

// scan reads a hash or a sorted set as pairs, step by step.
func (inv *Inventory) scan(ctx context.Context, step func(context.Context, uint64) ([]string, uint64, error), each func(name, value string)) error {
	var cursor uint64
	for {
		readCtx, cancel := context.WithTimeout(ctx, inv.timeout)
		pairs, next, err := step(readCtx, cursor)
		cancel()
		if err != nil {
			return judge("scan", err)
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			each(pairs[i], pairs[i+1])
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}
