package redisinv

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// Pin moves a hold to confirming. Here it is decided whether a confirmation came in time.
func (inv *Inventory) Pin(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	if _, err := booking.ParseHoldID(string(id)); err != nil {
		return booking.Hold{}, err
	}
	c := id.Consulate()
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		return booking.Hold{}, judge("clock", err)
	}
	pin := call{
		script: inv.scripts.pin, keys: []string{holdsKey(c), expiriesKey(c), confirmingKey(c)},
		args: []any{now.UnixMilli(), string(id)},
	}
	r, err := inv.run(ctx, pin)
	if err != nil {
		return booking.Hold{}, err
	}
	rec, err := inv.readHold(pin, id, r)
	if err != nil {
		return booking.Hold{}, err
	}
	// Her sign must not end while the ledger decides. Should this fail, the ledger judges a second hold.
	if _, err := inv.run(ctx, inv.prolongCall(rec.hold, now, pinnedGrace)); err != nil {
		inv.log.WarnContext(ctx, "a pinned hold's sign could not be prolonged", slog.String("hold", string(id)), slog.Any("error", err))
	}
	return rec.hold, nil
}

// Confirming lists at most limit holds that were pinned at least age ago, the oldest first.
func (inv *Inventory) Confirming(ctx context.Context, c booking.ConsulateID, age time.Duration, limit int) ([]booking.Hold, error) {
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		return nil, judge("clock", err)
	}
	if limit <= 0 {
		return nil, nil
	}
	readCtx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	ids, err := inv.client.ZRangeByScore(readCtx, confirmingKey(c), &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(now.Add(-age).UnixMilli(), 10), Count: int64(limit),
	}).Result()
	if err != nil {
		return nil, judge("confirming", err)
	}
	records, err := inv.records(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []booking.Hold
	for _, rec := range records {
		if rec.state == statePinned {
			out = append(out, rec.hold)
		}
	}
	return out, nil
}

// records reads the holds that are still there.
func (inv *Inventory) records(ctx context.Context, ids []string) ([]record, error) {
	holds := make([]booking.HoldID, len(ids))
	for i, id := range ids {
		holds[i] = booking.HoldID(id)
	}
	if len(holds) == 0 {
		return nil, nil
	}
	var out []record
	for _, f := range inv.lookUp(ctx, holds) {
		if f.err != nil {
			return nil, f.err
		}
		if f.known {
			out = append(out, f.record)
		}
	}
	return out, nil
}
