package pgstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore"
	"chesna/booking/wave/wavetest"
)

func TestMain(m *testing.M) {
	code := servers.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func migrate(dsn string) error { return bookingstore.Migrate(context.Background(), dsn) }

// noJobs is an outbox that writes nothing.
type noJobs struct{}

func (noJobs) Step(context.Context, pgx.Tx, wave.ID, wave.Step, time.Time) error { return nil }
func (noJobs) Offer(context.Context, pgx.Tx, uuid.UUID, string) error            { return nil }
func (noJobs) Loss(context.Context, pgx.Tx, wave.ID, []uuid.UUID) error          { return nil }
func (noJobs) Enqueue(context.Context, pgx.Tx, booking.EventType, []uuid.UUID) error {
	return nil
}

func openPool(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := bookingstore.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// startWaves makes a started ledger of waves; change may set options.
func startWaves(t testing.TB, pool *pgxpool.Pool, change func(*pgstore.Deps)) *pgstore.Store {
	t.Helper()
	deps := pgstore.Deps{
		Pool: pool, Jobs: noJobs{}, Appointments: noJobs{}, Journal: pgstore.Logs{}, Logger: slog.New(slog.DiscardHandler), Random: rand.Reader,
	}
	if change != nil {
		change(&deps)
	}
	s, err := pgstore.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// startBookings makes a started ledger of bookings.
func startBookings(t testing.TB, pool *pgxpool.Pool, clock func() time.Time) *bookingstore.Store {
	t.Helper()
	s, err := bookingstore.New(bookingstore.Deps{
		Pool: pool, Jobs: noJobs{}, Logger: slog.New(slog.DiscardHandler), Random: rand.Reader, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return s
}

// openWorld makes a world with a database of its own.
func openWorld(t testing.TB, dsn string, change func(*pgstore.Deps)) *wavetest.World {
	t.Helper()
	pool := openPool(t, dsn)
	clock := wavetest.NewClock()
	return &wavetest.World{
		Clock:    clock,
		Bookings: startBookings(t, pool, clock.Now),
		Waves: startWaves(t, pool, func(d *pgstore.Deps) {
			d.Clock = clock.Now
			if change != nil {
				change(d)
			}
		}),
		Check: func(t testing.TB) { wavetest.CheckInvariants(t, pool) },
		Unseen: func(t testing.TB, person uuid.UUID, do func()) {
			t.Helper()
			hide := func(from, to uuid.UUID) {
				if _, err := pool.Exec(t.Context(), `UPDATE booking.entry_claims SET applicant = $2 WHERE applicant = $1`, from, to); err != nil {
					t.Fatal(err)
				}
			}
			elsewhere := uuid.New()
			hide(person, elsewhere)
			do()
			hide(elsewhere, person)
		},
	}
}

func TestContract(t *testing.T) {
	wavetest.Ledger(t, func(t *testing.T) *wavetest.World { return openWorld(t, servers.Database(t, migrate), nil) })
}

func TestModel(t *testing.T) {
	wavetest.Model(t, func(t *testing.T) *wavetest.World { return openWorld(t, servers.Database(t, migrate), nil) })
}
