package redisinv

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// found is what is known of a hold; known is false when Redis has no record of it.
type found struct {
	known  bool
	record record
	err    error
}

// lookUp reads hold records, of any posts, in one pipeline.
func (inv *Inventory) lookUp(ctx context.Context, ids []booking.HoldID) []found {
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	pipe := inv.client.Pipeline()
	cmds := make([]*redis.StringCmd, len(ids))
	for i, id := range ids {
		cmds[i] = pipe.HGet(ctx, holdsKey(id.Consulate()), string(id))
	}
	_, execErr := pipe.Exec(ctx)
	out := make([]found, len(ids))
	for i, id := range ids {
		value, err := cmds[i].Result()
		switch {
		case errors.Is(err, redis.Nil):
		case err != nil:
			out[i].err = judge("find", err)
		case value == "":
			out[i].err = judge("find", errors.Join(errors.New("no answer"), execErr))
		default:
			out[i].known = true
			out[i].record, out[i].err = parseRecord(id, value)
		}
	}
	return out
}

// Find returns a live hold in one exchange. CodeHoldExpired when its time is over, CodeHoldNotFound when it
// was released, refused, settled or never made.
func (inv *Inventory) Find(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	if _, err := booking.ParseHoldID(string(id)); err != nil {
		return booking.Hold{}, err
	}
	now, err := inv.clock.Now(ctx, id.Consulate())
	if err != nil {
		return booking.Hold{}, judge("clock", err)
	}
	f := inv.lookUp(ctx, []booking.HoldID{id})[0]
	switch {
	case f.err != nil:
		return booking.Hold{}, f.err
	case !f.known:
		return booking.Hold{}, noHold()
	case !f.record.live(now):
		return booking.Hold{}, f.record.refusal()
	}
	return f.record.hold, nil
}

// Current returns the live hold of an applicant in a group: one exchange with her shard, one with the post's.
func (inv *Inventory) Current(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (booking.Hold, error) {
	readCtx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	value, err := inv.client.Get(readCtx, personKey(applicant, g)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return booking.Hold{}, judge("current", err)
	}
	s, ok := parseSign(value)
	if !ok {
		return booking.Hold{}, noHold()
	}
	h, err := inv.Find(ctx, s.hold)
	if booking.CodeOf(err) == booking.CodeHoldExpired {
		return booking.Hold{}, noHold()
	}
	return h, err
}
