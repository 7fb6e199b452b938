package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/jobs"
)

// TestAKilledDatabase: jobs that were committed with a booking are worked after the database has died and come
// back, ticks fail meanwhile and work again.
func TestAKilledDatabase(t *testing.T) {
	server := servers.NewPostgres(t)
	dsn := server.DSN() + "&synchronous_commit=on" // the test server would acknowledge before it writes
	if err := migrate(dsn); err != nil {
		t.Fatal(err)
	}
	hand := &beats{by: map[time.Duration]chan time.Time{}}
	w := newWorldAt(t, dsn, servers.MiniredisEngine(t), func(d *jobs.Deps) { d.Ticker = hand.ticker })
	w.publish(3)
	a := w.booked(uuid.New()) // its jobs wait: nobody works them yet
	expires := w.mustHold(uuid.New())
	server.Kill9()
	w.awaitDown()
	if _, err := w.sweep(t.Context()); err != nil {
		t.Fatalf("a sweep without anything to tell the ledger: %v", err)
	}
	w.clock.Advance(expires.ExpiresAt.Sub(w.clock.Time()) + time.Second)
	if _, err := w.sweep(t.Context()); booking.CodeOf(err) != booking.CodeUnavailable {
		t.Fatalf("a sweep without a database: %v", err)
	}
	server.Restart()
	w.recover()
	if err := w.service.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.service.Stop(context.Background()) })
	w.told(booking.EventBooked)
	hand.beat(t, time.Second)
	w.wantStates(map[booking.SeatState]int{booking.SeatBooked: 1, booking.SeatReturned: 1, booking.SeatOpen: 1})

	server.Kill9() // this time under a running service
	w.awaitDown()
	hand.beat(t, time.Second)
	hand.beat(t, time.Minute)
	server.Restart()
	w.recover()
	b := w.booked(uuid.New())
	w.told(booking.EventBooked)
	for _, known := range []booking.Appointment{a, b} {
		if err := w.service.SettleAppointment(t.Context(), known.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.inventory.Find(t.Context(), known.Hold); booking.CodeOf(err) != booking.CodeHoldNotFound {
			t.Fatalf("the hold of a booked seat: %v", err)
		}
	}
	w.check()
}

// awaitDown returns when the killed server's last processes are gone: they notice its death when they next wait.
func (w *world) awaitDown() {
	w.pool.Reset()
	for w.pool.Ping(w.Context()) == nil {
		w.pool.Reset()
	}
}

// recover uses up the connections that died with the server.
func (w *world) recover() {
	w.Helper()
	for {
		_, err := w.ledger.Week(w.Context(), post, bookingtest.TestWeek)
		if err == nil && w.pool.Ping(w.Context()) == nil {
			w.pool.Reset()
			return
		}
		if err != nil && booking.CodeOf(err) != booking.CodeUnavailable {
			w.Fatalf("after the restart: %v", err)
		}
	}
}
