package pgstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	journalstore "chesna/booking/journal/pgstore"
)

// Logs is the Journal in PostgreSQL.
type Logs struct{}

var _ Journal = Logs{}

// Append queues leaves for the log journal.
func (Logs) Append(ctx context.Context, tx pgx.Tx, log string, leaves ...[]byte) error {
	return journalstore.Append(ctx, tx, log, leaves...)
}

// AppendDraws queues a leaf with its number for the log of draws.
func (Logs) AppendDraws(ctx context.Context, tx pgx.Tx, leaf func(seq int64) ([]byte, error)) (int64, error) {
	return journalstore.AppendDraws(ctx, tx, leaf)
}
