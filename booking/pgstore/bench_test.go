package pgstore_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers/pgcluster"
	"chesna/booking/pgstore"
)

// BenchmarkConfirm compares, in one run on one durable server, confirmations that share transactions with the
// same transactions of one confirmation each over as many connections as are worth having. The figure to read is
// times-faster: the machine's mood cancels out.
func BenchmarkConfirm(b *testing.B) {
	const callers, each = 64, 1500
	dsn := durableServer(b)
	if err := migrate(dsn); err != nil {
		b.Fatal(err)
	}
	pool := openPool(b, dsn)
	week := 0
	run := func(stores []*pgstore.Store) time.Duration {
		week++
		seats := bookingtest.MakeSeats("waw", bookingtest.TestMonday().AddDate(week, 0, 0), each)
		if _, err := stores[0].PublishWeek(context.Background(), booking.WeekChange{
			Consulate: "waw", ISOWeek: bookingtest.TestWeek, Expected: int64(week - 1), Add: seats,
		}); err != nil {
			b.Fatal(err)
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		cs := make([]booking.Confirmation, each)
		for i := range cs {
			cs[i] = bookingtest.Sign(bookingtest.MakeHold(seats[i], uuid.New()))
		}
		began := time.Now()
		for caller := range callers {
			wg.Go(func() {
				for i := int(next.Add(1)) - 1; i < each; i = int(next.Add(1)) - 1 {
					if _, err := stores[caller%len(stores)].Confirm(context.Background(), cs[i]); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return time.Since(began)
	}
	shared := []*pgstore.Store{startStore(b, pool, nil)}
	two := []*pgstore.Store{startStore(b, pool, func(d *pgstore.Deps) { d.Writers = 2 })}
	var plain []*pgstore.Store
	for range 8 {
		plain = append(plain, startStore(b, pool, func(d *pgstore.Deps) { d.Writers, d.BatchSize = 1, 1 }))
	}
	run(shared) // warm up: connections, statements, caches
	run(plain)
	var one, pair, single time.Duration
	for b.Loop() {
		one += run(shared)
		single += run(plain)
		pair += run(two)
	}
	rate := func(d time.Duration) float64 { return float64(each*b.N) / d.Seconds() }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate(one), "shared/s")
	b.ReportMetric(rate(pair), "shared2/s")
	b.ReportMetric(rate(single), "plain8/s")
	b.ReportMetric(single.Seconds()/one.Seconds(), "times-faster")
}

// durableServer is a PostgreSQL that flushes what it commits.
func durableServer(b *testing.B) string {
	b.Helper()
	binaries, err := pgcluster.FindBinaries()
	if err != nil {
		b.Fatal(err)
	}
	cluster, err := pgcluster.New(pgcluster.Config{Home: b.TempDir(), Binaries: binaries, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	if err := cluster.Start(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return cluster.DSN("postgres")
}
