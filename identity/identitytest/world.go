package identitytest

import (
	"context"
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
	Ring   *keyring.Ring
	Engine servers.Engine
}

// Origin is the site of every World.
const Origin = "https://chesna.example"

// Change edits the dependencies before the service is made.
type Change func(*identity.Deps)

func migrate(dsn string) error { return pgstore.Migrate(context.Background(), dsn) }

// New makes a world on the Redis engine and a fresh database; the test's TestMain calls servers.Main.
func New(t testing.TB, engine servers.Engine, changes ...Change) *World {
	t.Helper()
	w := &World{Clock: NewClock(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), Outbox: &Outbox{}, Engine: engine}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatalf("make an identity world: %v", err)
		}
	}
	w.Pool, err = pgxpool.New(context.Background(), servers.Database(t, migrate))
	check()
	t.Cleanup(w.Pool.Close)
	w.Store, err = pgstore.New(pgstore.Deps{Pool: w.Pool})
	check()
	w.State, err = redisstate.New(redisstate.Deps{Client: engine.Client})
	check()
	w.Ring, err = keyring.Parse(keyring.Generate(1))
	check()
	hasher, err := pseudonym.New(w.Ring)
	check()
	box, err := sealing.New(w.Ring)
	check()
	minter, err := token.New(token.Deps{Ring: w.Ring, Issuer: Origin, MaxAge: time.Hour})
	check()
	deps := identity.Deps{
		Origin: Origin, SystemName: "Чесна", Now: w.Clock.Now,
		Signatures: Signatures{}, Pseudonyms: hasher, Sealer: box, Tokens: minter,
		Persons: w.Store, Rights: w.Store, Identifiers: w.Store,
		Challenges: w.State, Sessions: w.State, EmailCodes: w.State, Limiter: w.State, Mailer: w.Outbox,
	}
	for _, change := range changes {
		change(&deps)
	}
	w.Service, err = identity.New(deps)
	check()
	return w
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
