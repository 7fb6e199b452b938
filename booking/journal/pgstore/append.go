package pgstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chesna/booking/journal"
	"chesna/booking/journal/pgstore/rows"
)

// The advisory locks of this package: one for each log's sequencer, one for the numbers of the log draws. The
// numbers are "jnl" and a digit as bytes.
const (
	lockNumbers int64 = 0x6a6e6c30
	lockJournal int64 = 0x6a6e6c31
	lockDraws   int64 = 0x6a6e6c32
)

// Append queues leaves for the log "journal" in the caller's transaction: they are in the journal if and only if it
// commits. Their order in the log is not promised. Leaves of the log "draws" go through [AppendDraws].
// journal.CodeInvalid for an empty leaf, one above journal.MaxLeaf, or another log.
func Append(ctx context.Context, tx pgx.Tx, log string, leaves ...[]byte) error {
	if log != journal.NameJournal {
		return journal.Refuse(journal.CodeInvalid, "leaves of any order belong to the log journal")
	}
	for _, l := range leaves {
		if err := journal.CheckLeaf(l); err != nil {
			return err
		}
	}
	if len(leaves) == 0 {
		return nil
	}
	if err := rows.New(tx).QueueLeaves(ctx, rows.QueueLeavesParams{Log: log, Leaves: leaves}); err != nil {
		return fmt.Errorf("queue leaves: %w", err)
	}
	return nil
}

// AppendDraws gives the next number of the log "draws" and queues the leaf that the function makes of it. The number
// is the leaf's future index: gap-free, in the order of commits, and given back when the transaction rolls back.
//
// It holds a lock to the end of the transaction, so that only one transaction at a time can have a number; call it
// last, or take locks in the same order everywhere. An error of leaf passes unchanged.
func AppendDraws(ctx context.Context, tx pgx.Tx, leaf func(seq int64) ([]byte, error)) (seq int64, err error) {
	q := rows.New(tx)
	if err := q.LockLog(ctx, lockNumbers); err != nil {
		return 0, fmt.Errorf("wait for the numbers of the log draws: %w", err)
	}
	if seq, err = q.NextNumber(ctx, journal.NameDraws); err != nil {
		return 0, fmt.Errorf("take a number of the log draws: %w", err)
	}
	b, err := leaf(seq)
	if err != nil {
		return 0, err
	}
	if err := journal.CheckLeaf(b); err != nil {
		return 0, err
	}
	if err := q.QueueNumbered(ctx, rows.QueueNumberedParams{Log: journal.NameDraws, Number: seq, Leaf: b}); err != nil {
		return 0, fmt.Errorf("queue a leaf of the log draws: %w", err)
	}
	return seq, nil
}
