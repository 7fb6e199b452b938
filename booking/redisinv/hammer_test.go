package redisinv_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

// hammer lets few people do everything at once through several processes. Holds live for milliseconds, so that
// expiry, sweep, pin and a new request of the same person meet.
type hammer struct {
	t         *testing.T
	processes []*redisinv.Inventory
	posts     []booking.ConsulateID
	people    []uuid.UUID
	at        time.Time

	mu     sync.Mutex
	owners map[booking.SeatID]booking.HoldID // no seat is published twice, so each has one hold for ever
	made   []booking.Hold
	codes  map[booking.Code]int
}

func TestHammer(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		h := &hammer{
			t: t, posts: []booking.ConsulateID{"waw", "ber"}, people: []uuid.UUID{uuid.New(), uuid.New(), uuid.New(), uuid.New()},
			at: time.Now().Add(72 * time.Hour).UTC().Truncate(time.Hour), owners: map[booking.SeatID]booking.HoldID{},
			codes: map[booking.Code]int{},
		}
		for range 3 {
			h.processes = append(h.processes, start(t, redisinv.Deps{Client: e.Client}))
		}
		for _, c := range h.posts {
			s := booking.Snapshot{Epoch: "1"}
			for i := range 2000 {
				seat := numberedSeat(c, h.at.Add(time.Duration(i/4)*time.Minute), i%4)
				s.Seats = append(s.Seats, seat)
			}
			if err := h.processes[0].Rebuild(t.Context(), c, s, nil); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 150 {
					h.step(h.processes[rand.IntN(len(h.processes))])
				}
			})
		}
		wg.Wait()
		for _, inv := range h.processes {
			inv.Stop()
		}
		bookCheck(t, h.processes[0], h.posts...)
		if h.codes[""] < 100 {
			t.Fatalf("hardly a step succeeded: %v", h.codes)
		}
		t.Log(fmt.Sprint(h.codes))
	})
}

func (h *hammer) step(inv *redisinv.Inventory) {
	c, person := h.posts[rand.IntN(len(h.posts))], h.people[rand.IntN(len(h.people))]
	ctx := h.t.Context()
	old := h.any()
	var err error
	switch n := rand.IntN(20); {
	case n < 10:
		r := request(c, person, h.at, h.at.Add(24*time.Hour))
		r.TTL, r.Extension = time.Duration(1+rand.IntN(20))*time.Millisecond, 5*time.Millisecond
		if rand.IntN(5) == 0 {
			r.Applicant = h.people[0]
		}
		var hold booking.Hold
		if hold, err = inv.Hold(ctx, r); err == nil {
			h.note(hold)
		}
	case n < 12:
		_, err = inv.Extend(ctx, old.ID)
	case n < 14:
		err = inv.Release(ctx, old.ID)
	case n < 16:
		if _, err = inv.Pin(ctx, old.ID); err == nil && rand.IntN(2) == 0 {
			appointment := uuid.New()
			if err = inv.Settle(ctx, old, appointment); err == nil {
				err = inv.Forget(ctx, old.Applicant, old.Group, appointment)
			}
		} else if err == nil {
			err = inv.Abandon(ctx, old.ID)
		}
	case n < 18:
		_, err = inv.Sweep(ctx, c, 5)
	default:
		_, err = inv.Current(ctx, person, group)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.codes[booking.CodeOf(err)]++
	if err != nil && booking.CodeOf(err) == "" {
		h.t.Error(err)
	}
}

// any is one of the youngest holds.
func (h *hammer) any() booking.Hold {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.made) == 0 {
		return booking.Hold{ID: booking.NewHoldID("waw", uuid.New()), Group: group}
	}
	return h.made[len(h.made)-1-rand.IntN(min(6, len(h.made)))]
}

func (h *hammer) note(hold booking.Hold) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if owner, ok := h.owners[hold.Seat]; ok && owner != hold.ID {
		h.t.Errorf("seat %s of hold %s went to %s", hold.Seat, owner, hold.ID)
	}
	h.owners[hold.Seat] = hold.ID
	h.made = append(h.made, hold)
}
