package bookingtest

import (
	"context"
	"time"

	"chesna/booking"
)

// CheckSeats compares a post's inventory with what the ledger knows of the post's seats (WeekLedger.Week), when
// nothing is under way: no seat that the ledger has given away or taken back is free, none is held by somebody
// else, and no open seat of the future is missing here. A hold that is confirming may have its seat booked
// already; an ended one may have it returned, and a seat whose return was not yet told is still open.
func CheckSeats(ctx context.Context, t Reporter, inventory Inspector, post booking.ConsulateID, now time.Time, ledger []booking.Seat) {
	t.Helper()
	p, err := inventory.Inspect(ctx, post)
	if err != nil {
		t.Fatalf("inspect %s: %v", post, err)
	}
	state := map[booking.SeatID]booking.SeatState{}
	for _, s := range ledger {
		state[s.ID] = s.State
	}
	here := map[booking.SeatID]bool{}
	for _, list := range p.Free {
		for _, id := range list {
			here[id] = true
			if state[id] != booking.SeatOpen {
				t.Errorf("seat %s is free here and %q in the ledger", id, state[id])
			}
		}
	}
	for id, h := range p.Held {
		here[h.Seat] = true
		settling := h.State == booking.HoldConfirming && state[h.Seat] == booking.SeatBooked
		if state[h.Seat] != booking.SeatOpen && !settling {
			t.Errorf("seat %s of hold %s (%s) is %q in the ledger", h.Seat, id, h.State, state[h.Seat])
		}
	}
	for id, e := range p.Ended {
		here[e.Seat] = true
		if s := state[e.Seat]; s != booking.SeatOpen && s != booking.SeatReturned && s != booking.SeatWithdrawn && s != "" {
			t.Errorf("seat %s of the ended hold %s is %q in the ledger", e.Seat, id, s)
		}
	}
	for _, s := range ledger {
		if s.State == booking.SeatOpen && s.Pool == booking.PoolOpen && s.Start.After(now) && !here[s.ID] {
			t.Errorf("seat %s is open in the ledger and not here", s.ID)
		}
	}
}
