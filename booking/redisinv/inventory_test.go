package redisinv_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// virtualClock is shard time that tests move.
type virtualClock struct {
	mu  sync.Mutex
	now time.Time
}

func newVirtualClock() *virtualClock {
	return &virtualClock{now: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
}

func (k *virtualClock) Now(context.Context, booking.ConsulateID) (time.Time, error) {
	return k.Time(), nil
}

func (k *virtualClock) Time() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *virtualClock) Advance(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

// noGate makes every answer come from Redis.
const noGate = -1

// start makes a running inventory that stops with the test.
func start(t testing.TB, d redisinv.Deps) *redisinv.Inventory {
	t.Helper()
	inv, err := redisinv.New(d)
	if err != nil {
		t.Fatal(err)
	}
	inv.Start()
	t.Cleanup(inv.Stop)
	return inv
}

// harness makes what the suites need from an engine. Keys' own times to live stand still: all that counts has
// to be judged by the clock.
func harness(t testing.TB, e servers.Engine, gateLife time.Duration) bookingtest.InventoryHarness {
	clock := newVirtualClock()
	inv := start(t, redisinv.Deps{Client: e.Client, Clock: clock, GateLife: gateLife})
	return bookingtest.InventoryHarness{
		Inventory: inv, Now: clock.Time, Advance: clock.Advance,
		Lose: func() {
			if err := e.Client.FlushAll(context.Background()).Err(); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(ctx context.Context, r bookingtest.Reporter, posts ...booking.ConsulateID) {
			bookingtest.CheckInvariants(ctx, r, inv, posts...)
		},
	}
}

func TestContract(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		bookingtest.Inventory(t, func(t *testing.T) bookingtest.InventoryHarness { return harness(t, e, noGate) })
	})
}

func TestModel(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		bookingtest.InventoryModel(t, func(t *testing.T) bookingtest.InventoryHarness { return harness(t, e, noGate) })
	})
}
