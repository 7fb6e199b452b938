package wave

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"time"

	"chesna/booking"
)

// month is how far back demand is looked at for opening a post.
const month = 30 * 24 * time.Hour

// MayOpen is the rule for instant booking: only where demand was below supply.
func MayOpen(demand, supply int) bool { return demand < supply }

// Openness is what last month's main draws say about instant booking at a post. Where nothing was drawn (Waves 0)
// nothing is known, and Allowed is false: whoever asks decides by what the post was before.
type Openness struct {
	Allowed        bool
	Demand, Supply int // entries in the draws, and their seats
	Waves          int
}

// OpenAllowed tells whether the post may publish seats of the group for instant booking, by the main waves that closed
// within the last 30 days.
func (s *Scheduler) OpenAllowed(ctx context.Context, c booking.ConsulateID, g booking.GroupID) (Openness, error) {
	var o Openness
	f := Filter{Consulate: c, Group: g, States: []State{StateDrawn, StateFinished}, Limit: 200}
	now := s.d.Now()
	for {
		page, err := s.d.Ledger.Waves(ctx, f)
		if err != nil {
			return Openness{}, fmt.Errorf("read the last month's waves: %w", err)
		}
		for _, w := range page {
			if w.Closes.Before(now.Add(-month)) {
				page = nil
				break
			}
			if w.Kind == KindMain {
				o.Demand, o.Supply, o.Waves = o.Demand+w.Entries, o.Supply+w.Seats, o.Waves+1
			}
		}
		if len(page) < f.Limit {
			o.Allowed = o.Waves > 0 && MayOpen(o.Demand, o.Supply)
			return o, nil
		}
		f.Before = page[len(page)-1].Closes
	}
}

// Channel is the pool of a seat that is to be given by draw at a post, by the policy's shares: all online
// without a terminal. It depends on the seat's post, group, counter and start alone: nobody chooses it, it is the same
// whenever the week is published again, and consecutive seats of a counter share out nearly exactly.
func (p Policy) Channel(post booking.Consulate, s booking.Seat) booking.Pool {
	if !post.Terminal || s.Minutes <= 0 {
		return booking.PoolDraw
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%s", s.Consulate, s.Group, s.Counter)
	index := uint64(s.Start.Unix())/uint64(60*s.Minutes) + binary.BigEndian.Uint64(h.Sum(nil))%100
	// 61 and 100 have no common divisor, and 61/100 is near the golden section: any run of seats is spread evenly.
	switch place := int(index % 100 * 61 % 100); {
	case place < p.Online:
		return booking.PoolDraw
	case place < p.Online+p.Kiosk:
		return booking.PoolKiosk
	}
	return booking.PoolToday
}
