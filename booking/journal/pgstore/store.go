package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
	"chesna/booking/journal/pgstore/rows"
)

// Store keeps both logs in the schema booking of a migrated database. Safe for concurrent use, by several processes too.
type Store struct {
	pool  *pgxpool.Pool
	query *rows.Queries
}

var _ journal.Store = (*Store)(nil)

// New makes a Store over a pool, which stays the caller's.
func New(pool *pgxpool.Pool) (*Store, error) {
	if pool == nil {
		return nil, errors.New("journal/pgstore: a pool is required")
	}
	return &Store{pool: pool, query: rows.New(pool)}, nil
}

// mapError keeps this room's own errors and marks the database's; what says what was being done.
func mapError(what string, err error) error {
	var known *journal.Error
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known) || errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return &journal.Error{Code: journal.CodeAbsent, Detail: what, Cause: err}
	case errors.As(err, &refused) && refused.Code == "23505": // two sequencers, although there is a lock
		return &journal.Error{Code: journal.CodeConflict, Detail: what, Cause: err}
	case errors.As(err, &refused) && refused.Code == "23514":
		return &journal.Error{Code: journal.CodeInvalid, Detail: what, Cause: err}
	}
	return &journal.Error{Code: journal.CodeUnavailable, Detail: what, Cause: err}
}

// write runs fn in one transaction at READ COMMITTED: what follows a lock sees what was committed before it was given.
func (s *Store) write(ctx context.Context, what string, fn func(q *rows.Queries) error) error {
	return mapError(what, pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		return fn(s.query.WithTx(tx))
	}))
}

// Head implements journal.Store.
func (s *Store) Head(ctx context.Context, log string) (journal.Head, error) {
	return readHead(ctx, s.query, log)
}

func readHead(ctx context.Context, q *rows.Queries, log string) (journal.Head, error) {
	r, err := q.Head(ctx, log)
	if errors.Is(err, pgx.ErrNoRows) {
		return journal.EmptyHead(), nil
	}
	if err != nil {
		return journal.Head{}, mapError("read the head", err)
	}
	return journal.Head{Size: r.Size, Root: tlog.Hash(r.Root)}, nil
}

// Leaves implements journal.Store.
func (s *Store) Leaves(ctx context.Context, log string, from, to int64) ([][]byte, error) {
	found, err := s.query.Leaves(ctx, rows.LeavesParams{Log: log, FromIdx: from, ToIdx: to})
	if err != nil {
		return nil, mapError("read leaves", err)
	}
	if int64(len(found)) != to-from {
		return nil, journal.Refuse(journal.CodeAbsent, fmt.Sprintf("not all leaves from %d to %d are there", from, to))
	}
	return found, nil
}

// Hashes implements journal.Store.
func (s *Store) Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error) {
	return readHashes(ctx, s.query, log, indexes)
}

func readHashes(ctx context.Context, q *rows.Queries, log string, indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	found, err := q.Hashes(ctx, rows.HashesParams{Log: log, Indexes: indexes})
	if err != nil {
		return nil, mapError("read hashes", err)
	}
	byIndex := make(map[int64][]byte, len(found))
	for _, r := range found {
		byIndex[r.Idx] = r.Hash
	}
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := byIndex[index]
		if !ok {
			return nil, journal.Refuse(journal.CodeAbsent, fmt.Sprintf("no stored hash %d", index))
		}
		out[i] = tlog.Hash(h)
	}
	return out, nil
}
