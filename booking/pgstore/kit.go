package pgstore

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// What follows is for the other rooms that keep their tables in this schema and write into the same record.

// MapError turns an error of the driver into one of the domain: CodeUnavailable where the database could not answer,
// the code of a broken constraint where one has a meaning here. Refusals pass unchanged, an ended context stays
// recognisable. What says what was being done.
func MapError(what string, err error) error { return mapError(what, err) }

// Transact runs fn in one transaction and maps its error. Serialization failures, deadlocks and connections found dead
// before anything was sent are tried again, so fn must not keep effects outside the transaction.
func Transact(ctx context.Context, pool *pgxpool.Pool, what string, opts pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	var err error
	for range maxAttempts {
		err = pgx.BeginTxFunc(ctx, pool, opts, fn)
		if !tryAgain(err) && !neverSent(err) {
			break
		}
	}
	return mapError(what, err)
}

// Record writes events in their order inside the transaction, each with an identifier and 32 blinding bytes from random.
// Numbers and times come from the database.
func Record(ctx context.Context, tx pgx.Tx, random io.Reader, events []booking.Event) error {
	return record(ctx, rows.New(tx), random, events)
}
