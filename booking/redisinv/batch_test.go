package redisinv

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
)

// turnstile stops exchanges until it is opened, and notes how large each batch of hold.lua was.
type turnstile struct {
	hash    string
	arrived chan struct{} // one word per exchange that waits
	open    chan struct{}

	mu      sync.Mutex
	batches []int
}

func (s *turnstile) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (s *turnstile) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (s *turnstile) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		select {
		case s.arrived <- struct{}{}:
		default:
		}
		<-s.open
		if args := cmds[0].Args(); args[1] == s.hash {
			keys := args[2].(int)
			s.mu.Lock()
			s.batches = append(s.batches, (len(args)-3-keys-1)/7)
			s.mu.Unlock()
		}
		return next(ctx, cmds)
	}
}

// stalled makes a running inventory whose exchanges wait at a turnstile, and a post with seats at one start.
func stalled(t *testing.T, e servers.Engine, seats, most int) (*Inventory, *turnstile, time.Time) {
	t.Helper()
	at := time.Now().Add(72 * time.Hour).Truncate(time.Hour)
	s := booking.Snapshot{Epoch: "1"}
	for i := range seats {
		s.Seats = append(s.Seats, booking.Seat{
			ID: booking.SeatID(fmt.Sprintf("waw-%03d", i)), Consulate: "waw", Group: "passport", Start: at, Minutes: 20,
		})
	}
	if err := newTestInventory(t, Deps{Client: e.Client}).Rebuild(t.Context(), "waw", s, nil); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: e.Addr})
	t.Cleanup(func() { _ = client.Close() })
	inv := newTestInventory(t, Deps{Client: client, BatchMax: most, Timeout: time.Minute, GateLife: -1})
	gate := &turnstile{hash: inv.scripts.hold.hash, arrived: make(chan struct{}, 1), open: make(chan struct{})}
	client.AddHook(gate)
	return inv, gate, at
}

// TestOrderOfArrival queues many requests behind a stopped batch: seats go by order of arrival, in batches of at
// most the maximum, and the late ones are told so each on their own.
func TestOrderOfArrival(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		const people, seats = 70, 40
		inv, gate, at := stalled(t, e, seats, 0)
		var wg sync.WaitGroup
		holds, errs := make([]booking.Hold, people), make([]error, people)
		for i := range people {
			wg.Go(func() { holds[i], errs[i] = inv.Hold(context.Background(), testRequest("waw", at)) })
			if i == 0 {
				<-gate.arrived // the first is under way alone
				continue
			}
			for len(inv.batcherOf("waw").queue) < i {
				runtime.Gosched() // until the request is queued: there is no other sign of it
			}
		}
		close(gate.open)
		wg.Wait()
		for i := range people {
			want := booking.SeatID(fmt.Sprintf("waw-%03d", i))
			switch {
			case i < seats && (errs[i] != nil || holds[i].Seat != want):
				t.Fatalf("request %d got %s, %v; want %s", i, holds[i].Seat, errs[i], want)
			case i >= seats && booking.CodeOf(errs[i]) != booking.CodeSoldOut:
				t.Fatalf("request %d got %v", i, errs[i])
			}
		}
		if got := fmt.Sprint(gate.batches); !strings.HasPrefix(got, "[1 32 32 5]") {
			t.Errorf("batches of %s", got)
		}
	})
}

// TestStop: who waits in the queue is told, who is under way gets a verdict, and nobody hangs.
func TestStop(t *testing.T) {
	e := servers.RedisEngine(t)
	inv, gate, at := stalled(t, e, 5, 1)
	results := make(chan error, 3)
	ask := func() {
		_, err := inv.Hold(context.Background(), testRequest("waw", at))
		results <- err
	}
	go ask()
	<-gate.arrived
	go ask()
	go ask()
	for len(inv.batcherOf("waw").queue) < 2 {
		runtime.Gosched()
	}
	done := make(chan struct{})
	go func() { inv.Stop(); close(done) }()
	for inv.batcherOf("waw") != nil {
		runtime.Gosched()
	}
	close(gate.open)
	<-done
	codes := map[booking.Code]int{}
	for range 3 {
		codes[booking.CodeOf(<-results)]++
	}
	if codes[""] != 1 || codes[booking.CodeUnavailable] != 2 {
		t.Fatalf("verdicts %v", codes)
	}
	if _, err := inv.Hold(context.Background(), testRequest("waw", at)); booking.CodeOf(err) != booking.CodeUnavailable {
		t.Fatalf("hold after stop: %v", err)
	}
	inv.Start()
	if _, err := inv.Hold(context.Background(), testRequest("waw", at)); err != nil {
		t.Fatalf("hold after a new start: %v", err)
	}
}

// TestCallerLeaves: an end of the caller's context is no harm; asking again gives the hold.
func TestCallerLeaves(t *testing.T) {
	e := servers.RedisEngine(t)
	inv, gate, at := stalled(t, e, 5, 0)
	r := testRequest("waw", at)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		_, err := inv.Hold(ctx, r)
		result <- err
	}()
	<-gate.arrived
	cancel()
	if err := <-result; booking.CodeOf(err) != booking.CodeUnavailable {
		t.Fatalf("got %v", err)
	}
	close(gate.open)
	again := r
	again.ID = booking.NewHoldID("waw", r.Person)
	h, err := inv.Hold(context.Background(), again)
	if err != nil || h.ID != r.ID {
		t.Fatalf("got %s, %v; want %s", h.ID, err, r.ID)
	}
}
