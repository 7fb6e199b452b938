package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/identity"
)

// Deps is what a Store works with.
type Deps struct {
	Pool *pgxpool.Pool // stays the caller's to close
}

// Store implements identity's PersonStore, GrantStore and IdentifierStore. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
}

// New checks the dependencies; it does not connect yet.
func New(d Deps) (*Store, error) {
	if d.Pool == nil {
		return nil, errors.New("identity/pgstore: no pool")
	}
	return &Store{pool: d.Pool}, nil
}

// The SQLSTATE codes told apart (PostgreSQL documentation, appendix A).
const (
	stateUniqueViolation     = "23505"
	stateForeignKeyViolation = "23503"
	stateSerialization       = "40001"
	stateDeadlock            = "40P01"
)

// attempts bounds how often a transaction is done again after losing a race.
const attempts = 6

// errLostRace asks for another attempt.
var errLostRace = errors.New("identity/pgstore: lost a race")

// inTx does work in a transaction, again when it lost a race against another. Work must be fit to be repeated.
func (s *Store) inTx(ctx context.Context, doing string, work func(tx pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, s.pool, work)
		if err == nil || !lostRace(err) || attempt == attempts {
			return translate(doing, err)
		}
	}
}

func lostRace(err error) bool {
	if errors.Is(err, errLostRace) {
		return true
	}
	switch sqlState(err) {
	case stateUniqueViolation, stateSerialization, stateDeadlock:
		return true
	}
	return false
}

// translate turns PostgreSQL's errors into identity's; refusals pass as they are.
func translate(doing string, err error) error {
	var refusal *identity.Error
	switch {
	case err == nil, errors.As(err, &refusal):
		return err
	case sqlState(err) == stateForeignKeyViolation:
		return errPersonUnknown()
	case sqlState(err) != "" && !unavailableClass(sqlState(err)):
		return fmt.Errorf("identity/pgstore: %s: %w", doing, err)
	}
	return &identity.Error{
		Code: identity.CodeUnavailable, Reason: doing, Detail: "the store of persons cannot be reached",
		RetryAfter: time.Second, Cause: err,
	}
}

// unavailableClass: connection trouble, lost races, no resources, an operator's intervention.
func unavailableClass(state string) bool {
	switch state[:2] {
	case "08", "40", "53", "57", "58":
		return true
	}
	return false
}

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && len(pg.Code) == 5 {
		return pg.Code
	}
	return ""
}

func errPersonUnknown() error {
	return &identity.Error{Code: identity.CodePersonUnknown, Detail: "no such person"}
}
