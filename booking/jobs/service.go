package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"chesna/booking"
)

// Ledger is what the jobs need of the ledger.
type Ledger interface {
	Appointment(ctx context.Context, id uuid.UUID) (booking.Appointment, error)
	AppointmentByHold(ctx context.Context, h booking.HoldID) (booking.Appointment, error)
	ReturnSeats(ctx context.Context, ended []booking.EndedHold, reopenAt []time.Time) error
	ReopenDue(ctx context.Context, now time.Time, limit int) ([]booking.Seat, error)
	LapseDue(ctx context.Context, before time.Time, limit int) ([]booking.Appointment, error)
	Snapshot(ctx context.Context, c booking.ConsulateID) (booking.Snapshot, error)
	Position(ctx context.Context) (int64, error)
	SeatsLeftSince(ctx context.Context, c booking.ConsulateID, seq int64) ([]booking.SeatID, error)
	Serially(ctx context.Context, c booking.ConsulateID, fn func(context.Context) error) error
	DropExpiredKeys(ctx context.Context, limit int) (int, error)
}

// Notifier tells a person what happened to her appointment; kind is a booking.EventType. It reads the appointment
// itself and may find it in a later state. An error makes the job try again later.
type Notifier interface {
	Notify(ctx context.Context, kind string, appointment uuid.UUID) error
}

// Deps is what a Service needs. The zero value of an optional field means its default.
type Deps struct {
	Pool      *pgxpool.Pool                                  // required: River's
	Ledger    Ledger                                         // required
	Inventory booking.Inventory                              // required
	Notifier  Notifier                                       // required
	Posts     func() []booking.ConsulateID                   // required: the posts to keep in step
	ReopenAt  func(now, start time.Time) (time.Time, error)  // required: when a seat of that start, returned now, opens again; zero: never
	Now       func() time.Time                               // required
	Logger    *slog.Logger                                   // required
	Ticker    func(time.Duration) (<-chan time.Time, func()) // replaces time.NewTicker, for tests
	Waves     Waves                                          // the scheduler of waves; without it their jobs wait
	Draws     DrawNotifier                                   // tells how draws ended; without it those notices wait

	Workers       int           // jobs at once; default 8
	JobTimeout    time.Duration // default 30 s
	RescueAfter   time.Duration // when a running job counts as lost; default 60 s, more than JobTimeout
	SweepEvery    time.Duration // Sweep, Ensure and Reopen; default 1 s
	ReconcileEach time.Duration // Reconcile; default 5 s
	ReconcileAge  time.Duration // how long a hold may be confirming before the ledger is asked; default 30 s
	RepairEvery   time.Duration // Repair, Lapse and Tidy; default 1 min
	LapseAfter    time.Duration // after an appointment's start; default 72 h
	WavesEvery    time.Duration // WaveTick; default 1 s
}

func (d Deps) validate() error {
	var errs []error
	for name, missing := range map[string]bool{
		"Pool": d.Pool == nil, "Ledger": d.Ledger == nil, "Inventory": d.Inventory == nil, "Notifier": d.Notifier == nil,
		"Posts": d.Posts == nil, "ReopenAt": d.ReopenAt == nil, "Now": d.Now == nil, "Logger": d.Logger == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("jobs: %s is required", name))
		}
	}
	if d.RescueAfter <= d.JobTimeout {
		errs = append(errs, errors.New("jobs: RescueAfter must be longer than JobTimeout"))
	}
	return errors.Join(errs...)
}

func (d Deps) withDefaults() Deps {
	if d.Workers == 0 {
		d.Workers = 8
	}
	for field, value := range map[*time.Duration]time.Duration{
		&d.JobTimeout: 30 * time.Second, &d.RescueAfter: time.Minute, &d.SweepEvery: time.Second,
		&d.ReconcileEach: 5 * time.Second, &d.ReconcileAge: 30 * time.Second, &d.RepairEvery: time.Minute,
		&d.LapseAfter: 72 * time.Hour, &d.WavesEvery: time.Second,
	} {
		if *field == 0 {
			*field = value
		}
	}
	if d.Ticker == nil {
		d.Ticker = func(every time.Duration) (<-chan time.Time, func()) {
			t := time.NewTicker(every)
			return t.C, t.Stop
		}
	}
	return d
}

// Service works the jobs and runs the tickers between Start and Stop. Its ticks can also be called one by one.
type Service struct {
	Deps
	client *river.Client[pgx.Tx]
	cancel context.CancelFunc
	loops  sync.WaitGroup

	mu      sync.Mutex
	failing map[string]bool // what failed last time: logged when it begins and when it ends, not each second
}

