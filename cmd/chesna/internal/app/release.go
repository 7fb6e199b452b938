package app

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"chesna/booking/beacon"
	"chesna/booking/beacon/devbeacon"
	"chesna/booking/jobs"
	"chesna/booking/journal"
	journalpg "chesna/booking/journal/pgstore"
	"chesna/booking/wave"
	wavepg "chesna/booking/wave/pgstore"
	"chesna/configs"
	"chesna/identity/authority"
	"chesna/identity/timestamp"
)

// releaseParts are what the release of scarce seats is made of. Without witnesses lottery and scheduler are nil: a
// draw that nobody cosigns would not stand.
type releaseParts struct {
	logs      map[string]*journal.Log
	journal   *journalpg.Store
	keys      map[string]operatorKey // by log, and "receipts"
	authority *authority.Authority
	chance    chance
	policy    journal.Policy
	outbox    *jobs.Outbox
	waves     *wavepg.Store
	lottery   *wave.Office
	scheduler *wave.Scheduler
	witnesses []configs.Witness
}

// openRelease opens what draws rest on: beacon, identity authority, logs, and the ledger of waves.
func (a *App) openRelease(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"the beacon", a.openBeacon},
		{"the identity authority", a.openNames},
		{"the witnesses", a.openWitnesses},
		{"the logs", a.openLogs},
		{"the ledger of waves", a.openWaves},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// openBeacon finds the chain: the demo's own, a described one, or drand's quicknet.
func (a *App) openBeacon(context.Context) error {
	c := a.options.Config
	if a.options.Demo {
		own, err := devbeacon.Open(devbeacon.Deps{Dir: filepath.Join(a.options.DataDir, "beacon"), Period: c.Demo.BeaconPeriod.D(), Now: a.now})
		if err != nil {
			return err
		}
		a.parts.chance = chance{own.Chain(), own}
		return nil
	}
	chain := beacon.Quicknet()
	if c.Beacon.ChainFile != "" {
		b, err := os.ReadFile(c.Beacon.ChainFile)
		if err != nil {
			return err
		}
		d, err := beacon.ParseDescription(b)
		if err != nil {
			return err
		}
		if chain, err = beacon.FromDescription(d); err != nil {
			return err
		}
	}
	client, err := beacon.NewClient(beacon.ClientDeps{Chain: chain, Relays: c.Beacon.Relays, Logger: a.logger, Now: a.now})
	a.parts.chance = chance{chain, client}
	return err
}

// openNames opens the identity authority that is built in.
func (a *App) openNames(context.Context) error {
	path := a.options.Config.Authority.KeyFile
	if path == "" && a.options.Demo {
		path = filepath.Join(a.options.DataDir, "keys", "authority")
	}
	if path == "" {
		return nil // no draws: see openWaves
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var err error
	a.parts.authority, err = authority.OpenFile(path, rand.Reader)
	return err
}

// openLogs makes the two logs and checks that the database is not behind what was published.
func (a *App) openLogs(ctx context.Context) error {
	store, err := journalpg.New(a.parts.pool)
	if err != nil {
		return err
	}
	stamper, err := a.stamper()
	if err != nil {
		return err
	}
	a.parts.journal, a.parts.logs = store, map[string]*journal.Log{}
	for _, name := range []string{journal.NameJournal, journal.NameDraws} {
		log, err := a.openLog(name, store, stamper)
		if err != nil {
			return err
		}
		if err := log.Check(ctx); err != nil {
			return fmt.Errorf("log %s: %w", name, err)
		}
		a.onStop("log "+name, log.Stop)
		a.parts.logs[name] = log
	}
	return nil
}

func (a *App) openLog(name string, store journal.Store, stamper journal.Stamper) (*journal.Log, error) {
	c, key := a.options.Config.Journal, a.parts.keys[name]
	var asked []journal.Cosigner
	for _, w := range a.parts.witnesses {
		cosigner, err := journal.NewWitnessClient(journal.WitnessClientDeps{URL: w.URL, Key: w.Key, HTTP: &http.Client{Timeout: time.Minute}})
		if err != nil {
			return nil, fmt.Errorf("witness %s: %w", w.URL, err)
		}
		asked = append(asked, cosigner)
	}
	marks, err := a.marks(name)
	if err != nil {
		return nil, err
	}
	return journal.New(journal.LogDeps{
		Name: name, Origin: key.verifier.Name(), Signer: key.signer, Verifier: key.verifier, Store: store,
		Published: marks, Witnesses: asked, K: min(c.Needed, len(asked)), Stamper: stamper, Logger: a.logger,
	})
}

// marks is where the last published checkpoint is remembered, outside the database.
func (a *App) marks(name string) (journal.Published, error) {
	dir := a.options.Config.Journal.MarksDir
	if dir == "" && a.options.Demo {
		dir = filepath.Join(a.options.DataDir, "marks")
	}
	if dir == "" {
		return &forgetful{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return journal.NewPublishedFile(filepath.Join(dir, name)), nil
}

// forgetful remembers for the life of the process; the witnesses remember for longer.
type forgetful struct{ note []byte }

func (f *forgetful) Load() ([]byte, error) { return f.note, nil }
func (f *forgetful) Save(n []byte) error   { f.note = n; return nil }

// stamper is the time stamp authority; nil when none is configured.
func (a *App) stamper() (journal.Stamper, error) {
	if a.options.Demo {
		return timestamp.New(func(_ context.Context, request []byte) ([]byte, error) {
			return a.parts.trustService.Stamp(time.Now(), request)
		}, rand.Reader)
	}
	url := a.options.Config.Journal.StampURL
	if url == "" {
		return nil, nil //nolint:nilnil // journal takes nil for none
	}
	return timestamp.New(timestamp.HTTP(url, &http.Client{Timeout: 20 * time.Second}), rand.Reader)
}

// trustPolicy is what verifiers pin; announcements name its hash.
func (a *App) trustPolicy() (journal.Policy, error) {
	b := a.parts.chance.chain.Describe()
	p := journal.Policy{
		Version: journal.PolicyVersion, Development: a.options.Demo || b.Development,
		Logs:      journal.PolicyLogs{Draws: a.parts.keys[journal.NameDraws].public, Journal: a.parts.keys[journal.NameJournal].public},
		Operator:  a.parts.keys["receipts"].public,
		Authority: a.parts.authority.VerifierKey(), K: a.options.Config.Journal.Needed,
		Beacons: []journal.PolicyBeacon{{
			ID: b.ID, ChainHash: b.ChainHash, Scheme: b.Scheme, PublicKey: b.PublicKey, Period: b.Period,
			Genesis: b.Genesis, GenesisSeed: b.GenesisSeed, Development: b.Development,
		}},
	}
	for _, w := range a.parts.witnesses {
		p.Witnesses = append(p.Witnesses, journal.PolicyWitness{Key: w.Key, Operator: w.Operator})
	}
	roots, err := a.stampRoots()
	if err != nil {
		return p, err
	}
	for _, der := range roots {
		p.TSARoots = append(p.TSARoots, base64.StdEncoding.EncodeToString(der))
	}
	return p, p.Validate()
}

// stampRoots are the roots of the time stamp authority, DER.
func (a *App) stampRoots() ([][]byte, error) {
	if a.options.Demo {
		return [][]byte{a.parts.trustService.RootDER()}, nil
	}
	path := a.options.Config.Journal.TSARoots
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, block.Bytes)
	}
	if len(out) == 0 {
		return nil, errors.New(path + ": no certificate")
	}
	return out, nil
}
