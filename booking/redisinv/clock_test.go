package redisinv

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
)

func newTestInventory(t testing.TB, d Deps) *Inventory {
	t.Helper()
	inv, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	inv.Start()
	t.Cleanup(inv.Stop)
	return inv
}

func TestNewChecks(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer client.Close()
	for name, d := range map[string]Deps{
		"no client": {}, "batch": {Client: client, BatchMax: 33}, "negative batch": {Client: client, BatchMax: -1},
		"linger": {Client: client, Linger: 3 * time.Millisecond},
	} {
		if _, err := New(d); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestShardClock: holds run by the shard's time, whatever this machine's clock says.
func TestShardClock(t *testing.T) {
	e := servers.MiniredisEngine(t)
	inv := newTestInventory(t, Deps{Client: e.Client})
	if err := inv.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	shard := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	e.Mini.SetTime(shard)
	now, err := inv.clock.Now(t.Context(), "waw")
	if err != nil {
		t.Fatal(err)
	}
	if d := now.Sub(shard); d < 0 || d > 5*time.Second {
		t.Fatalf("the clock says %s, the shard %s", now, shard)
	}
	if err := inv.Ping(t.Context()); booking.CodeOf(err) != booking.CodeUnavailable {
		t.Fatalf("ping at a skew of years: %v", err)
	}
	e.Mini.SetTime(time.Now().Add(800 * time.Millisecond))
	if err := inv.Ping(t.Context()); err != nil {
		t.Fatalf("ping at a skew of 0.8 s: %v", err)
	}
}

// TestClockSamplesSeldom: one exchange per post and sampleLife; a failing refresh does not stop the clock.
func TestClockSamplesSeldom(t *testing.T) {
	e := servers.MiniredisEngine(t)
	inv := newTestInventory(t, Deps{Client: e.Client})
	clock := inv.clock.(*shardClock)
	before, err := clock.Now(t.Context(), "waw")
	if err != nil {
		t.Fatal(err)
	}
	e.Mini.Close()
	if _, err = clock.Now(t.Context(), "waw"); err != nil {
		t.Fatalf("a fresh sample is not used: %v", err)
	}
	old := clock.samples["waw"]
	clock.samples["waw"] = sample{shard: old.shard, at: old.at.Add(-sampleLife)}
	now, err := clock.Now(t.Context(), "waw")
	if err != nil || now.Sub(before) < sampleLife {
		t.Fatalf("an old sample, unreachable shard: %s, %v", now.Sub(before), err)
	}
	clock.samples["waw"] = sample{shard: old.shard, at: old.at.Add(-3 * sampleLife)}
	if _, err = clock.Now(t.Context(), "waw"); booking.CodeOf(err) != booking.CodeUnavailable {
		t.Fatalf("a sample that is too old: %v", err)
	}
}

// TestScriptsAreForgotten: a server that lost its script cache gets the sources again, in pipelines too.
func TestScriptsAreForgotten(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		inv := newTestInventory(t, Deps{Client: e.Client})
		at := time.Now().Add(72 * time.Hour).Truncate(time.Hour)
		seat := booking.Seat{ID: "waw-c1-x-20", Consulate: "waw", Group: "passport", Start: at, Minutes: 20}
		if err := inv.Rebuild(t.Context(), "waw", booking.Snapshot{Epoch: "1", Seats: []booking.Seat{seat}}, nil); err != nil {
			t.Fatal(err)
		}
		if err := e.Client.ScriptFlush(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := inv.Hold(t.Context(), testRequest("waw", at)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestScriptFaultsAreInternal: a script that fails is our fault, not an unreachable server.
func TestScriptFaultsAreInternal(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		inv := newTestInventory(t, Deps{Client: e.Client})
		if err := e.Client.Set(t.Context(), holdsKey("waw"), "not a hash", 0).Err(); err != nil {
			t.Fatal(err)
		}
		_, err := inv.Pin(t.Context(), booking.NewHoldID("waw", uuid.New()))
		if err == nil || booking.CodeOf(err) != "" {
			t.Fatalf("got %v", err)
		}
	})
}

func testRequest(c booking.ConsulateID, at time.Time) booking.HoldRequest {
	person := uuid.New()
	return booking.HoldRequest{
		ID: booking.NewHoldID(c, uuid.New()), Consulate: c, Group: "passport", Service: "passport-adult", From: at, To: at,
		Person: person, Applicant: person, Nonce: "0123456789abcdef", TTL: 10 * time.Minute, Extension: 5 * time.Minute, DailyLimit: 1000,
	}
}
