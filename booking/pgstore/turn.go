package pgstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
)

// maxTurns is how many calls of Serially a process has under way, waiting ones included: each has a connection.
const maxTurns = 4

// Serially runs fn while no other call for the same post runs, in any process: an advisory lock of the post. The
// lock lives on a connection of its own, outside the pool, so that those who wait never keep the one who works from
// the pool; it ends with that connection, however this process ends. An error of fn is returned as it is;
// CodeUnavailable when the lock cannot be asked for in time.
func (s *Store) Serially(ctx context.Context, c booking.ConsulateID, fn func(context.Context) error) error {
	const what = "wait for the turn"
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return mapError(what, ctx.Err())
	}
	lock, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return mapError(what, err)
	}
	defer func() { // closing gives the lock back
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = lock.Close(closing)
	}()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", "inventory of "+string(c)); err != nil {
		return mapError(what, err)
	}
	return fn(ctx)
}
