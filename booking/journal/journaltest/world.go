package journaltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
	"chesna/booking/journal/witness"
)

// Origin is that of invented logs.
const Origin = "log.example/draws"

// Now is the time of invented witnesses.
func Now() time.Time { return time.Date(2026, 12, 4, 9, 0, 1, 0, time.UTC) }

// Seed is the private key of that name: no secret.
func Seed(name string) []byte {
	sum := sha256.Sum256([]byte("seed of " + name))
	return sum[:]
}

// LogKey is the key pair of an invented log, with its verifier key; another variant, another key.
func LogKey(t testing.TB, origin string, variant int) (note.Signer, note.Verifier, string) {
	t.Helper()
	signer, verifier, public, err := NewLogKey(origin, variant)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier, public
}

// NewLogKey is LogKey without a test.
func NewLogKey(origin string, variant int) (signer note.Signer, verifier note.Verifier, public string, err error) {
	secret, public, err := note.GenerateKey(bytes.NewReader(Seed(fmt.Sprint(origin, variant))), origin)
	if err != nil {
		return nil, nil, "", err
	}
	if signer, err = note.NewSigner(secret); err != nil {
		return nil, nil, "", err
	}
	verifier, err = journal.NewVerifier(public)
	return signer, verifier, public, err
}

// WitnessKey is the key of an invented witness.
func WitnessKey(t testing.TB, name string) *journal.CosigningKey {
	t.Helper()
	k, err := journal.NewCosigningKey(name, Seed(name), Now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Witness is a running witness over HTTP.
type Witness struct {
	*httptest.Server
	*journal.WitnessClient
	Dir string
}

// StartWitness starts a witness of the logs in a fresh folder, on loopback.
func StartWitness(t testing.TB, name string, logs ...note.Verifier) *Witness {
	t.Helper()
	w := &Witness{Dir: t.TempDir()}
	s, err := witness.Open(witness.Deps{Dir: w.Dir, Key: WitnessKey(t, name), Logs: logs, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w.Server = httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		w.Close()
		_ = s.Close()
	})
	w.WitnessClient = ClientOf(t, w.Server, s.Key())
	return w
}

// ClientOf asks the witness of a test server.
func ClientOf(t testing.TB, server *httptest.Server, key string) *journal.WitnessClient {
	t.Helper()
	c, err := journal.NewWitnessClient(journal.WitnessClientDeps{URL: server.URL, Key: key, HTTP: &http.Client{Transport: server.Client().Transport}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Publishing is a Published in memory.
type Publishing struct {
	mu   sync.Mutex
	note []byte
}

// Load implements journal.Published.
func (p *Publishing) Load() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.note, nil
}

// Save implements journal.Published.
func (p *Publishing) Save(checkpoint []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note = checkpoint
	return nil
}

// NewLog makes the log Origin, named draws; change may set options. It is stopped after the test.
func NewLog(t testing.TB, change func(*journal.LogDeps)) (*journal.Log, *Memory) {
	t.Helper()
	signer, verifier, _ := LogKey(t, Origin, 0)
	store := NewMemory()
	d := journal.LogDeps{
		Name: journal.NameDraws, Origin: Origin, Signer: signer, Verifier: verifier, Store: store,
		Published: &Publishing{}, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&d)
	}
	l, err := journal.New(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return l, store
}

// Draws are leaves with numbers, as in the log draws.
func Draws(from, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, `{"drawID":"d%d","seq":%d,"type":"void"}`, from+i, from+i)
	}
	return out
}

// Extend queues leaves, sequences and publishes them.
func Extend(t testing.TB, l *journal.Log, m *Memory, leaves ...[]byte) journal.Signed {
	t.Helper()
	m.Queue(l.Name(), leaves...)
	if _, err := l.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, err := l.Publish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
