package redisinv_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

// longGate lives longer than any test.
const longGate = time.Hour

func TestGateAnswersAlone(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w := &wire{}
		inv := start(t, redisinv.Deps{Client: wired(t, e.Addr, w), GateLife: longGate})
		at := opened(t, inv, "waw", 1)
		winner := mustHold(t, inv, request("waw", uuid.New(), at, at))
		if inv.SoldOut("waw", group, at, at) {
			t.Fatal("the gate spoke before Redis")
		}
		_, err := inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
		wantCode(t, err, booking.CodeSoldOut)
		before := w.exchanges.Load()
		for range 10 {
			_, err = inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
			wantCode(t, err, booking.CodeSoldOut)
		}
		if n := w.exchanges.Load() - before; n != 0 || !inv.SoldOut("waw", group, at, at) {
			t.Fatalf("%d exchanges behind a closed gate", n)
		}
		if s := inv.Stats(); s.Requests != 12 || s.Gated != 10 || s.Batches != 2 || s.Again != 0 {
			t.Errorf("stats %+v", s)
		}
		// Its word is about one span of one group of one post.
		for _, other := range []struct {
			post booking.ConsulateID
			g    booking.GroupID
			to   time.Time
		}{{"ber", group, at}, {"waw", "notary", at}, {"waw", group, at.Add(time.Hour)}} {
			if inv.SoldOut(other.post, other.g, at, other.to) {
				t.Errorf("the gate speaks of %v", other)
			}
		}
		if again := mustHold(t, inv, request("waw", winner.Person, at, at)); again.ID != winner.ID {
			t.Fatal("the gate kept her from her own hold")
		}
		// Own seats open it at once.
		wantCode(t, inv.Publish(t.Context(), "waw", []booking.Seat{numberedSeat("waw", at, 7)}), "")
		mustHold(t, inv, request("waw", uuid.New(), at, at))
	})
}

func TestGateForgets(t *testing.T) {
	e := servers.RedisEngine(t)
	const life = 30 * time.Millisecond
	mine := start(t, redisinv.Deps{Client: e.Client, GateLife: life})
	other := start(t, redisinv.Deps{Client: e.Client})
	at := opened(t, mine, "waw", 0)
	_, err := mine.Hold(t.Context(), request("waw", uuid.New(), at, at))
	wantCode(t, err, booking.CodeSoldOut)
	shut := time.Now()
	wantCode(t, other.Publish(t.Context(), "waw", numberedSeats("waw", at, 1)), "")
	me := uuid.New()
	for {
		_, err = mine.Hold(t.Context(), request("waw", me, at, at))
		if err == nil {
			return
		}
		wantCode(t, err, booking.CodeSoldOut)
		if time.Since(shut) > 5*time.Second {
			t.Fatal("another process's seats are never seen")
		}
	}
}

// TestGateIsNotShutByFailures: an unreachable Redis is no reason to say "sold out", then or later.
func TestGateIsNotShutByFailures(t *testing.T) {
	e := servers.RedisEngine(t, servers.WithAppendOnly())
	inv := start(t, redisinv.Deps{Client: e.Client, GateLife: longGate})
	at := opened(t, inv, "waw", 1)
	e.Server.Kill9()
	_, err := inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
	wantCode(t, err, booking.CodeUnavailable)
	if inv.SoldOut("waw", group, at, at) {
		t.Fatal("the gate took a failure for sold out")
	}
	e.Server.Restart()
	mustHold(t, inv, request("waw", uuid.New(), at, at))
	if err := e.Client.FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	_, err = inv.Hold(t.Context(), request("waw", uuid.New(), at, at))
	wantCode(t, err, booking.CodeNoInventory)
	if inv.SoldOut("waw", group, at, at) {
		t.Fatal("the gate took a lost inventory for sold out")
	}
}
