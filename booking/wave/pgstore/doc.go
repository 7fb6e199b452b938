// Package pgstore is the ledger of waves in PostgreSQL: it implements wave.Ledger over the pool and schema of the ledger of
// bookings, whose seats and claims it shares.
//
// Terms. A taker is an entry that takes part in a wave: one of its own, or, in a standby wave, one that its family
// carries. A wave is over when it is drawn, finished or cancelled. Freezing writes the takers down once; from then on the
// wave is about these rows.
//
// Invariants.
//   - Entering and leaving hold the family's advisory lock shared, freezing holds it alone: an entry is accepted before the
//     close and is in the frozen list, or it is refused.
//   - What time it is, is asked after the locks are there.
//   - Each step is conditional on the state that it leaves and locks the wave first: twice is once.
//   - A seat changes its state with its event, its claims and its offers in one transaction. Waves and offers are
//     locked before seats, seats in the order of their names, before claims.
//   - entry_claims has one row for each person of a live entry and its declarer, and no others.
//
// Not promised: after CodeUnavailable a change may or may not have been committed. Entering again with the same
// signature, and signing again with the same signature, answer the same.
//
// Reading order: the migration 00004 of booking/pgstore, store.go, announce.go, enter.go with gather.go, judge.go
// and writes.go, close.go, draw.go with leftover.go, sign.go, ends.go; release.go and read.go. Package rows is generated from queries by sqlc.
package pgstore
