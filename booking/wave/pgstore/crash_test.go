package pgstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore"
	"chesna/booking/wave/wavetest"
)

// TestKill9WhileTheyEnter: what was accepted before the database died is there after its restart, and the same request
// again is answered the same.
func TestKill9WhileTheyEnter(t *testing.T) {
	server := servers.NewPostgres(t)
	dsn := server.DSN() + "&synchronous_commit=on" // the test server would acknowledge before it writes
	if err := migrate(dsn); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dsn, func(d *pgstore.Deps) { d.BatchSize = 8 })
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	const people = 400
	as := make([]wave.Acceptance, people)
	for i := range as {
		as[i] = wavetest.Ask(v.ID, uuid.New())
	}
	accepted := make([]bool, people)
	enough := make(chan struct{}, people)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < people; i = int(next.Add(1)) - 1 {
				_, err := w.Waves.Enter(context.Background(), as[i])
				switch {
				case err == nil:
					accepted[i] = true
				case booking.CodeOf(err) != booking.CodeUnavailable:
					t.Errorf("enter while the database dies: %v", err)
				}
				enough <- struct{}{}
			}
		})
	}
	for range 100 {
		<-enough
	}
	server.Kill9()
	wg.Wait()
	server.Restart()
	kept := 0
	for i, a := range as {
		e, err := w.Waves.Entry(t.Context(), v.ID, a.Declarer)
		for booking.CodeOf(err) == booking.CodeUnavailable { // connections of the dead server
			e, err = w.Waves.Entry(t.Context(), v.ID, a.Declarer)
		}
		if accepted[i] && (err != nil || e.Commitment != a.Commitment) {
			t.Fatalf("an accepted entry is lost: %v", err)
		}
		if accepted[i] {
			kept++
		}
	}
	t.Logf("accepted before the crash: %d of %d", kept, people)
	if kept == 0 || kept == people {
		t.Fatalf("kept %d of %d", kept, people)
	}
	for _, a := range as {
		e, err := w.Waves.Enter(t.Context(), a)
		if err != nil || e.Rev != 1 {
			t.Fatalf("the same request after the crash: %+v, %v", e, err)
		}
	}
	w.Check(t)
}

var errPlanted = errors.New("planted")

// faulty fails at one call of what a transaction calls of others: outboxes and journal.
type faulty struct {
	pgstore.Logs
	countdown atomic.Int64
}

func (f *faulty) fail() error {
	if f.countdown.Add(-1) == 0 {
		return errPlanted
	}
	return nil
}

func (f *faulty) Step(context.Context, pgx.Tx, wave.ID, wave.Step, time.Time) error {
	return f.fail()
}

func (f *faulty) Offer(context.Context, pgx.Tx, uuid.UUID, string) error { return f.fail() }

func (f *faulty) Loss(context.Context, pgx.Tx, wave.ID, []uuid.UUID) error { return f.fail() }

func (f *faulty) Enqueue(context.Context, pgx.Tx, booking.EventType, []uuid.UUID) error {
	return f.fail()
}

func (f *faulty) Append(ctx context.Context, tx pgx.Tx, log string, leaves ...[]byte) error {
	return errors.Join(f.Logs.Append(ctx, tx, log, leaves...), f.fail())
}

func (f *faulty) AppendDraws(ctx context.Context, tx pgx.Tx, leaf func(int64) ([]byte, error)) (int64, error) {
	seq, err := f.Logs.AppendDraws(ctx, tx, leaf)
	return seq, errors.Join(err, f.fail())
}

// TestEveryStepEndsWholly: whichever call fails inside a transaction, nothing of it is left, and the step taken again has
// the effect of one.
func TestEveryStepEndsWholly(t *testing.T) {
	f := &faulty{}
	w := openWorld(t, servers.Database(t, migrate), func(d *pgstore.Deps) { d.Jobs, d.Appointments, d.Journal = f, f, f })
	planted := 0
	try := func(what string, step func() error) {
		t.Helper()
		for at := int64(1); ; at++ {
			f.countdown.Store(at)
			err := step()
			if f.countdown.Load() > 0 { // the step had no call more to fail at
				bookingtest.WantCode(t, err, "")
				break
			}
			if !errors.Is(err, errPlanted) {
				t.Fatalf("%s with a fault at call %d: %v", what, at, err)
			}
			planted++
			w.Check(t)
		}
		f.countdown.Store(0)
	}
	w.Publish(t, 0, booking.PoolDraw, 4)
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	p := w.Plan(planned[0], wave.KindMain, 0)
	id := p.Wave.ID
	leaf := func(kind draw.LeafType) wave.LeafFunc {
		return func(seq int64) ([]byte, error) {
			return draw.LeafBytes(draw.Head{Type: kind, Seq: seq, DrawID: string(id)})
		}
	}
	ctx := context.Background()
	try("announce", func() error { _, err := w.Waves.Announce(ctx, p); return err })
	ann, bob, eve := uuid.New(), uuid.New(), uuid.New()
	for _, who := range []uuid.UUID{ann, bob, eve} {
		a := wavetest.Ask(id, who)
		try("enter", func() error { _, err := w.Waves.Enter(ctx, a); return err })
	}
	w.Clock.Set(p.Wave.Closes)
	var frozen wave.Frozen
	try("freeze", func() error { frozen, err = w.Waves.Freeze(ctx, id); return err })
	try("close", func() error { return w.Waves.Close(ctx, id, wave.Files{Entries: []byte{}}, leaf(draw.LeafClose)) })
	try("void", func() error { return w.Waves.Void(ctx, id, 1, 99, leaf(draw.LeafVoid)) })
	try("stand", func() error { return w.Waves.Stand(ctx, id, 1) })
	o := w.Outcome(frozen, ann, bob)
	o.Attempt, o.Leaf = 1, leaf(draw.LeafResult)
	try("draw", func() error { return w.Waves.Draw(ctx, id, o) })
	for _, a := range o.Awards {
		sign := wavetest.Signing(a.Offer, a.Entry.Declarer, 1)
		if a.Entry.Declarer == ann {
			try("sign", func() error { _, err := w.Waves.SignOffer(ctx, sign); return err })
		}
	}
	w.Clock.Set(o.OfferUntil)
	try("expire", func() error { _, err := w.Waves.ExpireOffers(ctx, time.Hour, 10); return err })
	try("finish", func() error { _, err := w.Waves.Finish(ctx, 10); return err })
	t.Logf("%d faults", planted)
	if planted < 15 {
		t.Errorf("only %d faults were planted", planted)
	}
	w.Check(t)
}
