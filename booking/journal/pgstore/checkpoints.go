package pgstore

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
	"chesna/booking/journal/pgstore/rows"
)

// The rows of all queries of checkpoints have the same columns.
func signedOf(r rows.CheckpointAtRow) journal.Signed {
	return journal.Signed{
		Head: journal.Head{Size: r.Size, Root: tlog.Hash(r.Root)},
		Note: r.Note, Token: r.Token, Cosigned: int(r.Cosigned), At: r.At.UTC(),
	}
}

// SaveCheckpoint implements journal.Store.
func (s *Store) SaveCheckpoint(ctx context.Context, log string, c journal.Signed) (journal.Signed, error) {
	err := s.query.InsertCheckpoint(ctx, rows.InsertCheckpointParams{
		Log: log, Size: c.Size, Root: c.Root[:], Note: c.Note, Token: c.Token, Cosigned: int32(c.Cosigned),
	})
	if err != nil {
		return journal.Signed{}, mapError("keep a checkpoint", err)
	}
	return s.CheckpointAt(ctx, log, c.Size)
}

// AmendCheckpoint implements journal.Store.
func (s *Store) AmendCheckpoint(ctx context.Context, log string, size int64, change func(*journal.Signed) error) (journal.Signed, error) {
	var out journal.Signed
	err := s.write(ctx, "amend a checkpoint", func(q *rows.Queries) error {
		r, err := q.CheckpointForUpdate(ctx, rows.CheckpointForUpdateParams{Log: log, Size: size})
		if err != nil {
			return err
		}
		out = signedOf(rows.CheckpointAtRow(r))
		if err := change(&out); err != nil {
			return err
		}
		return q.UpdateCheckpoint(ctx, rows.UpdateCheckpointParams{
			Log: log, Size: size, Note: out.Note, Token: out.Token, Cosigned: int32(out.Cosigned),
		})
	})
	return out, err
}

// CheckpointAt implements journal.Store.
func (s *Store) CheckpointAt(ctx context.Context, log string, size int64) (journal.Signed, error) {
	r, err := s.query.CheckpointAt(ctx, rows.CheckpointAtParams{Log: log, Size: size})
	if err != nil {
		return journal.Signed{}, mapError("read a checkpoint", err)
	}
	return signedOf(r), nil
}

// FirstCheckpoint implements journal.Store.
func (s *Store) FirstCheckpoint(ctx context.Context, log string, index int64, k int) (journal.Signed, error) {
	r, err := s.query.FirstCheckpoint(ctx, rows.FirstCheckpointParams{Log: log, Idx: index, K: int32(k)})
	if err != nil {
		return journal.Signed{}, mapError("read a covering checkpoint", err)
	}
	return signedOf(rows.CheckpointAtRow(r)), nil
}

// LastCheckpoint implements journal.Store.
func (s *Store) LastCheckpoint(ctx context.Context, log string, k int) (journal.Signed, error) {
	r, err := s.query.LastCheckpoint(ctx, rows.LastCheckpointParams{Log: log, K: int32(k)})
	if err != nil {
		return journal.Signed{}, mapError("read the last checkpoint", err)
	}
	return signedOf(rows.CheckpointAtRow(r)), nil
}
