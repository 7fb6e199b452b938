package redisinv_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

// TestServerKilled kills a Redis that keeps its writes: meanwhile nothing is "sold out", afterwards every hold
// is as it was.
func TestServerKilled(t *testing.T) {
	e := servers.RedisEngine(t, servers.WithAppendOnly())
	inv := start(t, redisinv.Deps{Client: e.Client})
	at := opened(t, inv, "waw", 5)
	held := mustHold(t, inv, request("waw", uuid.New(), at, at))
	pinned := mustHold(t, inv, request("waw", uuid.New(), at, at))
	released := mustHold(t, inv, request("waw", uuid.New(), at, at))
	_, err := inv.Pin(t.Context(), pinned.ID)
	wantCode(t, err, "")
	wantCode(t, inv.Release(t.Context(), released.ID), "")

	e.Server.Kill9()
	_, err = inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
	wantCode(t, err, booking.CodeUnavailable)
	_, err = inv.Find(t.Context(), held.ID)
	wantCode(t, err, booking.CodeUnavailable)
	wantCode(t, inv.Ping(t.Context()), booking.CodeUnavailable)

	e.Server.Restart()
	for id, state := range map[booking.HoldID]booking.HoldState{held.ID: booking.HoldHeld, pinned.ID: booking.HoldConfirming} {
		h, err := inv.Find(t.Context(), id)
		if err != nil || h.State != state {
			t.Fatalf("hold %s after the crash: %v, %v", id, h.State, err)
		}
	}
	if ended, err := inv.Ended(t.Context(), "waw", 9); err != nil || len(ended) != 1 || ended[0].Hold != released.ID {
		t.Fatalf("ended after the crash: %v, %v", ended, err)
	}
	if again := mustHold(t, inv, request("waw", held.Person, at, at)); again.ID != held.ID {
		t.Fatal("a second hold after the crash")
	}
	bookCheck(t, inv, "waw")
}

// TestServerKilledInARush kills a Redis that keeps its writes while many hold. Every hold that somebody was told of
// is there afterwards, and whoever got no answer asks again and has one hold.
func TestServerKilledInARush(t *testing.T) {
	e := servers.RedisEngine(t, servers.WithAppendOnly())
	inv := start(t, redisinv.Deps{Client: e.Client, ClaimTTL: time.Minute, GateLife: noGate})
	at := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Hour)
	s := booking.Snapshot{Epoch: "1"}
	for i := range 20000 {
		s.Seats = append(s.Seats, numberedSeat("waw", at.Add(time.Duration(i/10)*time.Minute), i%10))
	}
	wantCode(t, inv.Rebuild(t.Context(), "waw", s, nil), "")
	var mu sync.Mutex
	told := map[booking.HoldID]booking.SeatID{}
	enough := make(chan struct{})
	var unanswered []booking.HoldRequest
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range len(s.Seats) / 16 {
				r := request("waw", uuid.New(), at, at.Add(999*time.Hour))
				h, err := inv.Hold(t.Context(), r)
				mu.Lock()
				if err != nil {
					unanswered = append(unanswered, r)
					mu.Unlock()
					return
				}
				told[h.ID] = h.Seat
				if len(told) == 500 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	e.Server.Kill9()
	wg.Wait()
	e.Server.Restart()
	for id, seat := range told {
		if h, err := inv.Find(t.Context(), id); err != nil || h.Seat != seat {
			t.Fatalf("hold %s, which somebody was told of: %v", id, err)
		}
	}
	if len(unanswered) != 16 {
		t.Fatalf("%d requests without an answer", len(unanswered))
	}
	for _, r := range unanswered {
		wantCode(t, errOf(inv.Hold(t.Context(), r)), "")
	}
	bookCheck(t, inv, "waw")
	p, err := inv.Inspect(t.Context(), "waw")
	if err != nil || len(p.Held) != len(told)+len(unanswered) {
		t.Fatalf("%d holds of %d people, %v", len(p.Held), len(told)+len(unanswered), err)
	}
}

func errOf(_ booking.Hold, err error) error { return err }

// TestServerEmptied restarts a Redis that keeps nothing: nobody is told "sold out" until the rebuild.
func TestServerEmptied(t *testing.T) {
	e := servers.RedisEngine(t)
	inv := start(t, redisinv.Deps{Client: e.Client})
	at := opened(t, inv, "waw", 1)
	lost := mustHold(t, inv, request("waw", uuid.New(), at, at))
	e.Server.Kill9()
	e.Server.Restart()
	_, err := inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
	wantCode(t, err, booking.CodeNoInventory)
	_, err = inv.Free(t.Context(), "waw", group, at, at)
	wantCode(t, err, booking.CodeNoInventory)
	opened(t, inv, "waw", 1)
	if h := mustHold(t, inv, request("waw", uuid.New(), at, at)); h.Seat != lost.Seat {
		t.Fatal("the lost hold's seat did not stay open")
	}
	bookCheck(t, inv, "waw")
}

// TestServerHangs lets batches time out. They are sent again with the same identifiers, and so may people: a
// hold takes one seat however often it was sent.
func TestServerHangs(t *testing.T) {
	e := servers.RedisEngine(t)
	client := redis.NewClient(&redis.Options{Addr: e.Addr, ContextTimeoutEnabled: true, MaxRetries: -1})
	defer client.Close()
	inv := start(t, redisinv.Deps{Client: client, Timeout: 60 * time.Millisecond})
	at := opened(t, inv, "waw", 5)
	first := mustHold(t, inv, request("waw", uuid.New(), at, at))
	e.Server.Pause()
	r := request("waw", uuid.New(), at, at)
	_, err := inv.Hold(t.Context(), r)
	e.Server.Resume()
	wantCode(t, err, booking.CodeUnavailable)
	h := mustHold(t, inv, r)
	if h.ID != r.ID || h.Seat == first.Seat {
		t.Fatalf("got %s on %s", h.ID, h.Seat)
	}
	free, err := inv.Free(t.Context(), "waw", group, at, at)
	if err != nil || len(free) != 1 || free[0].Seats != 3 {
		t.Fatalf("free: %v, %v", free, err)
	}
	bookCheck(t, inv, "waw")
}

