package pgstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/jobs"
	"chesna/booking/pgstore"
)

func TestMain(m *testing.M) {
	code := servers.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func migrate(dsn string) error { return pgstore.Migrate(context.Background(), dsn) }

func openPool(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgstore.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// startStore makes a started store with the real outbox; change may set options.
func startStore(t testing.TB, pool *pgxpool.Pool, change func(*pgstore.Deps)) *pgstore.Store {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	outbox, err := jobs.NewOutbox(log)
	if err != nil {
		t.Fatal(err)
	}
	deps := pgstore.Deps{Pool: pool, Jobs: outbox, Logger: log, Random: rand.Reader}
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

// opener makes a factory of ledgers, each with a database of its own.
func opener(change func(*pgstore.Deps)) func(t *testing.T) bookingtest.OpenedStore {
	return func(t *testing.T) bookingtest.OpenedStore {
		pool := openPool(t, servers.Database(t, migrate))
		return bookingtest.OpenedStore{
			Ledger: startStore(t, pool, change),
			Check:  func(t testing.TB) { bookingtest.CheckLedgerInvariants(t, pool) },
		}
	}
}

func TestContract(t *testing.T) { bookingtest.Store(t, opener(nil)) }

func TestContractOfTwoWriters(t *testing.T) {
	bookingtest.StoreRushes(t, opener(func(d *pgstore.Deps) { d.Writers, d.BatchSize = 2, 5 }))
}

// pair is two processes over one database, taking turns.
type pair struct {
	*pgstore.Store
	other *pgstore.Store
	turn  atomic.Int64
}

func (p *pair) Confirm(ctx context.Context, c booking.Confirmation) (booking.Appointment, error) {
	if p.turn.Add(1)%2 == 0 {
		return p.other.Confirm(ctx, c)
	}
	return p.Store.Confirm(ctx, c)
}

func TestContractOfTwoProcesses(t *testing.T) {
	bookingtest.StoreRushes(t, func(t *testing.T) bookingtest.OpenedStore {
		dsn := servers.Database(t, migrate)
		pool := openPool(t, dsn)
		return bookingtest.OpenedStore{
			Ledger: &pair{Store: startStore(t, pool, nil), other: startStore(t, openPool(t, dsn), nil)},
			Check:  func(t testing.TB) { bookingtest.CheckLedgerInvariants(t, pool) },
		}
	})
}

func TestModel(t *testing.T) { bookingtest.StoreModel(t, opener(nil)) }

func exec(t testing.TB, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
