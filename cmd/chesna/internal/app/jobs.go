package app

import (
	"context"

	"chesna/booking"
	"chesna/booking/jobs"
)

// startJobs starts the background work: settling, notices, the sweep of expired holds, re-opening, repair.
func (a *App) startJobs(ctx context.Context) error {
	service, err := a.newJobs(a.posts())
	if err != nil {
		return err
	}
	if err := service.Start(ctx); err != nil {
		return err
	}
	a.onStop("jobs", service.Stop)
	return nil
}

// posts are all posts of the configuration.
func (a *App) posts() []booking.ConsulateID {
	var out []booking.ConsulateID
	for _, p := range a.options.Config.Consulates {
		out = append(out, booking.ConsulateID(p.ID))
	}
	return out
}

func (a *App) newJobs(posts []booking.ConsulateID) (*jobs.Service, error) {
	c := a.options.Config
	mails := notifier{a.parts.people, a.parts.ledger, a.parts.catalogue, a.parts.mail, a.origin}
	d := jobs.Deps{
		Pool: a.parts.pool, Ledger: a.parts.ledger, Inventory: a.parts.inventory,
		Notifier: mails,
		Posts:    func() []booking.ConsulateID { return posts }, ReopenAt: a.parts.office.ReopenAt, Now: a.now, Logger: a.logger,
		Workers: c.Jobs.Workers, JobTimeout: c.Jobs.Timeout.D(), RescueAfter: c.Jobs.RescueAfter.D(),
		SweepEvery: c.Hold.SweepEvery.D(), LapseAfter: c.Booking.LapseAfter.D(),
	}
	if a.parts.scheduler != nil {
		d.Waves, d.Draws = a.parts.scheduler, drawNotifier{mails, a.parts.waves}
	}
	return jobs.New(d)
}
