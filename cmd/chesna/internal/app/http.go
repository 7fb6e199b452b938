package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/handlers"
	"chesna/api/web"
	"chesna/booking"
	"chesna/booking/journal"
	"chesna/cmd/chesna/internal/obs"
	"chesna/configs"
	"chesna/identity"
	"chesna/identity/redisstate"
)

// serve mounts API and pages and answers requests.
func (a *App) serve(_ context.Context, listener net.Listener) error {
	c := a.options.Config.Server
	handler, err := a.edge()
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: c.ReadHeaderTimeout.D(), ReadTimeout: c.ReadTimeout.D(),
		WriteTimeout: c.WriteTimeout.D(), IdleTimeout: c.IdleTimeout.D(), MaxHeaderBytes: 64 << 10,
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("serve: %w", err))
		}
	}()
	a.onStop("server", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, c.ShutdownTimeout.D())
		defer cancel()
		return server.Shutdown(ctx)
	})
	return nil
}

// edge builds the HTTP side.
func (a *App) edge() (http.Handler, error) {
	c := a.options.Config
	formKey, _ := a.parts.ring.Key("edge/forms", a.parts.ring.Current())
	proxies := make([]netip.Prefix, 0, len(c.Server.TrustedProxies))
	for _, p := range c.Server.TrustedProxies {
		proxies = append(proxies, p.Prefix)
	}
	limits := make(map[string]api.EdgeLimit, len(c.Limits.Edge))
	for class, l := range c.Limits.Edge {
		limits[class] = api.EdgeLimit{Requests: l.Requests, Period: l.Period.D()}
	}
	server, err := api.New(api.Deps{
		Sessions: a.parts.people, PublicURL: a.origin, TrustedProxies: proxies, Limits: limits, FormKey: formKey,
		Idempotency: a.parts.ledger, MaxBody: int64(c.Server.MaxBodyBytes), Checks: a.checks(),
		Metrics: obs.NewRegistry(a.options.Version), Now: a.now, Rand: rand.Reader, Logger: a.logger,
	})
	if err != nil {
		return nil, err
	}
	d := handlers.Deps{
		Server: server, Catalogue: a.parts.catalogue, Bookings: a.parts.office, Identity: a.parts.people, Logs: map[string]http.Handler{},
		Limits: personLimits{a.parts.state, c.Limits.Person, a.now},
	}
	if a.parts.lottery != nil {
		d.Draws = a.parts.lottery
	}
	d.Openings = a.parts.openings
	d.Diary = diary{a.parts.journal, a.parts.logs[journal.NameJournal]}
	for name, log := range a.parts.logs {
		d.Logs[name] = log.Handler()
	}
	resource, err := handlers.New(d)
	if err != nil {
		return nil, err
	}
	resource.Mount()
	pages := web.Deps{
		Server: server, Bookings: a.parts.office, People: a.parts.people, Catalogue: a.parts.catalogue,
		Policy: a.policy(), Limits: personLimits{a.parts.state, c.Limits.Person, a.now},
		Openings: a.parts.openings, Ready: a.ready, Demo: a.demoPages(), Logger: a.logger, MailCode: a.options.Config.Session.MailCodeTTL.D(),
	}
	if a.parts.lottery != nil {
		pages.Draws, pages.Release = a.parts.lottery, a.wavePolicy()
	}
	site, err := web.New(pages)
	if err != nil {
		return nil, err
	}
	site.Mount()
	return server.Echo(), nil
}

func (a *App) demoPages() *web.Demo {
	if !a.options.Demo {
		return nil
	}
	box := a.parts.mailbox
	return &web.Demo{Signer: demoSigner{a.parts.trustService}, Mailbox: mailPage{box}}
}

// checks are what /readyz asks.
func (a *App) checks() map[string]api.Check {
	return map[string]api.Check{
		"database":  a.parts.pool.Ping,
		"inventory": a.parts.inventory.Ping,
		"trust": func(context.Context) error {
			if a.parts.trust.CurrentTrust() == nil {
				return errors.New("no trust list")
			}
			return nil
		},
	}
}

func (a *App) ready(ctx context.Context) error {
	for name, check := range a.checks() {
		if err := check(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// personLimits counts what one person does, by the configured rates.
type personLimits struct {
	store  *redisstate.Store
	limits map[string]configs.PersonLimit
	now    func() time.Time
}

// Allow implements handlers.PersonLimits; an action without a limit is free.
func (p personLimits) Allow(ctx context.Context, action string, person uuid.UUID) error {
	l, ok := p.limits[action]
	if !ok {
		return nil
	}
	return p.store.Allow(ctx, person.String(), identity.Limit{Name: action, Count: l.Burst, Per: l.Per.D() * time.Duration(l.Burst) / time.Duration(l.Rate)}, p.now())
}

var _ booking.Acts = acts{}
