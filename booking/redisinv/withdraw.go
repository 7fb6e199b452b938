package redisinv

import (
	"context"
	"slices"
	"strings"

	"chesna/booking"
)

// Withdraw removes free seats and returns, sorted, those that are held. Seats that are not here, and seats of
// ended holds (they leave by Acknowledge), are no obstacle.
func (inv *Inventory) Withdraw(ctx context.Context, c booking.ConsulateID, seats []booking.SeatID) ([]booking.SeatID, error) {
	return inv.removeSeats(ctx, c, seats, modeLive)
}

func (inv *Inventory) removeSeats(ctx context.Context, c booking.ConsulateID, seats []booking.SeatID, mode string) ([]booking.SeatID, error) {
	var held []booking.SeatID
	for len(seats) > 0 {
		n := min(chunk, len(seats))
		more, err := inv.removeChunk(ctx, c, seats[:n], mode)
		held = append(held, more...)
		if err != nil {
			return held, err
		}
		seats = seats[n:]
	}
	slices.Sort(held)
	return held, nil
}

// removeChunk asks for the groups of the seats (a seat's name does not tell) and removes them group by group.
func (inv *Inventory) removeChunk(ctx context.Context, c booking.ConsulateID, seats []booking.SeatID, mode string) ([]booking.SeatID, error) {
	fields := make([]string, len(seats))
	for i, s := range seats {
		fields[i] = string(s)
	}
	readCtx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	values, err := inv.client.HMGet(readCtx, seatsKey(c), fields...).Result()
	if err != nil {
		return nil, judge("withdraw", err)
	}
	groups := map[booking.GroupID][]any{}
	for i, v := range values {
		if s, ok := v.(string); ok {
			g := seatGroup(s)
			groups[g] = append(groups[g], fields[i])
		}
	}
	if len(groups) == 0 && mode == modeLive {
		_, err := inv.Epoch(ctx, c)
		return nil, err
	}
	var held []booking.SeatID
	for g, list := range groups {
		withdraw := call{
			script: inv.scripts.withdraw, keys: []string{epochKey(c), seatsKey(c), freeKey(c, g)},
			args: append([]any{mode}, list...),
		}
		r, err := inv.run(ctx, withdraw)
		switch {
		case err != nil:
			return held, err
		case r.code == codeNoInventory:
			return held, noInventory()
		case r.code != codeOK:
			return held, withdraw.unknown(r)
		}
		for _, s := range r.texts() {
			held = append(held, booking.SeatID(s))
		}
	}
	return held, nil
}

// seatGroup reads the group of a seat's value, state|group|start|minutes.
func seatGroup(value string) booking.GroupID {
	f := strings.SplitN(value, "|", 4)
	if len(f) < 4 {
		return ""
	}
	return booking.GroupID(f[1])
}
