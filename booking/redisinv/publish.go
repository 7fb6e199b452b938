package redisinv

import (
	"context"
	"strings"

	"chesna/booking"
)

// Publish adds open seats; those that are there already, free, held or ended, stay as they are. Without an
// epoch it is CodeNoInventory: the rebuild loads them from the ledger.
func (inv *Inventory) Publish(ctx context.Context, c booking.ConsulateID, seats []booking.Seat) error {
	defer inv.gate.open(c)
	return inv.addSeats(ctx, c, seats, modeLive)
}

const (
	modeLive = "live" // needs the epoch
	modeLoad = "load" // during a rebuild
)

func (inv *Inventory) addSeats(ctx context.Context, c booking.ConsulateID, seats []booking.Seat, mode string) error {
	groups := map[booking.GroupID][]booking.Seat{}
	for _, s := range seats {
		if s.Consulate != c || s.Group == "" || s.ID == "" || strings.ContainsAny(string(s.ID)+string(s.Group), "| {}\r\n") {
			return booking.Refuse(booking.CodeInvalid, "a seat of another post, or without a name or group")
		}
		groups[s.Group] = append(groups[s.Group], s)
	}
	for g, list := range groups {
		for len(list) > 0 {
			n := min(chunk, len(list))
			if err := inv.addChunk(ctx, c, g, list[:n], mode); err != nil {
				return err
			}
			list = list[n:]
		}
	}
	return nil
}

func (inv *Inventory) addChunk(ctx context.Context, c booking.ConsulateID, g booking.GroupID, seats []booking.Seat, mode string) error {
	args := []any{mode, string(g)}
	for _, s := range seats {
		args = append(args, string(s.ID), s.Start.Unix(), s.Minutes)
	}
	publish := call{script: inv.scripts.publish, keys: []string{epochKey(c), seatsKey(c), freeKey(c, g)}, args: args}
	r, err := inv.run(ctx, publish)
	switch {
	case err != nil:
		return err
	case r.code == codeNoInventory:
		return noInventory()
	case r.code != codeOK:
		return publish.unknown(r)
	}
	return nil
}
