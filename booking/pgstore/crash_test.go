package pgstore_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/pgstore"
)

// TestKill9InTheMiddleOfBatches: what was acknowledged before the database died is there after its restart, and a
// retry of what was not gets one right verdict.
func TestKill9InTheMiddleOfBatches(t *testing.T) {
	server := servers.NewPostgres(t)
	dsn := server.DSN() + "&synchronous_commit=on" // the test server would acknowledge before it writes
	if err := migrate(dsn); err != nil {
		t.Fatal(err)
	}
	pool := openPool(t, dsn)
	s := startStore(t, pool, func(d *pgstore.Deps) { d.Writers, d.BatchSize = 2, 8 })
	seats := bookingtest.PublishSeats(t, s, "waw", 400)

	acknowledged := make([]bool, len(seats))
	cs := make([]booking.Confirmation, len(seats))
	for i, seat := range seats {
		cs[i] = bookingtest.Sign(bookingtest.MakeHold(seat, uuid.New()))
	}
	enough := make(chan struct{}, len(seats))
	next := make(chan int, len(seats))
	for i := range seats {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := range next {
				_, err := s.Confirm(context.Background(), cs[i])
				switch {
				case err == nil:
					acknowledged[i] = true
				case booking.CodeOf(err) != booking.CodeUnavailable:
					t.Errorf("confirmation %d while the database dies: %v", i, err)
				}
				enough <- struct{}{}
			}
		})
	}
	for range 100 {
		<-enough
	}
	server.Kill9()
	wg.Wait()
	server.Restart()

	kept, lost := 0, 0
	for i, ok := range acknowledged {
		a, err := s.AppointmentByHold(t.Context(), cs[i].Hold.ID)
		for booking.CodeOf(err) == booking.CodeUnavailable { // connections of the dead server
			a, err = s.AppointmentByHold(t.Context(), cs[i].Hold.ID)
		}
		switch {
		case ok && (err != nil || a.ID != cs[i].Appointment):
			lost++
		case ok:
			kept++
		}
	}
	t.Logf("acknowledged before the crash: %d of %d", kept+lost, len(cs))
	if lost > 0 || kept == 0 || kept == len(cs) {
		t.Fatalf("kept %d, lost %d acknowledged confirmations", kept, lost)
	}
	for _, c := range cs {
		a, err := s.Confirm(t.Context(), c)
		for booking.CodeOf(err) == booking.CodeUnavailable {
			a, err = s.Confirm(t.Context(), c)
		}
		if err != nil || a.ID != c.Appointment {
			t.Fatalf("a retry after the crash: %v", err)
		}
	}
	bookingtest.CheckLedgerInvariants(t, pool)
}
