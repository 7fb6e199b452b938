package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"chesna/identity/devqtsp"
	"chesna/identity/qes"
)

// demoCRLLife is how long a revocation list of the demo's trust service is good; it is made anew each hour.
const demoCRLLife = 24 * time.Hour

// openTrust loads the certificates and revocation lists by which signatures are judged, and keeps the lists
// fresh.
func (a *App) openTrust(ctx context.Context) error {
	a.parts.trust = &qes.TrustHolder{}
	every, load := a.options.Config.Identity.CRLReload.D(), a.loadTrust
	if a.options.Demo {
		if err := a.openAuthority(); err != nil {
			return err
		}
		every, load = time.Hour, a.loadDemoTrust
	}
	if err := load(); err != nil {
		return err
	}
	a.background("revocation lists", func(ctx context.Context) {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if err := load(); err != nil {
					a.logger.ErrorContext(ctx, "renew the revocation lists", "error", err)
				}
			}
		}
	})
	return nil
}

// loadTrust reads the files that the configuration names.
func (a *App) loadTrust() error {
	c := a.options.Config.Identity
	read := func(paths ...string) (out [][]byte, err error) {
		for _, p := range paths {
			if p == "" {
				continue
			}
			b, err := os.ReadFile(p)
			if err != nil {
				return nil, fmt.Errorf("read trust: %w", err)
			}
			out = append(out, b)
		}
		return out, nil
	}
	roots, err1 := read(c.RootsFile)
	intermediates, err2 := read(c.IntermediatesFile)
	lists, err3 := read(c.CRLFiles...)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	trust, err := qes.ParseTrust(roots, intermediates, lists)
	if err != nil {
		return err
	}
	a.parts.trust.Set(trust)
	return nil
}

func (a *App) demoDir() string { return filepath.Join(a.options.DataDir, "demo") }

// openAuthority loads the demo's trust service, or makes it at the first start.
func (a *App) openAuthority() error {
	var notFound *devqtsp.Error
	authority, err := devqtsp.Load(a.demoDir(), rand.Reader)
	if errors.As(err, &notFound) && notFound.Code == devqtsp.CodeNotFound {
		authority, err = devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: time.Now(), People: devqtsp.DefaultPeople()})
		if err == nil {
			err = authority.Save(a.demoDir())
		}
	}
	a.parts.trustService = authority
	return err
}

// loadDemoTrust makes new revocation lists and trusts the demo's root.
func (a *App) loadDemoTrust() error {
	now := time.Now()
	if err := a.parts.trustService.SaveCRL(a.demoDir(), now, demoCRLLife); err != nil {
		return err
	}
	people, err1 := a.parts.trustService.CRL(now, demoCRLLife)
	authorities, err2 := a.parts.trustService.RootCRL(now, demoCRLLife)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	trust, err := qes.ParseTrust([][]byte{a.parts.trustService.RootDER()}, [][]byte{a.parts.trustService.CADER()}, [][]byte{people, authorities})
	if err != nil {
		return err
	}
	a.parts.trust.Set(trust)
	return nil
}
