package redisinv

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// Free lists the start times of a group with their free seats, in one exchange. Starts that have passed by
// the shard's time are left out: they cannot be held.
func (inv *Inventory) Free(ctx context.Context, c booking.ConsulateID, g booking.GroupID, from, to time.Time) ([]booking.FreeSlot, error) {
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		return nil, judge("clock", err)
	}
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	first := max(ceilSeconds(from), now.Unix()+1)
	pipe := inv.client.Pipeline()
	epoch := pipe.Exists(ctx, epochKey(c))
	seats := pipe.ZRangeByScoreWithScores(ctx, freeKey(c, g), &redis.ZRangeBy{
		Min: strconv.FormatInt(first, 10), Max: strconv.FormatInt(to.Unix(), 10),
	})
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, judge("free", err)
	}
	if epoch.Val() == 0 {
		return nil, noInventory()
	}
	var out []booking.FreeSlot
	for _, z := range seats.Val() {
		start := time.Unix(int64(z.Score), 0).UTC()
		if n := len(out); n > 0 && out[n-1].Start.Equal(start) {
			out[n-1].Seats++
		} else {
			out = append(out, booking.FreeSlot{Start: start, Seats: 1})
		}
	}
	return out, nil
}

// Epoch returns the post's epoch, or CodeNoInventory.
func (inv *Inventory) Epoch(ctx context.Context, c booking.ConsulateID) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	epoch, err := inv.client.Get(ctx, epochKey(c)).Result()
	if errors.Is(err, redis.Nil) {
		return "", noInventory()
	}
	if err != nil {
		return "", judge("epoch", err)
	}
	return epoch, nil
}
