package pgstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore"
	"chesna/booking/wave/wavetest"
)

// pair is one world with a second process over the same database.
func pair(t *testing.T, change func(*pgstore.Deps)) (*wavetest.World, *pgstore.Store) {
	t.Helper()
	dsn := servers.Database(t, migrate)
	w := openWorld(t, dsn, change)
	other := startWaves(t, openPool(t, dsn), func(d *pgstore.Deps) {
		d.Clock = w.Clock.Now
		if change != nil {
			change(d)
		}
	})
	return w, other
}

// TestTwoParentsEnterOneChild: of two declarers who name one child at the same moment, in one process or two, one has the
// entry.
func TestTwoParentsEnterOneChild(t *testing.T) {
	w, other := pair(t, func(d *pgstore.Deps) { d.BatchSize = 7 })
	w.Publish(t, 0, booking.PoolDraw, 4)
	w.Publish(t, 1, booking.PoolDraw, 4)
	first, second := w.Announce(t, 0, 0), w.Announce(t, 1, 0)
	const children = 60
	var mu sync.Mutex
	won := map[uuid.UUID]int{}
	var wg sync.WaitGroup
	for range children {
		child := uuid.New()
		for i, ledger := range []wave.Ledger{w.Waves, other, w.Waves} {
			id := first.ID
			if i > 0 {
				id = second.ID
			}
			wg.Go(func() {
				_, err := ledger.Enter(context.Background(), wavetest.Ask(id, uuid.New(), child))
				switch booking.CodeOf(err) {
				case "":
					mu.Lock()
					won[child]++
					mu.Unlock()
				case booking.CodeAlreadyEntered:
				default:
					t.Errorf("enter: %v", err)
				}
			})
		}
	}
	wg.Wait()
	for child, n := range won {
		if n != 1 {
			t.Errorf("child %s has %d entries", child, n)
		}
	}
	if len(won) != children {
		t.Errorf("%d of %d children have an entry", len(won), children)
	}
	w.Check(t)
}

// TestOneDeclarerAtOnce: the revisions of one declarer, sent at once from two processes, have one winner each.
func TestOneDeclarerAtOnce(t *testing.T) {
	w, other := pair(t, nil)
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := uuid.New()
	for rev := 1; rev <= 4; rev++ {
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[booking.Code]int{}
		for i := range 8 {
			ledger := []wave.Ledger{w.Waves, other}[i%2]
			wg.Go(func() {
				a := wavetest.Ask(v.ID, ann)
				a.Rev = rev
				_, err := ledger.Enter(context.Background(), a)
				mu.Lock()
				defer mu.Unlock()
				codes[booking.CodeOf(err)]++
			})
		}
		wg.Wait()
		if codes[""] != 1 || codes[booking.CodeStale] != 7 {
			t.Fatalf("revision %d: %v", rev, codes)
		}
	}
	w.Check(t)
}

// TestEnterAgainstTheClose: with the database's clock, who is accepted around the close is in the frozen list, and nobody
// else is.
func TestEnterAgainstTheClose(t *testing.T) {
	w, other := pair(t, func(d *pgstore.Deps) { d.Clock, d.BatchSize = nil, 5 })
	w.Publish(t, 0, booking.PoolDraw, 4)
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, time.Now())
	bookingtest.WantCode(t, err, "")
	w.Clock.Set(time.Now())
	p := w.Plan(planned[0], wave.KindMain, 0)
	p.Wave.Closes = p.Wave.Opens.Add(3 * time.Second)
	v, err := w.Waves.Announce(t.Context(), p)
	bookingtest.WantCode(t, err, "")
	var mu sync.Mutex
	accepted := map[uuid.UUID]bool{}
	var wg sync.WaitGroup
	for i := range 24 {
		ledger := []wave.Ledger{w.Waves, other}[i%2]
		wg.Go(func() {
			for {
				who := uuid.New()
				_, err := ledger.Enter(context.Background(), wavetest.Ask(v.ID, who))
				if booking.CodeOf(err) == booking.CodeEntryClosed {
					return
				}
				if err != nil {
					t.Errorf("enter: %v", err)
					return
				}
				mu.Lock()
				accepted[who] = true
				mu.Unlock()
			}
		})
	}
	var f wave.Frozen
	for { // each try waits for the batches that run
		if f, err = w.Waves.Freeze(t.Context(), v.ID); booking.CodeOf(err) != booking.CodeTooEarly {
			break
		}
	}
	bookingtest.WantCode(t, err, "")
	wg.Wait()
	t.Logf("accepted %d", len(accepted))
	if len(f.Entries) != len(accepted) || len(accepted) == 0 {
		t.Fatalf("%d frozen, %d accepted", len(f.Entries), len(accepted))
	}
	for _, e := range f.Entries {
		if !accepted[e.Declarer] {
			t.Fatal("somebody is frozen who was refused")
		}
	}
	w.Check(t)
}

