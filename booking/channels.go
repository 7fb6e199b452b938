package booking

import (
	"context"
	"fmt"

	"chesna/booking/capacity"
)

// ShareOut gives the seats of a week that are meant for draws to the channels of the post: online, terminal, and
// who comes today. A group for which the plan itself names seats of the terminal or of today keeps the plan's shares.
// It depends on plan, post and seats alone, so that publishing again gives the same.
func ShareOut(post Consulate, seats []capacity.Seat, channel func(Consulate, Seat) Pool) []capacity.Seat {
	if channel == nil || !post.Terminal {
		return seats
	}
	planned := map[string]bool{}
	for _, s := range seats {
		if !s.Pool.Online() {
			planned[s.Group] = true
		}
	}
	out := make([]capacity.Seat, len(seats))
	for i, s := range seats {
		if s.Pool == capacity.PoolDraw && !planned[s.Group] {
			s.Pool = capacity.Pool(channel(post, Seat{
				ID: SeatID(s.ID), Consulate: post.ID, Counter: CounterID(s.Counter), Group: GroupID(s.Group),
				Pool: PoolDraw, Start: s.Start, Minutes: s.Minutes,
			}))
		}
		out[i] = s
	}
	return out
}

// mayOpen refuses openings of the pool open for groups whose last month's demand was not below supply: what is scarce is
// drawn. Seats that were published before stay.
func (o *Office) mayOpen(ctx context.Context, post Consulate, p WeekPlan) error {
	if o.MayOpen == nil {
		return nil
	}
	refusal := &Error{Code: CodeInvalid, Detail: "instant booking is allowed only where the demand of the last month was below supply"}
	asked := map[string]bool{}
	for i, c := range p.Counters {
		for j, opening := range c.Openings {
			if opening.Pool != capacity.PoolOpen {
				continue
			}
			allowed, known := asked[opening.Group]
			if !known {
				var err error
				if allowed, err = o.MayOpen(ctx, post.ID, GroupID(opening.Group)); err != nil {
					return fmt.Errorf("ask for the demand: %w", err)
				}
				asked[opening.Group] = allowed
			}
			if !allowed {
				refusal.Fields = append(refusal.Fields, FieldError{
					Pointer: fmt.Sprintf("/counters/%d/openings/%d/pool", i, j), Code: "not-allowed", Detail: "want draw: more people asked than there were seats",
				})
			}
		}
	}
	if refusal.Fields == nil {
		return nil
	}
	return refusal
}
