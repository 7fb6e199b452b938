package jobs_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/jobs"
)

// beats are tickers that tests beat by hand, by their interval.
type beats struct {
	mu sync.Mutex
	by map[time.Duration]chan time.Time
}

func (b *beats) ticker(d time.Duration) (<-chan time.Time, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(chan time.Time)
	b.by[d] = c
	return c, func() {}
}

// beat lets a ticker tick and returns once it has begun its next wait but one: the tick is over.
func (b *beats) beat(t *testing.T, d time.Duration) {
	t.Helper()
	b.mu.Lock()
	c := b.by[d]
	b.mu.Unlock()
	for range 2 {
		select {
		case c <- time.Time{}:
		case <-time.After(20 * time.Second):
			t.Fatal("the ticker hangs")
		}
	}
}

func (w *world) told(want booking.EventType) {
	w.Helper()
	select {
	case got := <-w.notices:
		if got != string(want) {
			w.Fatalf("a notice of %s, want %s", got, want)
		}
	case <-time.After(20 * time.Second):
		w.Fatalf("no notice of %s", want)
	}
}

func TestServiceWorksJobsAndTicks(t *testing.T) {
	hand := &beats{by: map[time.Duration]chan time.Time{}}
	w := newWorld(t, 3, func(d *jobs.Deps) { d.Ticker = hand.ticker })
	if err := w.service.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = w.service.Stop(context.Background())
		}
	}()
	ann := uuid.New()
	a := w.booked(ann)
	w.told(booking.EventBooked)
	w.cancel(a)
	w.told(booking.EventCancelled)

	w.mustHold(uuid.New())
	w.clock.Advance(11 * time.Minute)
	hand.beat(t, time.Second)
	w.wantStates(map[booking.SeatState]int{booking.SeatReturned: 2})
	w.clock.Advance(reopenAfter)
	hand.beat(t, time.Second)
	w.wantStates(map[booking.SeatState]int{booking.SeatOpen: 3})
	lost := w.pinned(uuid.New())
	w.clock.Advance(lost.LastExpiry.Sub(w.clock.Time()) + time.Second)
	hand.beat(t, 5*time.Second)
	w.lose()
	hand.beat(t, time.Second) // rebuilds
	hand.beat(t, time.Minute)
	if w.free() == 0 {
		t.Fatal("nothing was rebuilt")
	}
	if err := w.service.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped = true
	w.check()
}

func TestDepsAreChecked(t *testing.T) {
	_, err := jobs.New(jobs.Deps{JobTimeout: time.Minute, RescueAfter: time.Minute})
	for _, want := range []string{"Pool", "Ledger", "Inventory", "Notifier", "Posts", "ReopenAt", "Now", "Logger", "RescueAfter"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("missing %s goes unseen: %v", want, err)
		}
	}
	w := newWorld(t, 1, nil)
	if err := w.service.Stop(t.Context()); err != nil {
		t.Errorf("stopping what was not started: %v", err)
	}
}

func TestOutboxIgnoresOtherEvents(t *testing.T) {
	outbox, err := jobs.NewOutbox(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := outbox.Enqueue(t.Context(), nil, booking.EventWeek, []uuid.UUID{uuid.New()}); err != nil {
		t.Fatal(err)
	}
}
