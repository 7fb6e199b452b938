package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"chesna/booking"
	"chesna/booking/wave"
)

// Waves is the scheduler of waves. Both methods may be called at any time and by several processes at once.
type Waves interface {
	// Step takes one step of one wave; one that is not due yet, or was taken, does nothing.
	Step(ctx context.Context, id wave.ID, step wave.Step) error
	// Tick does all that is due: the overdue sweep.
	Tick(ctx context.Context) error
}

// DrawNotifier tells people how a draw ended for them. It reads what it tells itself, and may find a later state. An
// error makes the job try again later.
type DrawNotifier interface {
	// NotifyOffer tells a declarer what became of her offer: made, expired, signed or withheld.
	NotifyOffer(ctx context.Context, offer uuid.UUID, event string) error
	// NotifyLoss tells a declarer that her entry got no seat in the draw.
	NotifyLoss(ctx context.Context, id wave.ID, declarer uuid.UUID) error
}

// WaveStepArgs asks to take a step of a wave at the time it falls due.
type WaveStepArgs struct {
	Wave wave.ID   `json:"wave"`
	Step wave.Step `json:"step"`
}

// Kind names the job.
func (WaveStepArgs) Kind() string { return "wave_step" }

// InsertOpts keep one such job waiting at most. Nothing relies on it.
func (WaveStepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}}
}

// OfferNoticeArgs asks to tell what became of an offer.
type OfferNoticeArgs struct {
	Offer uuid.UUID `json:"offer"`
	Event string    `json:"event"`
}

// Kind names the job.
func (OfferNoticeArgs) Kind() string { return "offer_notice" }

// DrawNoticeArgs asks to tell a declarer that she got no seat.
type DrawNoticeArgs struct {
	Wave     wave.ID   `json:"wave"`
	Declarer uuid.UUID `json:"declarer"`
}

// Kind names the job.
func (DrawNoticeArgs) Kind() string { return "draw_notice" }

// lowest is the priority of what can wait.
const lowest = 4

// InsertOpts let all else go before: a draw can have a hundred thousand losers.
func (DrawNoticeArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Priority: lowest} }

// Step writes the job that takes a wave's step at the given time. A job for the same step that still waits is enough,
// whatever its time: the overdue sweep takes what it leaves.
func (o *Outbox) Step(ctx context.Context, tx pgx.Tx, id wave.ID, step wave.Step, at time.Time) error {
	if _, err := o.client.InsertTx(ctx, tx, WaveStepArgs{Wave: id, Step: step}, &river.InsertOpts{ScheduledAt: at}); err != nil {
		return fmt.Errorf("insert the job for step %s of wave %s: %w", step, id, err)
	}
	return nil
}

// Offer writes the notice of what became of an offer.
func (o *Outbox) Offer(ctx context.Context, tx pgx.Tx, offer uuid.UUID, what string) error {
	if _, err := o.client.InsertTx(ctx, tx, OfferNoticeArgs{Offer: offer, Event: what}, nil); err != nil {
		return fmt.Errorf("insert the notice of an offer: %w", err)
	}
	return nil
}

// Loss writes the notices for those who got no seat in a draw.
func (o *Outbox) Loss(ctx context.Context, tx pgx.Tx, id wave.ID, declarers []uuid.UUID) error {
	if len(declarers) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(declarers))
	for i, d := range declarers {
		params[i] = river.InsertManyParams{Args: DrawNoticeArgs{Wave: id, Declarer: d}}
	}
	if _, err := o.client.InsertManyFastTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert %d notices of wave %s: %w", len(declarers), id, err)
	}
	return nil
}

// WaveTick runs the scheduler of waves once.
func (s *Service) WaveTick(ctx context.Context) error {
	if s.Waves == nil {
		return nil
	}
	return s.Waves.Tick(ctx)
}

func (s *Service) waveTick(ctx context.Context) {
	s.once(ctx, "waves", func(ctx context.Context) (int, error) { return 0, s.WaveTick(ctx) })
}

// elsewhere is how long a job rests that this process has no part for: another process may.
const elsewhere = time.Minute

// addWaveWorkers registers the workers of waves.
func addWaveWorkers(workers *river.Workers, s *Service) {
	river.AddWorker(workers, &waveStepWorker{service: s})
	river.AddWorker(workers, &offerNoticeWorker{service: s})
	river.AddWorker(workers, &drawNoticeWorker{service: s})
}

// drawOutcome is outcomeOf for waves and offers.
func drawOutcome(err error) error {
	switch booking.CodeOf(err) {
	case booking.CodeDrawAbsent, booking.CodeOfferAbsent, booking.CodeEntryAbsent:
		return river.JobCancel(err)
	}
	return outcomeOf(err)
}

type waveStepWorker struct {
	river.WorkerDefaults[WaveStepArgs]
	service *Service
}

// Work takes the step if the wave still waits for it.
func (w *waveStepWorker) Work(ctx context.Context, job *river.Job[WaveStepArgs]) error {
	if w.service.Waves == nil {
		return river.JobSnooze(elsewhere)
	}
	return drawOutcome(w.service.Waves.Step(ctx, job.Args.Wave, job.Args.Step))
}

type offerNoticeWorker struct {
	river.WorkerDefaults[OfferNoticeArgs]
	service *Service
}

// Work hands the notice to the DrawNotifier.
func (w *offerNoticeWorker) Work(ctx context.Context, job *river.Job[OfferNoticeArgs]) error {
	if w.service.Draws == nil {
		return river.JobSnooze(elsewhere)
	}
	return drawOutcome(w.service.Draws.NotifyOffer(ctx, job.Args.Offer, job.Args.Event))
}

type drawNoticeWorker struct {
	river.WorkerDefaults[DrawNoticeArgs]
	service *Service
}

// Work hands the notice to the DrawNotifier.
func (w *drawNoticeWorker) Work(ctx context.Context, job *river.Job[DrawNoticeArgs]) error {
	if w.service.Draws == nil {
		return river.JobSnooze(elsewhere)
	}
	return drawOutcome(w.service.Draws.NotifyLoss(ctx, job.Args.Wave, job.Args.Declarer))
}