// TestTwoProcessesTakeOneStep: each step, taken by two processes at the same moment, has one effect.
func TestTwoProcessesTakeOneStep(t *testing.T) {
	w, other := pair(t, nil)
	w.Publish(t, 0, booking.PoolDraw, 8)
	both := func(what string, step func(wave.Ledger) error) (codes map[booking.Code]int) {
		codes = map[booking.Code]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, ledger := range []wave.Ledger{w.Waves, other, w.Waves, other} {
			wg.Go(func() {
				err := step(ledger)
				mu.Lock()
				defer mu.Unlock()
				if codes[booking.CodeOf(err)]++; err != nil && booking.CodeOf(err) == "" {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		wg.Wait()
		return codes
	}
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	p := w.Plan(planned[0], wave.KindMain, 0)
	codes := both("announce", func(l wave.Ledger) error { _, err := l.Announce(context.Background(), p); return err })
	if codes[""] != 1 || codes[booking.CodeStale] != 3 {
		t.Fatalf("announced: %v", codes)
	}
	var people []uuid.UUID
	for range 12 {
		people = append(people, uuid.New())
		w.Enter(t, wavetest.Ask(p.Wave.ID, people[len(people)-1]), "")
	}
	w.Clock.Set(p.Wave.Closes)
	var mu sync.Mutex
	var f wave.Frozen
	leaf := func(kind draw.LeafType) wave.LeafFunc {
		return func(seq int64) ([]byte, error) {
			return draw.LeafBytes(draw.Head{Type: kind, Seq: seq, DrawID: string(p.Wave.ID)})
		}
	}
	both("freeze", func(l wave.Ledger) error {
		got, err := l.Freeze(context.Background(), p.Wave.ID)
		mu.Lock()
		defer mu.Unlock()
		f = got
		return err
	})
	both("close", func(l wave.Ledger) error {
		return l.Close(context.Background(), p.Wave.ID, wave.Files{Entries: []byte{}}, leaf(draw.LeafClose))
	})
	both("stand", func(l wave.Ledger) error { return l.Stand(context.Background(), p.Wave.ID, 0) })
	both("draw", func(l wave.Ledger) error {
		mu.Lock()
		o := w.Outcome(f, people[:5]...)
		mu.Unlock()
		o.Leaf = leaf(draw.LeafResult)
		return l.Draw(context.Background(), p.Wave.ID, o)
	})
	got, err := w.Waves.Wave(t.Context(), p.Wave.ID)
	if err != nil || got.State != wave.StateDrawn || got.Offers.Open != 5 {
		t.Fatalf("drawn: %+v, %v", got, err)
	}
	w.Clock.Set(got.OfferUntil)
	both("expire", func(l wave.Ledger) error { _, err := l.ExpireOffers(context.Background(), time.Hour, 2); return err })
	both("expire", func(l wave.Ledger) error { _, err := l.ExpireOffers(context.Background(), time.Hour, 10); return err })
	both("finish", func(l wave.Ledger) error { _, err := l.Finish(context.Background(), 10); return err })
	if got, err = w.Waves.Wave(t.Context(), p.Wave.ID); err != nil || got.State != wave.StateFinished || got.Offers.Expired != 5 {
		t.Fatalf("finished: %+v, %v", got, err)
	}
	w.Check(t)
}

// TestSignAgainstExpiryAndDecline: an offer ends in one way, whoever comes at the same moment.
func TestSignAgainstExpiryAndDecline(t *testing.T) {
	w, other := pair(t, nil)
	for week := range 3 {
		w.Publish(t, week, booking.PoolDraw, 8)
		v := w.Announce(t, week, 0)
		var people []uuid.UUID
		for range 8 {
			people = append(people, uuid.New())
			w.Enter(t, wavetest.Ask(v.ID, people[len(people)-1]), "")
		}
		_, o := w.Draw(t, v, people...)
		var wg sync.WaitGroup
		for _, a := range o.Awards {
			wg.Go(func() { _, _ = w.Waves.SignOffer(context.Background(), wavetest.Signing(a.Offer, a.Entry.Declarer, 1)) })
			wg.Go(func() {
				_, _ = other.DeclineOffer(context.Background(), a.Offer, a.Entry.Declarer, booking.System())
			})
		}
		wg.Go(func() {
			w.Clock.Set(o.OfferUntil)
			_, _ = other.ExpireOffers(context.Background(), time.Hour, 100)
		})
		wg.Wait()
		w.Clock.Set(wavetest.NewClock().Now())
		w.Check(t)
	}
}
