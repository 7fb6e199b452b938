package redisinv

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
)

// BenchmarkHold compares, in one run, holds that go to Redis one by one (the same scripts, each caller for
// herself), coalesced ones, and the gate: with a seat for everybody, and with 200 seats for all. Compare the ratios.
func BenchmarkHold(b *testing.B) {
	e := servers.RedisEngine(b)
	post := 0
	for _, rush := range []struct {
		name  string
		seats func(n int) int
	}{
		{"seats for all", func(n int) int { return n }},
		{"200 seats", func(int) int { return 200 }},
	} {
		for _, way := range []struct {
			name string
			deps Deps
			hold func(inv *Inventory, r booking.HoldRequest) error
		}{
			{"per call", Deps{GateLife: -1}, alone},
			{"coalesced", Deps{GateLife: -1}, together},
			{"gate", Deps{}, together},
		} {
			b.Run(rush.name+"/"+way.name, func(b *testing.B) {
				post++
				way.deps.Client = e.Client
				inv := newTestInventory(b, way.deps)
				c := booking.ConsulateID(fmt.Sprintf("b%d", post))
				at := openMany(b, inv, c, rush.seats(b.N))
				people := make([]uuid.UUID, b.N)
				for i := range people {
					people[i] = uuid.New()
				}
				before := serverCPU(b, e)
				b.ResetTimer()
				inParallel(b.N, 64, func(i int) {
					r := testRequest(c, at)
					r.Person, r.Applicant = people[i], people[i]
					if err := way.hold(inv, r); err != nil && booking.CodeOf(err) != booking.CodeSoldOut {
						b.Error(err)
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "holds/s")
				b.ReportMetric((serverCPU(b, e)-before).Seconds()*1e6/float64(b.N), "server-µs/hold")
				_ = e.Client.FlushAll(context.Background())
			})
		}
	}
}

// serverCPU is how much processor time the server has used: unlike the clock, it does not depend on what else the
// machine does.
func serverCPU(b *testing.B, e servers.Engine) time.Duration {
	info, err := e.Client.Info(context.Background(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	var total time.Duration
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != "used_cpu_sys" && name != "used_cpu_user" {
			continue
		}
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			b.Fatal(err)
		}
		total += time.Duration(seconds * float64(time.Second))
	}
	return total
}

// alone takes the path of a batch of one without the batcher.
func alone(inv *Inventory, r booking.HoldRequest) error {
	w := &waiting{request: r, done: make(chan verdict, 1)}
	inv.concludeBatch(context.Background(), inv.seatBatch(context.Background(), r.Consulate, []*waiting{w}))
	return (<-w.done).err
}

func together(inv *Inventory, r booking.HoldRequest) error {
	_, err := inv.Hold(context.Background(), r)
	return err
}

func openMany(b *testing.B, inv *Inventory, c booking.ConsulateID, n int) time.Time {
	at := time.Now().Add(72 * time.Hour).Truncate(time.Hour)
	s := booking.Snapshot{Epoch: "1", Seats: make([]booking.Seat, n)}
	for i := range s.Seats {
		s.Seats[i] = booking.Seat{ID: booking.SeatID(fmt.Sprintf("%s-%07d", c, i)), Consulate: c, Group: "passport", Start: at, Minutes: 20}
	}
	if err := inv.Rebuild(context.Background(), c, s, nil); err != nil {
		b.Fatal(err)
	}
	return at
}

func inParallel(n, workers int, do func(i int)) {
	next := make(chan int, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
