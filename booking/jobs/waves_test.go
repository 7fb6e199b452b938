package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/jobs"
	"chesna/booking/wave"
)

// waves records what the scheduler and the notifier of draws are asked.
type waves struct {
	asked chan string
	fail  chan error // what Step answers next; nothing: nil
}

func (w *waves) Step(_ context.Context, id wave.ID, step wave.Step) error {
	w.asked <- string(id) + " " + string(step)
	select {
	case err := <-w.fail:
		return err
	default:
		return nil
	}
}

func (w *waves) Tick(context.Context) error {
	w.asked <- "tick"
	return nil
}

func (w *waves) NotifyOffer(_ context.Context, offer uuid.UUID, event string) error {
	w.asked <- "offer " + offer.String() + " " + event
	return nil
}

func (w *waves) NotifyLoss(_ context.Context, id wave.ID, declarer uuid.UUID) error {
	w.asked <- "loss " + string(id) + " " + declarer.String()
	return nil
}

func (w *waves) want(t *testing.T, want ...string) {
	t.Helper()
	left := map[string]int{}
	for _, s := range want {
		left[s]++
	}
	for range want {
		select {
		case got := <-w.asked:
			if left[got]--; left[got] < 0 {
				t.Fatalf("asked %q, want %q", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("not asked all of %q", want)
		}
	}
}

// write runs fn in a transaction that is committed, or rolled back.
func (w *world) write(commit bool, fn func(pgx.Tx) error) {
	w.Helper()
	tx, err := w.pool.Begin(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if err := fn(tx); err != nil {
		w.Fatal(err)
	}
	if commit {
		if err := tx.Commit(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) waiting(kind string) (n int) {
	w.Helper()
	err := w.pool.QueryRow(w.Context(), `SELECT count(*) FROM booking.river_job WHERE kind = $1 AND state <> 'completed'`, kind).Scan(&n)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func TestWaveJobs(t *testing.T) {
	asked := &waves{asked: make(chan string, 100), fail: make(chan error, 10)}
	hand := &beats{by: map[time.Duration]chan time.Time{}}
	const every = 7 * time.Second
	w := newWorld(t, 1, func(d *jobs.Deps) { d.Waves, d.Draws, d.WavesEvery, d.Ticker = asked, asked, every, hand.ticker })
	outbox, err := jobs.NewOutbox(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, soon, late := t.Context(), time.Now(), time.Now().Add(time.Hour)
	ann, ben, offer := uuid.New(), uuid.New(), uuid.New()
	w.write(true, func(tx pgx.Tx) error {
		return errors.Join(
			outbox.Step(ctx, tx, "waw-passport-2026w50", wave.StepClose, soon),
			outbox.Step(ctx, tx, "waw-passport-2026w50", wave.StepClose, soon), // once is enough
			outbox.Step(ctx, tx, "waw-passport-2026w51", wave.StepClose, late),
			outbox.Offer(ctx, tx, offer, "made"),
			outbox.Loss(ctx, tx, "waw-passport-2026w49", []uuid.UUID{ann, ben}),
			outbox.Loss(ctx, tx, "waw-passport-2026w49", nil),
		)
	})
	w.write(false, func(tx pgx.Tx) error { return outbox.Step(ctx, tx, "waw-passport-2026w52", wave.StepClose, soon) })
	if n := w.waiting("wave_step"); n != 2 {
		t.Fatalf("%d jobs for steps, want 2", n)
	}
	if err := w.service.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.service.Stop(context.Background()) }()
	asked.want(t, "tick", "waw-passport-2026w50 close", "offer "+offer.String()+" made",
		"loss waw-passport-2026w49 "+ann.String(), "loss waw-passport-2026w49 "+ben.String())

	// A job that was done does not bar the next one of its kind; a store that is away makes it rest, not fail.
	asked.fail <- booking.Refuse(booking.CodeUnavailable, "away")
	w.write(true, func(tx pgx.Tx) error { return outbox.Step(ctx, tx, "krk-passport-2026w50", wave.StepDraw, soon) })
	asked.want(t, "krk-passport-2026w50 draw", "krk-passport-2026w50 draw")
	asked.fail <- booking.Refuse(booking.CodeDrawAbsent, "gone") // given up
	w.write(true, func(tx pgx.Tx) error { return outbox.Step(ctx, tx, "xxx-passport-2026w50", wave.StepDraw, soon) })
	asked.want(t, "xxx-passport-2026w50 draw")
	hand.beat(t, every)
	asked.want(t, "tick", "tick")
	if err := w.service.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.waiting("wave_step"); n != 2 { // the late one, and the one given up
		t.Fatalf("%d jobs are left, want 2", n)
	}
}

// TestWaveJobsWaitForWhoCanDoThem: a process without a scheduler leaves them to others.
func TestWaveJobsWaitForWhoCanDoThem(t *testing.T) {
	w := newWorld(t, 1, nil)
	outbox, err := jobs.NewOutbox(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	w.write(true, func(tx pgx.Tx) error {
		return errors.Join(
			outbox.Step(ctx, tx, "waw-passport-2026w50", wave.StepClose, time.Now()),
			outbox.Offer(ctx, tx, uuid.New(), "made"), outbox.Loss(ctx, tx, "x", []uuid.UUID{uuid.New()}),
		)
	})
	if err := w.service.WaveTick(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Start(ctx); err != nil {
		t.Fatal(err)
	}
	w.booked(uuid.New())
	w.told(booking.EventBooked)
	if err := w.service.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"wave_step", "offer_notice", "draw_notice"} {
		if n := w.waiting(kind); n != 1 {
			t.Errorf("%d jobs %s wait, want 1", n, kind)
		}
	}
}