// New makes a Service; it does nothing before Start.
func New(d Deps) (*Service, error) {
	d = d.withDefaults()
	if err := d.validate(); err != nil {
		return nil, err
	}
	s := &Service{Deps: d, failing: map[string]bool{}}
	workers := river.NewWorkers()
	river.AddWorker(workers, &settleWorker{service: s})
	river.AddWorker(workers, &forgetWorker{service: s})
	river.AddWorker(workers, &notifyWorker{service: s})
	addWaveWorkers(workers, s)
	client, err := river.NewClient(riverpgxv5.New(d.Pool), &river.Config{
		Schema: Schema, Logger: d.Logger, Workers: workers,
		Queues:     map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: d.Workers}},
		JobTimeout: d.JobTimeout, RescueStuckJobsAfter: d.RescueAfter,
	})
	if err != nil {
		return nil, fmt.Errorf("make the job client: %w", err)
	}
	s.client = client
	return s, nil
}

// Start begins to work and to tick. The context bounds the start alone.
func (s *Service) Start(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := s.client.Start(running); err != nil {
		cancel()
		return fmt.Errorf("start the job client: %w", err)
	}
	s.cancel = cancel
	s.every(running, s.SweepEvery, s.sweepTick)
	s.every(running, s.ReconcileEach, s.reconcileTick)
	s.every(running, s.RepairEvery, s.repairTick)
	if s.Waves != nil {
		s.every(running, s.WavesEvery, s.waveTick)
	}
	return nil
}

// Stop ends the tickers and lets running jobs finish, until ctx ends; then they are cancelled and will be worked
// again by another process. Stopping a service that was not started does nothing.
func (s *Service) Stop(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	defer s.cancel()
	err := s.client.Stop(ctx)
	if err != nil {
		ending, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		err = s.client.StopAndCancel(ending)
	}
	s.cancel()
	s.loops.Wait()
	if err != nil {
		return fmt.Errorf("stop the job client: %w", err)
	}
	return nil
}

// every runs a tick at once and then at each beat; ticks of one ticker never overlap.
func (s *Service) every(ctx context.Context, interval time.Duration, tick func(context.Context)) {
	beats, stop := s.Ticker(interval)
	s.loops.Go(func() {
		defer stop()
		for {
			tick(ctx)
			select {
			case <-ctx.Done():
				return
			case <-beats:
			}
		}
	})
}

func (s *Service) sweepTick(ctx context.Context) {
	s.everyPost(ctx, "ensure", func(ctx context.Context, c booking.ConsulateID) error { _, err := s.Ensure(ctx, c); return err })
	s.everyPost(ctx, "sweep", func(ctx context.Context, c booking.ConsulateID) error { _, err := s.Sweep(ctx, c); return err })
	s.once(ctx, "reopen", s.Reopen)
}

func (s *Service) reconcileTick(ctx context.Context) {
	s.everyPost(ctx, "reconcile", func(ctx context.Context, c booking.ConsulateID) error { _, err := s.Reconcile(ctx, c); return err })
}

func (s *Service) repairTick(ctx context.Context) {
	s.everyPost(ctx, "repair", s.Repair)
	s.once(ctx, "lapse", s.Lapse)
	s.once(ctx, "tidy", s.Tidy)
}

// everyPost runs a tick for each post, each within JobTimeout; one that fails does not keep the others from theirs.
func (s *Service) everyPost(ctx context.Context, what string, tick func(context.Context, booking.ConsulateID) error) {
	var first error
	failed := 0
	for _, c := range s.Posts() {
		err := s.bounded(ctx, func(ctx context.Context) error { return tick(ctx, c) })
		if err == nil {
			continue
		}
		if failed++; first == nil {
			first = fmt.Errorf("%s: %w", c, err)
		}
	}
	s.note(ctx, what, failed, first)
}

func (s *Service) once(ctx context.Context, what string, tick func(context.Context) (int, error)) {
	err := s.bounded(ctx, func(ctx context.Context) error { _, err := tick(ctx); return err })
	s.note(ctx, what, 1, err)
}

func (s *Service) bounded(ctx context.Context, run func(context.Context) error) error {
	if ctx.Err() != nil {
		return nil // stopping is no failure
	}
	within, cancel := context.WithTimeout(ctx, s.JobTimeout)
	defer cancel()
	return run(within)
}

// note logs when a tick begins to fail and when it works again, not each time.
func (s *Service) note(ctx context.Context, what string, failed int, err error) {
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	before := s.failing[what]
	s.failing[what] = err != nil
	s.mu.Unlock()
	switch {
	case err != nil && !before:
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "tick fails",
			slog.String("tick", what), slog.Int("failed", failed), slog.Any("cause", err))
	case err == nil && before:
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "tick works again", slog.String("tick", what))
	}
}
