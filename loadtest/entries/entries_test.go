package entries_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/wave"
	"chesna/identity"
	"chesna/identity/devqtsp"
)

func TestMain(m *testing.M) { os.Exit(servers.Main(m)) }

// fromEnvironment is a number that the environment may set.
func fromEnvironment(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// BenchmarkEntries has PEOPLE enter one wave, CALLERS at once, and takes the wave through its draw. The goal is less than a
// minute for 100,000 entries, and no error.
func BenchmarkEntries(b *testing.B) {
	n, callers := fromEnvironment(b, "PEOPLE", 100_000), fromEnvironment(b, "CALLERS", 256)
	for range b.N { // not b.Loop: an iteration prepares for minutes what is measured for one
		b.StopTimer()
		rush(newWorld(b), n, callers)
	}
	b.ReportMetric(0, "ns/op")
}

func rush(w *world, n, callers int) {
	w.Helper()
	x := w.publish()
	w.renewTrust()
	began := time.Now()
	people := w.certify(n)
	w.register(people)
	w.Logf("%d people certified and registered in %.1f s", n, seconds(began))
	began = time.Now()
	request := everyWindow(x)
	each(w.B, n, func(i int) error { return w.ask(&people[i], x.ID, request) })
	w.Logf("asked for the text and signed it in %.1f s", seconds(began))
	w.qtsp = nil // their keys are theirs: not this program's memory

	receipts, took := w.enter(people, x.ID, request, callers)
	w.drawn(x)
	w.check(x.ID, receipts)
	w.ReportMetric(float64(n)/took.Seconds(), "entries/s")
	w.ReportMetric(took.Seconds(), "all-s")
}

// everyWindow is the wish of somebody who comes alone and accepts every window.
func everyWindow(x wave.Wave) wave.EntryRequest {
	r := wave.EntryRequest{Members: []wave.MemberRequest{{Service: service}}}
	for _, win := range x.Windows {
		r.Windows = append(r.Windows, win.Number)
	}
	return r
}

func (c *citizen) session() identity.Session {
	return identity.Session{Person: c.person, Grants: []identity.Grant{{Role: identity.RoleCitizen}}, Country: country, Reachable: true}
}

// ask gets the text and signs it.
func (w *world) ask(c *citizen, id wave.ID, r wave.EntryRequest) error {
	_, err := w.office.Enter(w.Context(), c.session(), id, r)
	var needed *booking.Error
	if !errors.As(err, &needed) || needed.Code != booking.CodeSignatureNeeded {
		return fmt.Errorf("ask: %w", err)
	}
	c.signature, err = w.qtsp.Sign(c.spec.Name, needed.Document, devqtsp.SignOptions{Detached: true, At: w.Now()})
	return err
}

// enter is the measured part.
func (w *world) enter(people []citizen, id wave.ID, r wave.EntryRequest, callers int) ([]wave.Receipt, time.Duration) {
	w.Helper()
	receipts, waits := make([]wave.Receipt, len(people)), make([]time.Duration, len(people))
	ctx, stop := context.WithCancel(w.Context())
	var journal sync.WaitGroup
	journal.Go(func() { w.publishUntil(ctx) })
	before := usage(w)
	began := time.Now()
	w.StartTimer()
	eachFrom(w.B, callers, len(people), func(i int) (err error) {
		asked, mine := time.Now(), r
		mine.Signature = people[i].signature
		receipts[i], err = w.office.Enter(w.Context(), people[i].session(), id, mine)
		waits[i] = time.Since(asked)
		return err
	})
	w.StopTimer()
	took := time.Since(began)
	after := usage(w)
	stop()
	journal.Wait()
	slices.Sort(waits)
	at := func(q float64) time.Duration { return waits[int(q*float64(len(waits)-1))].Round(time.Millisecond) }
	w.Logf("%d entries from %d callers in %.1f s: %.0f/s; answer p50 %v, p99 %v, slowest %v", len(people), callers, took.Seconds(),
		float64(len(people))/took.Seconds(), at(0.5), at(0.99), at(1))
	w.Logf("processor: this program %.1f s, PostgreSQL %.1f s; everything else on the machine %.1f s", after.own-before.own,
		after.postgres-before.postgres, after.machine-before.machine-(after.own-before.own)-(after.postgres-before.postgres))
	w.Logf("peak memory of this program so far, with the people in it: %d MB", peak())
	return receipts, took
}

// publishUntil sequences and publishes the journal once a second, as the program does.
func (w *world) publishUntil(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		if _, err := w.beat(ctx); err != nil && ctx.Err() == nil {
			w.Errorf("publish the journal: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// drawn takes the wave from its close to its result.
func (w *world) drawn(x wave.Wave) {
	w.Helper()
	step := func(what string, s wave.Step, want wave.State) {
		w.Helper()
		began := time.Now()
		w.must(w.scheduler.Step(w.Context(), x.ID, s))
		w.Logf("%s: %.2f s", what, seconds(began))
		if got, err := w.waves.Wave(w.Context(), x.ID); err != nil || got.State != want {
			w.Fatalf("the wave is %s, want %s: %v", got.State, want, err)
		}
	}
	w.setClock(x.Closes.Add(time.Second))
	step("close: freeze, files, attestation, leaf", wave.StepClose, wave.StateClosed)
	began := time.Now()
	left, err := w.beat(w.Context())
	w.must(err)
	w.Logf("journal: the last %d leaves sequenced, published, cosigned: %.2f s", left, seconds(began))
	step("stand", wave.StepStand, wave.StateStanding)
	w.setClock(x.Closes.Add(time.Duration(x.Delays.Round)*time.Second + time.Duration(x.Beacon.Period+1)*time.Second))
	step("draw: round, placing, result, offers, losses", wave.StepDraw, wave.StateDrawn)
	_, err = w.beat(w.Context())
	w.must(err)
}
