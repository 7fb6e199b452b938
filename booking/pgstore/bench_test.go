package pgstore_test

import (
	"context"
	"log/slog"
	"slices"
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
// times-faster, the median of the turns': the machine's mood cancels out. An iteration is one confirmation in each of the three ways, so
// -benchtime 2000x makes 6,000 of them in turns of 250, in some 20 s.
func BenchmarkConfirm(b *testing.B) {
	dsn := durableServer(b)
	if err := migrate(dsn); err != nil {
		b.Fatal(err)
	}
	pool := openPool(b, dsn)
	c := &contest{}
	shared := []*pgstore.Store{startStore(b, pool, nil)}
	two := []*pgstore.Store{startStore(b, pool, func(d *pgstore.Deps) { d.Writers = 2 })}
	var plain []*pgstore.Store
	for range 8 {
		plain = append(plain, startStore(b, pool, func(d *pgstore.Deps) { d.Writers, d.BatchSize = 1, 1 }))
	}
	for _, stores := range [][]*pgstore.Store{shared, two, plain} {
		c.turn(b, stores, 200) // warm up: connections, statements, caches
	}
	b.Run("turns", func(b *testing.B) { // apart, so that the server is made once however often N is tried
		var one, pair, single time.Duration
		var ratios []float64
		for left := b.N; left > 0; left -= 250 {
			n := min(left, 250)
			together, apart := c.turn(b, shared, n), c.turn(b, plain, n)
			ratios = append(ratios, apart.Seconds()/together.Seconds())
			one, single = one+together, single+apart
			pair += c.turn(b, two, n)
		}
		slices.Sort(ratios)
		rate := func(d time.Duration) float64 { return float64(b.N) / d.Seconds() }
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(rate(one), "shared/s")
		b.ReportMetric(rate(pair), "shared2/s")
		b.ReportMetric(rate(single), "plain8/s")
		b.ReportMetric(ratios[len(ratios)/2], "times-faster")
	})
}

// contest counts the weeks that were published: every turn has seats of its own.
type contest struct{ week int }

// turn publishes seats, lets 64 callers confirm one each until all are taken, and tells how long that took.
func (c *contest) turn(b *testing.B, stores []*pgstore.Store, seats int) time.Duration {
	const callers = 64
	c.week++
	free := bookingtest.MakeSeats("waw", bookingtest.TestMonday().AddDate(c.week, 0, 0), seats)
	if _, err := stores[0].PublishWeek(context.Background(), booking.WeekChange{
		Consulate: "waw", ISOWeek: bookingtest.TestWeek, Expected: int64(c.week - 1), Add: free,
	}); err != nil {
		b.Fatal(err)
	}
	cs := make([]booking.Confirmation, seats)
	for i := range cs {
		cs[i] = bookingtest.Sign(bookingtest.MakeHold(free[i], uuid.New()))
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for caller := range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < seats; i = int(next.Add(1)) - 1 {
				if _, err := stores[caller%len(stores)].Confirm(context.Background(), cs[i]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
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
