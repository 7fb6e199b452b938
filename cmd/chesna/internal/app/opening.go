package app

import (
	"context"
	"crypto/rand"
	"time"

	"chesna/booking/opening"
	openingpg "chesna/booking/opening/pgstore"
)

// openingParts are live openings: who waits, and what calls them.
type openingParts struct {
	queue    *openingpg.Store
	openings *opening.Office
}

// openOpenings makes the use cases of openings; booking asks them whether a person's turn has come.
func (a *App) openOpenings(context.Context) error {
	var err error
	if a.parts.queue, err = openingpg.New(openingpg.Deps{Pool: a.parts.pool, Random: rand.Reader}); err != nil {
		return err
	}
	a.parts.openings, err = opening.NewOffice(opening.Deps{
		Store: a.parts.queue, Catalogue: a.parts.catalogue, NeedCountry: a.options.Config.Booking.NeedCountry, Now: a.now,
	})
	return err
}

// startOpenings moves openings on, until the service stops.
func (a *App) startOpenings(context.Context) error {
	c := a.options.Config
	ticker, err := opening.NewTicker(opening.TickerDeps{
		Store: a.parts.queue, Ledger: a.parts.ledger, Inventory: a.parts.inventory, Beacon: a.parts.chance,
		Policy: opening.Policy{
			Lobby: c.Opening.Lobby.D(), Gather: c.Opening.Gather.D(), Delay: c.Opening.Delay.D(), PerMinute: c.Opening.PerMinute, Turn: c.Opening.Turn.D(),
		},
		Lead: c.Booking.Lead.D(), Horizon: c.Booking.Horizon.D(),
	})
	if err != nil {
		return err
	}
	a.background("openings", func(ctx context.Context) {
		beat := time.NewTicker(time.Second)
		defer beat.Stop()
		failing := false
		for {
			err := ticker.Tick(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil && !failing {
				a.logger.ErrorContext(ctx, "move the openings on", "error", err)
			}
			failing = err != nil
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
			}
		}
	})
	return nil
}
