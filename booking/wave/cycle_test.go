package wave_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

// tick runs a scheduler once and wants no error.
func (w *town) tick(s *wave.Scheduler) func() {
	return func() {
		w.Helper()
		if err := s.Tick(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

// open brings the test week's main wave to where it takes entries.
func (w *town) open(tick func()) wave.Wave {
	w.Helper()
	w.set(bookingtest.TestMonday().AddDate(0, 0, -20))
	tick()
	x := w.wantState(family, wave.StateAnnounced)
	w.set(x.Opens.Add(time.Hour))
	return x
}

func all(x wave.Wave) (mask uint64) {
	for _, v := range x.Windows {
		mask |= v.Bit()
	}
	return mask
}

// crowd enters n persons who accept everything.
func (w *town) crowd(x wave.Wave, n int) (people []uuid.UUID) {
	w.Helper()
	for range n {
		p := uuid.New()
		if _, err := w.enter(x.ID, 0, all(x), uuid.Nil, p); err != nil {
			w.Fatal(err)
		}
		people = append(people, p)
	}
	return people
}

// TestTheWholeCycle: a week becomes a wave, fifty people enter, thirty win; some sign, some decline, some do nothing; what
// comes back goes to a standby draw among the others; what that leaves over opens at drawn times.
func TestTheWholeCycle(t *testing.T) {
	w := newTown(t, "waw")
	tick := w.tick(w.scheduler(w.ledger))
	w.publish("waw", 30)
	x := w.open(tick)
	people := w.crowd(x, 50)
	x = w.through(family, tick)
	if x.Entries != 50 || x.Served != 30 || x.Offers.Open != 30 || x.Leftover != 0 {
		t.Fatalf("%+v", x)
	}
	w.wantResult(family, people)
	offers := w.offers(family, people)
	var winners []uuid.UUID
	for _, p := range people {
		if _, ok := offers[p]; ok {
			winners = append(winners, p)
		}
	}
	for i, p := range winners {
		switch {
		case i < 10:
			if _, err := w.sign(offers[p]); err != nil {
				t.Fatal(err)
			}
		case i < 20:
			if err := w.decline(offers[p]); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.set(x.OfferUntil.Add(time.Second)) // ten expire
	tick()
	x = w.wave(family)
	if x.Offers != (wave.OfferCounts{Signed: 10, Declined: 10, Expired: 10}) {
		t.Fatalf("%+v", x.Offers)
	}
	tick()
	w.wantState(family, wave.StateFinished)
	s1 := w.wantState(family+"-s1", wave.StateAnnounced)
	if s1.Seats != 20 || s1.Parent != family {
		t.Fatalf("%+v", s1)
	}
	s1 = w.through(family+"-s1", tick)
	if s1.Entries != 20 || s1.Served != 20 { // those who gave seats back are not in the draw of them
		t.Fatalf("%d of %d served", s1.Served, s1.Entries)
	}
	w.wantResult(family+"-s1", people)
	w.set(s1.OfferUntil.Add(time.Second)) // nobody signs
	tick()
	tick()
	s2 := w.wantState(family+"-s2", wave.StateAnnounced)
	if s2.Predecessor != family+"-s1" {
		t.Fatalf("%+v", s2)
	}
	s2 = w.through(family+"-s2", tick)
	if s2.Entries != 0 || s2.Leftover != 20 {
		t.Fatalf("%+v", s2)
	}
	if seats, err := w.bookings.ReopenDue(t.Context(), w.Now().Add(w.policy.OpenWithin), 100); err != nil || len(seats) != 20 {
		t.Fatalf("%d seats open, %v", len(seats), err)
	}
	if got := w.states("waw"); got[booking.SeatOpen] != 20 || got[booking.SeatBooked] != 10 {
		t.Fatal(got)
	}
	w.check()
}

// wantResult computes the draw again from its files, and compares the offers.
func (w *town) wantResult(id wave.ID, people []uuid.UUID) {
	w.Helper()
	files, err := w.ledger.Files(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	x := w.wave(id)
	m, err := draw.ParseManifest(files.Manifest)
	if err != nil {
		w.Fatal(err)
	}
	e, err := draw.ParseEntries(files.Entries)
	if err != nil {
		w.Fatal(err)
	}
	round, _, err := w.Round(w.Context(), x.Beacon, x.Round)
	if err != nil {
		w.Fatal(err)
	}
	again, err := draw.Run(string(id), round, m, e)
	if err != nil || string(again.Bytes()) != string(files.Result) {
		w.Fatalf("another result: %v", err)
	}
	seats, err := given(files)
	if err != nil {
		w.Fatal(err)
	}
	n := 0
	for _, o := range w.offers(id, people) {
		entry, err := w.ledger.Entry(w.Context(), o.Entry, o.Declarer)
		if err != nil {
			w.Fatal(err)
		}
		for _, s := range o.Seats {
			if seats[s.Seat.ID] != entry.NF {
				w.Fatalf("seat %s was offered to another than the result says", s.Seat.ID)
			}
			n++
		}
	}
	if n != len(seats) {
		w.Fatalf("%d seats offered, %d given", n, len(seats))
	}
	w.wantLeaves(id, draw.LeafAnnouncement, draw.LeafClose, draw.LeafResult)
}

func (w *town) wantLeaves(id wave.ID, want ...draw.LeafType) {
	w.Helper()
	leaves, err := w.ledger.Leaves(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	var got []draw.LeafType
	for _, l := range leaves {
		got = append(got, l.Type)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Fatalf("wave %s has the leaves %v, want %v", id, got, want)
	}
}

// TestSeveralSchedulersDrawOnce: four processes do everything at the same moments, and each wave has one of each leaf.
func TestSeveralSchedulersDrawOnce(t *testing.T) {
	w := newTown(t, "waw")
	var schedulers []*wave.Scheduler
	for range 4 {
		schedulers = append(schedulers, w.scheduler(w.ledger))
	}
	tick := func() {
		var group sync.WaitGroup
		for _, s := range schedulers {
			group.Go(func() {
				if err := s.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	w.publish("waw", 8)
	x := w.open(tick)
	people := w.crowd(x, 12)
	x = w.through(family, tick)
	if x.Offers.Open != 8 {
		t.Fatalf("%+v", x.Offers)
	}
	w.wantResult(family, people)
	w.set(x.OfferUntil.Add(time.Second))
	tick()
	tick()
	w.through(family+"-s1", tick)
	w.wantResult(family+"-s1", people)
	w.check()
}

// faulty is a ledger whose calls fail at times: before they do anything, or after they have done it, as if the answer
// were lost with its process.
type faulty struct {
	schedulerLedger
	before, after func(call string) error
}

func around[T any](f *faulty, call string, do func() (T, error)) (T, error) {
	var none T
	if err := f.before(call); err != nil {
		return none, err
	}
	v, err := do()
	if err == nil {
		err = f.after(call)
	}
	if err != nil {
		return none, err
	}
	return v, nil
}

func plainly(f *faulty, call string, do func() error) error {
	_, err := around(f, call, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func (f *faulty) Announce(ctx context.Context, p wave.Plan) (wave.Wave, error) {
	return around(f, "announce", func() (wave.Wave, error) { return f.schedulerLedger.Announce(ctx, p) })
}

func (f *faulty) Freeze(ctx context.Context, id wave.ID) (wave.Frozen, error) {
	return around(f, "freeze", func() (wave.Frozen, error) { return f.schedulerLedger.Freeze(ctx, id) })
}

func (f *faulty) Close(ctx context.Context, id wave.ID, files wave.Files, leaf wave.LeafFunc) error {
	return plainly(f, "close", func() error { return f.schedulerLedger.Close(ctx, id, files, leaf) })
}

func (f *faulty) Stand(ctx context.Context, id wave.ID, attempt int) error {
	return plainly(f, "stand", func() error { return f.schedulerLedger.Stand(ctx, id, attempt) })
}

func (f *faulty) Draw(ctx context.Context, id wave.ID, o wave.Outcome) error {
	return plainly(f, "draw", func() error { return f.schedulerLedger.Draw(ctx, id, o) })
}

func (f *faulty) ExpireOffers(ctx context.Context, pause time.Duration, limit int) (int, error) {
	return around(f, "expire", func() (int, error) { return f.schedulerLedger.ExpireOffers(ctx, pause, limit) })
}

func (f *faulty) Finish(ctx context.Context, limit int) (int, error) {
	return around(f, "finish", func() (int, error) { return f.schedulerLedger.Finish(ctx, limit) })
}

func (f *faulty) Frozen(ctx context.Context, id wave.ID) (wave.Frozen, error) {
	return around(f, "frozen", func() (wave.Frozen, error) { return f.schedulerLedger.Frozen(ctx, id) })
}

func (f *faulty) Files(ctx context.Context, id wave.ID) (wave.Files, error) {
	return around(f, "files", func() (wave.Files, error) { return f.schedulerLedger.Files(ctx, id) })
}

// TestAWorkerKilledAtAnyStep: at every call that a cycle makes, once before it and once after it, a worker dies. The next
// one goes on, and everything has happened once.
func TestAWorkerKilledAtAnyStep(t *testing.T) {
	for _, where := range []string{"before", "after"} {
		t.Run(where, func(t *testing.T) {
			w := newTown(t, "waw")
			died := map[string]int{}
			die := func(call string) error {
				if died[call]++; died[call]%2 == 1 { // every other time
					return fmt.Errorf("killed %s %s", where, call)
				}
				return nil
			}
			live := func(string) error { return nil }
			ledger := &faulty{schedulerLedger: w.ledger, before: live, after: live}
			if where == "before" {
				ledger.before = die
			} else {
				ledger.after = die
			}
			s := w.scheduler(ledger)
			tick := func() {
				for range 10 {
					if err := s.Tick(t.Context()); err != nil && !strings.Contains(err.Error(), "killed "+where) {
						t.Fatal(err)
					}
				}
			}
			w.publish("waw", 8)
			x := w.open(tick)
			people := w.crowd(x, 12)
			x = w.through(family, tick)
			w.wantResult(family, people)
			if x.Offers.Open != 8 || x.Entries != 12 {
				t.Fatalf("%+v", x)
			}
			w.set(x.OfferUntil.Add(time.Second))
			tick()
			s1 := w.through(family+"-s1", tick)
			w.wantResult(family+"-s1", people)
			if s1.Entries != 4 || s1.Served != 4 || s1.Leftover != 4 {
				t.Fatalf("%+v", s1)
			}
			for _, call := range []string{"announce", "freeze", "close", "stand", "draw", "expire", "finish", "frozen", "files"} {
				if died[call] == 0 {
					t.Errorf("nobody died at %s", call)
				}
			}
			w.check()
		})
	}
}

// TestFallbackAndAnotherChain: the witnesses are late for the first attempt, and in time for the void leaf; at the second
// the beacon is silent for a week, and another chain is named.
func TestFallbackAndAnotherChain(t *testing.T) {
	w := newTown(t, "waw")
	s := w.scheduler(w.ledger)
	tick := w.tick(s)
	w.publish("waw", 4)
	x := w.open(tick)
	people := w.crowd(x, 6)
	at := func(d time.Duration) wave.Wave {
		w.set(x.Closes.Add(d))
		tick()
		tick() // the second finds nothing to do
		return w.wave(family)
	}
	w.slow = 400 * time.Second
	at(0)
	w.slow = time.Minute
	w.mu.Lock()
	for seq, l := range w.written { // the close was cosigned too late
		l.at = l.at.Add(400 * time.Second)
		w.written[seq] = l
	}
	w.mu.Unlock()
	at(460 * time.Second)
	w.silent = true
	for _, d := range []time.Duration{600 * time.Second, 24 * time.Hour, 24*time.Hour + 603*time.Second, 50 * time.Hour} {
		if got := at(d); got.Attempt != 1 || got.State != wave.StateStanding {
			t.Fatalf("after %s: attempt %d, %s", d, got.Attempt, got.State)
		}
	}
	w.wantLeaves(family, draw.LeafAnnouncement, draw.LeafClose, draw.LeafVoid, draw.LeafDelayed)
	w.chain = "another"
	at(9 * 24 * time.Hour)
	got := at(9*24*time.Hour + time.Hour)
	w.wantLeaves(family, draw.LeafAnnouncement, draw.LeafClose, draw.LeafVoid, draw.LeafDelayed, draw.LeafNewChain)
	if got.Beacon.ID != "another" || got.State != wave.StateStanding {
		t.Fatalf("%+v", got)
	}
	w.silent = false
	if got = at(9*24*time.Hour + 26*time.Hour); got.State != wave.StateDrawn || got.Attempt != 1 || len(w.offers(family, people)) != 4 {
		t.Fatalf("%+v", got)
	}
	w.check()
}

// TestACancelledWave: nobody cosigns in time, nobody was there to say so; a day later the wave ends, and its seats and its
// entries go to a standby draw.
func TestACancelledWave(t *testing.T) {
	w := newTown(t, "waw")
	tick := w.tick(w.scheduler(w.ledger))
	w.publish("waw", 4)
	x := w.open(tick)
	people := w.crowd(x, 6)
	w.slow = 1000 * time.Hour
	w.set(x.Closes)
	tick()
	w.set(x.Closes.Add(2 * time.Hour))
	tick()
	w.wantState(family, wave.StateClosed)
	w.slow = 0
	w.mu.Lock()
	for seq, l := range w.written {
		l.at = x.Closes.Add(time.Hour)
		w.written[seq] = l
	}
	w.mu.Unlock()
	w.set(x.Closes.Add(25 * time.Hour))
	tick()
	w.wantState(family, wave.StateCancelled)
	tick()
	s1 := w.through(family+"-s1", tick)
	if s1.Entries != 6 || s1.Served != 4 || s1.Parent != family {
		t.Fatalf("%+v", s1)
	}
	w.wantResult(family+"-s1", people)
	w.check()
}
