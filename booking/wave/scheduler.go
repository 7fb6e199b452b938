package wave

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"chesna/booking"
)

// Bounds of one tick.
const (
	dueLimit    = 100
	expireLimit = 200
	flowLimit   = 500
	finishLimit = 100

	announceLimit = 20 // of each kind

	flowStep  = 10 * time.Minute // the least, where standby waves follow one another faster
	maxRounds = 20
)

// SchedulerDeps is what a Scheduler stands on; all fields but BookingLead are required.
type SchedulerDeps struct {
	Catalogue *booking.Catalogue
	Ledger    interface {
		Steps
		Public
	}
	Authority Authority
	Beacon    Beacon
	Log       Log
	Trust     Trust
	Policy    Policy
	// BookingLead is how long before its start a seat must be on offer to be of use: booking.Policy.Lead.
	BookingLead time.Duration
	Now         func() time.Time
	Rand        io.Reader // crypto: when leftovers open
	Logger      *slog.Logger
}

// Scheduler does what time does with waves: announce, close, stand, draw, expire, pass on. It keeps no state; several
// may run at once, in several processes. The ledger's state of a wave makes every step happen once.
type Scheduler struct {
	d SchedulerDeps
}

// NewScheduler checks its parts.
func NewScheduler(d SchedulerDeps) (*Scheduler, error) {
	errs := []error{d.Policy.Validate()}
	for name, missing := range map[string]bool{
		"Catalogue": d.Catalogue == nil, "Ledger": d.Ledger == nil, "Authority": d.Authority == nil, "Beacon": d.Beacon == nil,
		"Log": d.Log == nil, "Trust": d.Trust == nil, "Now": d.Now == nil, "Rand": d.Rand == nil, "Logger": d.Logger == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("wave: %s is required", name))
		}
	}
	if d.BookingLead < 0 {
		errs = append(errs, errors.New("wave: BookingLead is negative"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Scheduler{d: d}, nil
}

// Tick does all that is due now: it ends offers, takes the steps of waves, announces new ones, lets unused seats flow on,
// and finishes. What fails does not keep the rest from being done; it is tried again at the next tick.
func (s *Scheduler) Tick(ctx context.Context) error {
	errs := []error{
		rounds(expireLimit, func() (int, error) { return s.d.Ledger.ExpireOffers(ctx, s.d.Policy.Pause, expireLimit) }, "end offers"),
		s.due(ctx),
	}
	_, err := s.Plan(ctx)
	// In steps of the standby waves: seats that came one by one would each wait for the next of them anyway.
	flowBefore := s.d.Now().Add(s.flowAhead()).Truncate(max(s.d.Policy.StandbyEvery, flowStep))
	return errors.Join(append(errs, err,
		rounds(flowLimit, func() (int, error) { return s.d.Ledger.FlowOn(ctx, flowBefore, flowLimit) }, "let unused seats flow on"),
		rounds(finishLimit, func() (int, error) { return s.d.Ledger.Finish(ctx, finishLimit) }, "finish waves"),
	)...)
}

// rounds repeats a bounded step while it comes back full, at most maxRounds times.
func rounds(limit int, step func() (int, error), what string) error {
	for range maxRounds {
		n, err := step()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if n < limit {
			break
		}
	}
	return nil
}

// due takes each step that waits, once; closes first: a beacon that does not answer must not hold them up.
func (s *Scheduler) due(ctx context.Context) error {
	list, err := s.d.Ledger.Due(ctx, dueLimit)
	if err != nil {
		return fmt.Errorf("list due waves: %w", err)
	}
	slices.SortStableFunc(list, func(a, b Due) int { return cmp.Compare(a.Step.place(), b.Step.place()) })
	var errs []error
	for _, due := range list {
		errs = append(errs, s.Step(ctx, due.ID, due.Step))
	}
	return errors.Join(errs...)
}

// Step takes one step of one wave. A step that is not due yet, or was taken already, does nothing; so it can be called
// at any time, by several processes. Errors name the wave; the step is to be tried again.
func (s *Scheduler) Step(ctx context.Context, id ID, step Step) error {
	w, err := s.d.Ledger.Wave(ctx, id)
	if err == nil {
		switch {
		case step == StepClose && w.State == StateAnnounced:
			err = s.close(ctx, w)
		case step == StepStand && w.State == StateClosed:
			err = s.stand(ctx, w)
		case step == StepDraw && w.State == StateStanding:
			err = s.run(ctx, w)
		case step == StepFinish && w.State == StateDrawn:
			_, err = s.d.Ledger.Finish(ctx, finishLimit)
		}
	}
	if err != nil {
		return fmt.Errorf("wave %s: %s: %w", id, step, err)
	}
	return nil
}

// place is the step's place in the order of steps.
func (s Step) place() int { return slices.Index([]Step{StepClose, StepStand, StepDraw, StepFinish}, s) }

// said logs what happened to a wave.
func (s *Scheduler) said(ctx context.Context, id ID, what string, more ...slog.Attr) {
	s.d.Logger.LogAttrs(ctx, slog.LevelInfo, "wave", append([]slog.Attr{slog.String("wave", string(id)), slog.String("what", what)}, more...)...)
}

// afterClose is the time from a close to the first seat that the wave may have.
func (s *Scheduler) afterClose() time.Duration {
	return seconds(s.d.Policy.Delays.Round) + s.d.Policy.Offer + s.d.Policy.Margin
}

// flowAhead is how long before their start unused seats flow on: early enough for the next standby draw, whenever in
// its turn they come, and not while a main wave could still take them.
func (s *Scheduler) flowAhead() time.Duration {
	p := s.d.Policy
	standby := p.StandbyEvery + p.StandbyEntry + p.StandbyEntry/10 + time.Minute
	return min(standby, p.Notice) + s.afterClose()
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
