package identitytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/keyring"
	"chesna/identity/pgstore"
	"chesna/identity/pseudonym"
	"chesna/identity/redisstate"
	"chesna/identity/sealing"
	"chesna/identity/token"
)

// World is an identity service on a database and a Redis of its own, with make-believe signatures.
type World struct {
	*identity.Service
	Clock  *Clock
	Outbox *Outbox
	State  *redisstate.Store
	Store  *pgstore.Store
	Pool   *pgxpool.Pool
	Keys   string // the masters, as keyring.Parse reads them
	Engine servers.Engine

	changes []Change
}

// Origin is the site of every World.
const Origin = "https://chesna.example"

// Change edits the dependencies before the service is made.
type Change func(*identity.Deps)

func migrate(dsn string) error { return pgstore.Migrate(context.Background(), dsn) }

// New makes a world on the Redis engine and a fresh database; the test's TestMain calls servers.Main.
func New(t testing.TB, engine servers.Engine, changes ...Change) *World {
	t.Helper()
	w := &World{
		Clock: NewClock(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), Outbox: &Outbox{}, Engine: engine,
		Keys: keyring.Generate(1), changes: changes,
	}
	var err error
	if w.Pool, err = pgxpool.New(context.Background(), servers.Database(t, migrate)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Pool.Close)
	w.Store, err = pgstore.New(pgstore.Deps{Pool: w.Pool})
	if err != nil {
		t.Fatal(err)
	}
	if w.State, err = redisstate.New(redisstate.Deps{Client: engine.Client}); err != nil {
		t.Fatal(err)
	}
	w.serve(t, nil)
	return w
}

// WithKeys is the same world as another process with other masters would see it.
func (w *World) WithKeys(t testing.TB, keys string, retired ...int) *World {
	t.Helper()
	other := *w
	other.Keys = keys
	other.serve(t, retired)
	return &other
}

func (w *World) serve(t testing.TB, retired []int) {
	t.Helper()
	ring, err := keyring.Parse(w.Keys)
	if err != nil {
		t.Fatal(err)
	}
	hasher, err1 := pseudonym.New(ring, retired...)
	box, err2 := sealing.New(ring)
	minter, err3 := token.New(token.Deps{Ring: ring, Issuer: Origin, MaxAge: time.Hour})
	deps := identity.Deps{
		Origin: Origin, SystemName: "Чесна", Now: w.Clock.Now,
		Signatures: Signatures{}, Pseudonyms: hasher, Sealer: box, Tokens: minter,
		Persons: w.Store, Rights: w.Store, Identifiers: w.Store,
		Challenges: w.State, Sessions: w.State, EmailCodes: w.State, Limiter: w.State, Mailer: w.Outbox,
	}
	for _, change := range w.changes {
		change(&deps)
	}
	var err4 error
	w.Service, err4 = identity.New(deps)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatalf("make an identity world: %v", err)
	}
}

// SignIn signs a person in.
func (w *World) SignIn(t testing.TB, a identity.Assertion) (identity.Session, identity.Tokens) {
	t.Helper()
	c, err := w.Challenge(context.Background())
	if err != nil {
		t.Fatalf("challenge: %v", err)
	}
	session, tokens, _, err := w.Complete(context.Background(), c.ID, Sign(a, c.Document))
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	return session, tokens
}
