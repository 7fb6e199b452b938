package opening

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chesna/booking"
	"chesna/booking/wave"
)

// TickerDeps is what a Ticker stands on. All fields are needed.
type TickerDeps struct {
	Store     Store
	Ledger    Ledger
	Inventory booking.Inventory
	Beacon    Beacon
	Policy    Policy
	// Lead and Horizon are those of booking.Policy: which seats can be held now.
	Lead, Horizon time.Duration
}

// Ticker moves openings on. Several may run in several processes.
type Ticker struct{ d TickerDeps }

// NewTicker checks its parts.
func NewTicker(d TickerDeps) (*Ticker, error) {
	if d.Store == nil || d.Ledger == nil || d.Inventory == nil || d.Beacon == nil || d.Horizon <= 0 || d.Lead < 0 {
		return nil, errors.New("opening: a part of the ticker is missing")
	}
	if err := d.Policy.Validate(); err != nil {
		return nil, err
	}
	return &Ticker{d: d}, nil
}

// Tick takes each opening one step further whose time has come, by the store's clock; call it about once a second. What
// fails is tried again by the next Tick, and keeps no other opening back. A round that is not known yet is no error.
func (t *Ticker) Tick(ctx context.Context) error {
	list, now, err := t.d.Store.Openings(ctx)
	if err != nil {
		return fmt.Errorf("list openings: %w", err)
	}
	var errs []error
	for _, o := range list {
		if err := t.step(ctx, o, now); err != nil {
			errs = append(errs, fmt.Errorf("opening %s, %s: %w", o.ID, o.State, err))
		}
	}
	return errors.Join(errs...)
}

func (t *Ticker) step(ctx context.Context, o Opening, now time.Time) error {
	switch o.State {
	case StatePlanned:
		return t.d.Store.Announce(ctx, o.ID, t.d.Policy.terms(o.OpensAt, t.d.Beacon.Chain()))
	case StateAnnounced:
		if now.Before(o.OpensAt) {
			return nil
		}
		return t.gather(ctx, o)
	case StateGathering:
		if now.Before(o.GatherUntil) {
			return nil
		}
		return t.d.Store.Freeze(ctx, o.ID)
	case StateFrozen:
		b, _, err := t.d.Beacon.Round(ctx, o.Chain, o.Round)
		if err == nil {
			return t.d.Store.Settle(ctx, o.ID, b)
		}
		if !errors.Is(err, wave.ErrNotYet) {
			err = fmt.Errorf("ask the beacon: %w", err)
		} else {
			err = nil
		}
		if free, looked := t.free(ctx, o, now); looked == nil && free == 0 { // nothing is left to wait for
			return t.d.Store.Call(ctx, o.ID, 0)
		}
		return err
	case StateCalling:
		free, err := t.free(ctx, o, now)
		if err != nil {
			return err
		}
		return t.d.Store.Call(ctx, o.ID, free)
	}
	return nil
}

// gather opens the seats in the ledger, then in the inventory, in its turn; should the second fail, the repair job adds them.
func (t *Ticker) gather(ctx context.Context, o Opening) error {
	return t.d.Ledger.Serially(ctx, o.Consulate, func(ctx context.Context) error {
		since, err := t.d.Ledger.Position(ctx)
		if err != nil {
			return err
		}
		seats, err := t.d.Store.Gather(ctx, o.ID)
		if err != nil || len(seats) == 0 {
			return err
		}
		return booking.AddOpen(ctx, t.d.Inventory, t.d.Ledger, o.Consulate, since, seats)
	})
}

// free counts the seats of the post's group that can be held now.
func (t *Ticker) free(ctx context.Context, o Opening, now time.Time) (int, error) {
	slots, err := t.d.Inventory.Free(ctx, o.Consulate, o.Group, now.Add(t.d.Lead), now.Add(t.d.Horizon))
	n := 0
	for _, s := range slots {
		n += s.Seats
	}
	return n, err
}
