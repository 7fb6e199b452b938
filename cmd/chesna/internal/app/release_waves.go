package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/jobs"
	"chesna/booking/journal"
	"chesna/booking/wave"
	wavepg "chesna/booking/wave/pgstore"
)

// openWaves opens the ledger of waves; where there is nobody to witness draws none are made.
func (a *App) openWaves(ctx context.Context) error {
	var err error
	if a.parts.outbox, err = jobs.NewOutbox(a.logger); err != nil {
		return err
	}
	a.parts.waves, err = wavepg.New(wavepg.Deps{
		Pool: a.parts.pool, Jobs: a.parts.outbox, Appointments: a.parts.outbox, Journal: wavepg.Logs{}, Logger: a.logger, Random: rand.Reader,
	})
	if err != nil {
		return err
	}
	if err := a.parts.waves.Start(ctx); err != nil {
		return err
	}
	a.onStop("ledger of waves", a.parts.waves.Stop)
	return nil
}

// draws tells whether this installation gives seats by draw: somebody must witness them, and name people.
func (a *App) draws() bool { return len(a.parts.witnesses) > 0 && a.parts.authority != nil }

// wavePolicy is the administrator's figures in the words of waves.
func (a *App) wavePolicy() wave.Policy {
	r := a.options.Config.Release
	return wave.Policy{
		Notice: r.Notice.D(), Entry: r.Entry.D(), StandbyEntry: r.StandbyEntry.D(), StandbyEvery: r.StandbyEvery.D(), Lead: r.Lead.D(),
		Spread: r.Spread.D(), Offer: r.Offer.D(), Margin: r.Margin.D(), OpenWithin: r.OpenWithin.D(), Pause: r.Pause.D(), LateCancel: r.LateCancel.D(),
		Delays: draw.Delays{
			Deadline: int64(r.Deadline.D() / time.Second), Round: int64(r.Round.D() / time.Second), Fallback: int64(r.Fallback.D() / time.Second),
		},
		MaxChanges: r.MaxChanges, Witnesses: a.options.Config.Journal.Needed,
		Online: r.Quota.Online, Kiosk: r.Quota.Kiosk, Today: r.Quota.Today,
	}
}

// buildLottery joins the use cases of waves, after booking.
func (a *App) buildLottery(ctx context.Context) error {
	if !a.draws() {
		a.logger.WarnContext(ctx, "no witnesses or no key file of the identity authority: nothing is given by draw")
		return nil
	}
	var err error
	if a.parts.policy, err = a.trustPolicy(); err != nil {
		return fmt.Errorf("trust policy: %w", err)
	}
	public, err := a.parts.policy.Bytes()
	if err != nil {
		return err
	}
	log := proofs{a.parts.logs[journal.NameDraws], a.parts.policy, a.parts.keys[journal.NameDraws].verifier}
	c := a.options.Config
	a.parts.lottery, err = wave.NewOffice(wave.OfficeDeps{
		Catalogue: a.parts.catalogue, Ledger: sealedRequests{a.parts.waves, a.parts.sealer}, Appointments: a.parts.ledger, Authority: names{a.parts.authority}, Log: log,
		Acts: a.parts.signed, People: a.parts.people, Trust: trust(public), Receipts: receipts{a.parts.keys["receipts"]}, Policy: a.wavePolicy(),
		NeedCountry: c.Booking.NeedCountry, NeedEmail: c.Booking.NeedEmail, Audience: a.origin, Now: a.now, Rand: rand.Reader, Logger: a.logger,
		Forget: a.parts.inventory.Forget,
	})
	if err != nil {
		return err
	}
	a.parts.scheduler, err = wave.NewScheduler(wave.SchedulerDeps{
		Catalogue: a.parts.catalogue, Ledger: a.parts.waves, Authority: names{a.parts.authority}, Beacon: a.parts.chance, Log: log,
		Trust: trust(public), Policy: a.wavePolicy(), BookingLead: c.Booking.Lead.D(), Now: a.now, Rand: rand.Reader, Logger: a.logger,
	})
	return err
}

// channel shares out the seats of draws; nil where nothing is drawn.
func (a *App) channel() func(booking.Consulate, booking.Seat) booking.Pool {
	if !a.draws() {
		return nil
	}
	return a.wavePolicy().Channel
}

// mayOpen tells whether a post may give a group's seats at once: what was never drawn may, and what last month's draws
// had more seats for than people.
func (a *App) mayOpen(ctx context.Context, c booking.ConsulateID, g booking.GroupID) (bool, error) {
	if a.parts.scheduler == nil {
		return true, nil
	}
	o, err := a.parts.scheduler.OpenAllowed(ctx, c, g)
	return o.Allowed || o.Waves == 0, err
}
