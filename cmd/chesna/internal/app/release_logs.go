package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
	"chesna/booking/journal/witness"
	"chesna/configs"
)

// openWitnesses finds who cosigns: those of the configuration, or the demo's own, which is then not independent.
func (a *App) openWitnesses(ctx context.Context) error {
	host, err := a.logHost()
	if err != nil {
		return err
	}
	a.parts.keys = map[string]operatorKey{}
	for purpose, name := range map[string]string{
		journal.NameJournal: host + "/journal", journal.NameDraws: host + "/draws", "receipts": host + "/receipts",
	} {
		if a.parts.keys[purpose], err = deriveOperatorKey(a.parts.ring, purpose, name); err != nil {
			return err
		}
	}
	a.parts.witnesses = a.options.Config.Journal.Witness
	if a.options.Demo && len(a.parts.witnesses) == 0 {
		return a.runWitness(ctx)
	}
	return nil
}

// runWitness runs the demo's one witness on a loopback port of its own: what `chesna witness --mirror` runs elsewhere.
func (a *App) runWitness(ctx context.Context) error {
	dir := filepath.Join(a.options.DataDir, "witness")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key, err := witness.LoadKey(dir, "witness.demo.chesna.example", rand.Reader, a.now)
	if err != nil {
		return err
	}
	server, err := witness.Open(witness.Deps{
		Dir: dir, Key: key, Logger: a.logger, Mirror: "http://" + a.address, HTTP: &http.Client{Timeout: 10 * time.Second},
		Logs: []note.Verifier{a.parts.keys[journal.NameJournal].verifier, a.parts.keys[journal.NameDraws].verifier},
	})
	if err != nil {
		return err
	}
	a.onStop("witness's folder", func(context.Context) error { return server.Close() })
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	web := &http.Server{Handler: orSelf(a.options.seams.witness, server.Handler()), ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute}
	go func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("serve the witness: %w", err))
		}
	}()
	a.onStop("witness", web.Shutdown)
	a.parts.witnesses = []configs.Witness{{URL: "http://" + listener.Addr().String(), Key: server.Key(), Operator: journal.SelfOperated}}
	return nil
}

// startLogs sequences and publishes what happened, until the service stops.
func (a *App) startLogs(context.Context) error {
	every := a.options.Config.Journal.Every.D()
	for name, log := range a.parts.logs {
		a.background("publishing of "+name, func(ctx context.Context) {
			ticker := time.NewTicker(every)
			defer ticker.Stop()
			failing := false
			for {
				_, err := log.Sequence(ctx)
				if err == nil {
					_, err = log.Publish(ctx)
				}
				if ctx.Err() != nil {
					return
				}
				if err != nil && !failing {
					a.logger.ErrorContext(ctx, "publish the log", "log", name, "error", err)
				}
				failing = err != nil
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
				}
			}
		})
	}
	return nil
}
