package pgstore_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"chesna/booking/bookingtest/servers"
	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/pgstore"
	ledger "chesna/booking/pgstore"
)

func TestMain(m *testing.M) {
	if dsn, file := os.Getenv(childDSN), os.Getenv(childFile); file != "" {
		os.Exit(publisher(dsn, file))
	} else if dsn != "" {
		os.Exit(child(dsn))
	}
	code := servers.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func migrate(dsn string) error { return ledger.Migrate(context.Background(), dsn) }

func openPool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := ledger.Open(context.Background(), servers.Database(t, migrate))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func newStore(t testing.TB, pool *pgxpool.Pool) *pgstore.Store {
	t.Helper()
	s, err := pgstore.New(pool)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inTx(t testing.TB, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) {
	t.Helper()
	if err := pgx.BeginFunc(context.Background(), pool, fn); err != nil {
		t.Fatal(err)
	}
}

func queue(t testing.TB, pool *pgxpool.Pool, log string, leaves ...[]byte) {
	t.Helper()
	inTx(t, pool, func(tx pgx.Tx) error {
		if log == journal.NameJournal {
			return pgstore.Append(context.Background(), tx, log, leaves...)
		}
		for _, leaf := range leaves {
			if _, err := pgstore.AppendDraws(context.Background(), tx, func(int64) ([]byte, error) { return leaf, nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestContract(t *testing.T) {
	journaltest.Store(t, func(t *testing.T) journaltest.Opened {
		pool := openPool(t)
		return journaltest.Opened{Store: newStore(t, pool), Queue: func(t testing.TB, log string, leaves ...[]byte) {
			queue(t, pool, log, leaves...)
		}}
	})
}
