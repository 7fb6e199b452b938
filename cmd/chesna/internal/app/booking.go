package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"chesna/booking"
	bookingpg "chesna/booking/pgstore"
	"chesna/booking/redisinv"
)

// bookingParts are what booking is made of.
type bookingParts struct {
	catalogue *booking.Catalogue
	inventory *redisinv.Inventory
	ledger    *bookingpg.Store
	office    *booking.Office
}

// buildBooking joins the use cases of booking with their adapters and starts their batchers.
func (a *App) buildBooking(ctx context.Context) error {
	c := a.options.Config
	var err error
	if a.parts.catalogue, err = catalogue(c); err != nil {
		return err
	}
	a.parts.ledger, err = bookingpg.New(bookingpg.Deps{
		Pool: a.parts.pool, Jobs: a.parts.outbox, Logger: a.logger, Random: rand.Reader, BatchSize: c.Batching.ConfirmMax,
		KeyLifetime: c.Booking.IdempotencyTTL.D(),
	})
	if err != nil {
		return err
	}
	if err := a.parts.ledger.Start(ctx); err != nil {
		return err
	}
	a.onStop("ledger", a.parts.ledger.Stop)
	a.parts.inventory, err = redisinv.New(redisinv.Deps{
		Client: a.parts.redis, Logger: a.logger, BatchMax: c.Batching.HoldMax, Linger: c.Batching.HoldLinger.D(),
		ClaimTTL: c.Hold.ClaimTTL.D(), GateLife: c.Batching.GateTTL.D(), MaxSkew: c.Redis.MaxSkew.D(),
		Clock: a.options.seams.shard,
	})
	if err != nil {
		return err
	}
	a.parts.inventory.Start()
	a.onStop("inventory", func(context.Context) error { a.parts.inventory.Stop(); return nil })
	if err := a.openOpenings(ctx); err != nil {
		return err
	}
	a.parts.office, err = booking.NewOffice(booking.Deps{
		Catalogue: a.parts.catalogue, Weeks: a.parts.ledger,
		Inventory: orSelf[booking.Inventory](a.options.seams.inventory, a.parts.inventory),
		Ledger:    orSelf[booking.Ledger](a.options.seams.ledger, a.parts.ledger),
		Bars:      a.parts.waves,
		Turnstile: a.parts.openings,
		Channel:   a.channel(), MayOpen: a.mayOpen,
		Acts: a.parts.signed, People: a.parts.people, Policy: a.policy(), Audience: a.origin,
		Now: a.now, Rand: rand.Reader, Logger: a.logger,
	})
	return err
}

// policy is the administrator's figures in booking's words.
func (a *App) policy() booking.Policy {
	c := a.options.Config
	return booking.Policy{
		HoldTTL: c.Hold.TTL.D(), Extension: c.Hold.Extension.D(), HoldsPerDay: c.Hold.MaxPerDay,
		ReopenWithin: c.Reopen.Within.D(), Horizon: c.Booking.Horizon.D(), Lead: c.Booking.Lead.D(),
		Standby: a.draws(), LateCancel: c.Release.LateCancel.D(), Pause: c.Release.Pause.D(),
		Grid: c.Booking.GridMinutes, NeedCountry: c.Booking.NeedCountry, NeedEmail: c.Booking.NeedEmail,
	}
}

// fillInventory rebuilds every post that has no epoch: all of them after a start with an empty Redis.
func (a *App) fillInventory(ctx context.Context) error {
	posts := a.posts()
	service, err := a.newJobs(posts)
	if err != nil {
		return err
	}
	began, rebuilt := time.Now(), 0
	for _, post := range posts {
		did, err := service.Ensure(ctx, post)
		if err != nil {
			return fmt.Errorf("rebuild %s: %w", post, err)
		}
		if did {
			rebuilt++
		}
	}
	a.logger.InfoContext(ctx, "filled the inventory", "posts", rebuilt, "took", time.Since(began).Round(time.Millisecond))
	return nil
}
