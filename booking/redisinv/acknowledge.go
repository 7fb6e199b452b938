package redisinv

import (
	"context"

	"chesna/booking"
)

// Ended lists at most limit ended holds that wait for the ledger, the one that ended first in front.
func (inv *Inventory) Ended(ctx context.Context, c booking.ConsulateID, limit int) ([]booking.EndedHold, error) {
	if limit <= 0 {
		return nil, nil
	}
	readCtx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	ids, err := inv.client.ZRange(readCtx, endedKey(c), 0, int64(limit)-1).Result()
	if err != nil {
		return nil, judge("ended", err)
	}
	records, err := inv.records(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []booking.EndedHold
	for _, rec := range records {
		if rec.state == stateExpired || rec.state == stateReleased || rec.state == stateAbandoned {
			out = append(out, rec.ended())
		}
	}
	return out, nil
}

// Acknowledge removes ended holds and their seats: the ledger knows. A seat comes back by Publish, when it
// re-opens. Unknown and live holds are left alone.
func (inv *Inventory) Acknowledge(ctx context.Context, c booking.ConsulateID, holds []booking.HoldID) error {
	for len(holds) > 0 {
		n := min(chunk, len(holds))
		args := make([]any, n)
		for i, id := range holds[:n] {
			args[i] = string(id)
		}
		acknowledge := call{
			script: inv.scripts.acknowledge, keys: []string{seatsKey(c), holdsKey(c), endedKey(c)}, args: args,
		}
		r, err := inv.run(ctx, acknowledge)
		if err != nil {
			return err
		}
		if r.code != codeOK {
			return acknowledge.unknown(r)
		}
		holds = holds[n:]
	}
	return nil
}
