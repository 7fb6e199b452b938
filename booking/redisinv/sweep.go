package redisinv

import (
	"context"

	"chesna/booking"
)

// Sweep ends at most limit holds whose time is over, the oldest first. Any number of processes may sweep.
func (inv *Inventory) Sweep(ctx context.Context, c booking.ConsulateID, limit int) (int, error) {
	ended := 0
	for ended < limit {
		n := min(chunk, limit-ended)
		done, err := inv.sweepOnce(ctx, c, n)
		ended += done
		if err != nil || done < n {
			return ended, err
		}
	}
	return ended, nil
}

func (inv *Inventory) sweepOnce(ctx context.Context, c booking.ConsulateID, limit int) (int, error) {
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		return 0, judge("clock", err)
	}
	sweep := call{
		script: inv.scripts.sweep,
		keys:   []string{seatsKey(c), holdsKey(c), expiriesKey(c), endedKey(c)},
		args:   []any{now.UnixMilli(), limit},
	}
	r, err := inv.run(ctx, sweep)
	if err != nil {
		return 0, err
	}
	if r.code != codeOK {
		return 0, sweep.unknown(r)
	}
	pairs := r.texts()
	var holds []booking.Hold
	for i := 0; i+1 < len(pairs); i += 2 {
		rec, err := parseRecord(booking.HoldID(pairs[i]), pairs[i+1])
		if err != nil {
			return 0, err
		}
		holds = append(holds, rec.hold)
	}
	inv.freePersons(ctx, holds, now)
	return len(holds), nil
}
