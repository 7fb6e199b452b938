package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chesna/api/web"
	"chesna/identity"
	"chesna/identity/devqtsp"
)

// furnishDemo gives the demo's staff their rights and publishes the first weeks. What is there already, from an
// earlier start, is left alone.
func (a *App) furnishDemo(ctx context.Context) error {
	if !a.options.Demo {
		return nil
	}
	for _, p := range a.parts.trustService.People() {
		if err := a.appoint(ctx, p.Spec); err != nil {
			return fmt.Errorf("appoint %s: %w", p.Spec.Name, err)
		}
	}
	return a.seeder().seed(ctx, 0, min(firstWeeks, a.options.Config.Demo.Weeks))
}

// seedLater publishes the demo's later weeks while it serves already.
func (a *App) seedLater(context.Context) error {
	if !a.options.Demo {
		return nil
	}
	a.background("later weeks", func(ctx context.Context) {
		s := a.seeder()
		s.add = a.parts.inventory.Publish
		if err := s.seed(ctx, firstWeeks, a.options.Config.Demo.Weeks); err != nil && ctx.Err() == nil {
			a.logger.Error("publish the later weeks", "error", err)
		}
	})
	return nil
}

func (a *App) seeder() seeder {
	return seeder{
		config: a.options.Config, weeks: a.parts.ledger, now: a.now, logger: a.logger, catalogue: a.parts.catalogue, channel: a.channel(),
	}
}

// appoint writes the roles of one of the demo's staff into the register, unless they stand there. The demo's
// officers work at every post, so that each can be looked at.
func (a *App) appoint(ctx context.Context, spec devqtsp.PersonSpec) error {
	if spec.EDRPOU == "" {
		return nil
	}
	who := identity.Assertion{
		Names:  identity.Names{Surname: spec.Surname, GivenName: spec.GivenName, Patronymic: spec.Patronymic},
		RNOKPP: spec.RNOKPP, UNZR: spec.UNZR, Document: spec.Document, EDRPOU: spec.EDRPOU,
	}
	person, err := a.parts.people.Appoint(ctx, who)
	if err != nil {
		return err
	}
	has, err := a.parts.people.Grants(ctx, person)
	if err != nil {
		return err
	}
	for _, role := range spec.Roles {
		grant := identity.Grant{Role: identity.Role(role)}
		if grant.Role == identity.RoleOfficer {
			grant.Consulate = "*"
		}
		if slices.Contains(has, grant) {
			continue
		}
		if _, err := a.parts.people.Appoint(ctx, who, grant); err != nil {
			return err
		}
	}
	return nil
}

// tellAddress leaves the demo's address for clients of any kind.
func (a *App) tellAddress(context.Context) error {
	if !a.options.Demo {
		return nil
	}
	path := filepath.Join(a.demoDir(), "url")
	if err := os.WriteFile(path, []byte(a.origin), 0o644); err != nil { //nolint:gosec // for every client on this machine
		return err
	}
	a.onStop("address", func(context.Context) error { return os.Remove(path) })
	return nil
}

// demoSigner signs for the demo's people with keys that the demo's trust service holds.
type demoSigner struct{ authority *devqtsp.Authority }

// People implements web.DemoSigner.
func (d demoSigner) People() []web.DemoPerson {
	var out []web.DemoPerson
	for _, p := range d.authority.People() {
		roles := make([]string, len(p.Spec.Roles))
		for i, r := range p.Spec.Roles {
			roles[i] = string(r)
		}
		out = append(out, web.DemoPerson{Name: p.Spec.Name, DisplayName: p.Spec.DisplayName(), Roles: roles})
	}
	return out
}

// Sign implements web.DemoSigner.
func (d demoSigner) Sign(_ context.Context, name string, document []byte) ([]byte, error) {
	return d.authority.Sign(name, document, devqtsp.SignOptions{Detached: true, At: time.Now()})
}
