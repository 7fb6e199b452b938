package pgstore_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/jobs"
	"chesna/booking/pgstore"
)

func TestMain(m *testing.M) { servers.Main(m) }

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

func TestContract(t *testing.T) {
	for name, writers := range map[string]int{"one writer": 1, "two writers": 2} {
		t.Run(name, func(t *testing.T) {
			bookingtest.Store(t, func(t *testing.T) bookingtest.OpenedStore {
				pool := openPool(t, servers.Database(t, migrate))
				store := startStore(t, pool, func(d *pgstore.Deps) { d.Writers = writers })
				return bookingtest.OpenedStore{Ledger: store, Check: func(t testing.TB) {
					bookingtest.CheckLedgerInvariants(t, pool)
				}}
			})
		})
	}
}

func exec(t testing.TB, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
