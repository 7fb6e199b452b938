package pgstore_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers/pgcluster"
	"chesna/booking/wave"
	"chesna/booking/wave/wavetest"
)

// BenchmarkEnter has 100,000 people enter one wave, 512 at once, on a server that flushes what it commits, and then
// freezes the wave. The goal is less than a minute for all.
func BenchmarkEnter(b *testing.B) {
	const callers, people = 512, 100_000
	dsn := durableServer(b)
	if err := migrate(dsn); err != nil {
		b.Fatal(err)
	}
	w := openWorld(b, dsn, nil)
	var entering, freezing, slowest time.Duration
	week := 0
	noise := make([]byte, 8000)
	_, _ = rand.Read(noise)
	for b.Loop() {
		w.Publish(b, week, booking.PoolDraw, 400)
		v := w.Announce(b, week, 0)
		week++
		as := make([]wave.Acceptance, people)
		for i := range as {
			as[i] = wavetest.Ask(v.ID, uuid.New())
			as[i].Request, as[i].Evidence = make([]byte, 900), noise[i%4000:][:4000] // about what people sign
		}
		var next, longest atomic.Int64
		var wg sync.WaitGroup
		began := time.Now()
		for range callers {
			wg.Go(func() {
				for i := int(next.Add(1)) - 1; i < people; i = int(next.Add(1)) - 1 {
					asked := time.Now()
					if _, err := w.Waves.Enter(context.Background(), as[i]); err != nil {
						b.Error(err)
					}
					if d := int64(time.Since(asked)); d > longest.Load() {
						longest.Store(d)
					}
				}
			})
		}
		wg.Wait()
		entering += time.Since(began)
		slowest = max(slowest, time.Duration(longest.Load()))
		w.Clock.Set(v.Closes)
		began = time.Now()
		f, err := w.Waves.Freeze(context.Background(), v.ID)
		if err != nil || len(f.Entries) != people {
			b.Fatalf("%d entries frozen, %v", len(f.Entries), err)
		}
		freezing += time.Since(began)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(people*b.N)/entering.Seconds(), "entries/s")
	b.ReportMetric(freezing.Seconds()/float64(b.N), "freeze-s")
	b.ReportMetric(slowest.Seconds(), "slowest-s")
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