// TestOneAnswerIsLost loses one exchange of a hold's batch, before or after the server acted: the batch is sent
// again with the same identifiers, the person notices nothing and one seat is taken.
func TestOneAnswerIsLost(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		for run := range 2 {
			for cut := int64(1); cut <= 4; cut++ {
				w := &wire{onlyOne: true, lastIsRun: run == 1}
				inv := start(t, redisinv.Deps{Client: wired(t, e.Addr, w), GateLife: noGate})
				post := booking.ConsulateID(fmt.Sprintf("l%d%d", run, cut))
				at := opened(t, inv, post, 2)
				_, err := inv.Free(t.Context(), post, group, at, at) // asks for the shard's time
				wantCode(t, err, "")
				w.cutFrom = w.exchanges.Load() + cut
				r := request(post, uuid.New(), at, at)
				if h := mustHold(t, inv, r); h.ID != r.ID {
					t.Fatalf("got hold %s", h.ID)
				}
				w.cutFrom = 0
				free, err := inv.Free(t.Context(), post, group, at, at)
				if err != nil || len(free) != 1 || free[0].Seats != 1 {
					t.Fatalf("cut %d/%d: free %v, %v", run, cut, free, err)
				}
				bookCheck(t, inv, post)
			}
		}
	})
}

func mustHold(t testing.TB, inv *redisinv.Inventory, r booking.HoldRequest) booking.Hold {
	t.Helper()
	h, err := inv.Hold(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestProcessDies cuts a process off at each of its exchanges with Redis, before or after the server acted, on the
// way from hold to settle. Another process then takes over: the applicant gets one hold, and after its time
// and one sweep no seat is lost.
func TestProcessDies(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		for run := range 2 {
			for cut := int64(1); cut <= 12; cut++ {
				name := fmt.Sprintf("%d/%d", run, cut)
				post := booking.ConsulateID(fmt.Sprintf("d%d%d", run, cut))
				t.Run(name, func(t *testing.T) { processDies(t, e, post, &wire{cutFrom: cut, lastIsRun: run == 1}) })
			}
		}
	})
}

func processDies(t *testing.T, e servers.Engine, post booking.ConsulateID, w *wire) {
	const seats = 3
	clock := newVirtualClock()
	heir := start(t, redisinv.Deps{Client: e.Client, Clock: clock, GateLife: noGate})
	at := clock.Time().Add(72 * time.Hour)
	err := heir.Rebuild(t.Context(), post, booking.Snapshot{Epoch: "1", Seats: numberedSeats(post, at, seats)}, nil)
	wantCode(t, err, "")
	me, appointment := uuid.New(), uuid.New()
	h, settled := walkUntilCut(t, start(t, redisinv.Deps{Client: wired(t, e.Addr, w), Clock: clock}), request(post, me, at, at), appointment)

	// The heir: what was confirmed is settled; else the applicant asks again.
	switch {
	case settled:
		wantCode(t, heir.Settle(t.Context(), h, appointment), "")
	default:
		again, err := heir.Hold(t.Context(), request(post, me, at, at))
		wantCode(t, err, "")
		if h.ID != "" && again.ID != h.ID {
			t.Fatalf("the hold that she was told of is not hers any more: %s, %s", h.ID, again.ID)
		}
	}
	bookCheck(t, heir, post)

	clock.Advance(time.Hour)
	list, err := heir.Confirming(t.Context(), post, time.Minute, 10)
	wantCode(t, err, "")
	for _, c := range list {
		wantCode(t, heir.Abandon(t.Context(), c.ID), "") // the ledger says that it knows nothing
	}
	_, err = heir.Sweep(t.Context(), post, 10)
	wantCode(t, err, "")
	p, err := heir.Inspect(t.Context(), post)
	wantCode(t, err, "")
	free, want := len(p.Free[group]), seats
	if settled {
		want--
	}
	if len(p.Held) != 0 || free+len(p.Ended) != want || free < seats-1 {
		t.Fatalf("%d free, %d held, %d ended of %d seats", free, len(p.Held), len(p.Ended), seats)
	}
	bookCheck(t, heir, post)
	if !settled {
		_, err = heir.Hold(t.Context(), request(post, me, at, at))
		wantCode(t, err, "") // and she is not blocked
	}
}

// walkUntilCut goes from hold to settle until an error. It returns the hold that the person was told of, and
// whether the ledger was told to book it (which it does right before settle).
func walkUntilCut(t *testing.T, inv *redisinv.Inventory, r booking.HoldRequest, appointment uuid.UUID) (h booking.Hold, booked bool) {
	defer inv.Stop()
	h, err := inv.Hold(t.Context(), r)
	if err != nil {
		return booking.Hold{}, false
	}
	if _, err = inv.Extend(t.Context(), h.ID); err != nil {
		return h, false
	}
	if _, err = inv.Pin(t.Context(), h.ID); err != nil {
		return h, false
	}
	_ = inv.Settle(t.Context(), h, appointment)
	return h, true
}
