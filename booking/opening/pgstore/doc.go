// Package pgstore keeps openings in PostgreSQL: it implements opening.Store over the pool and schema of the ledger of
// bookings, whose seats it opens.
//
// Invariants.
//   - Arriving holds the opening's advisory lock shared, freezing and settling hold it alone, and the time is asked after
//     the lock is there: an arrival is in the frozen crowd, or it is late.
//   - The primary key of arrivals is one place per person; places come from one counter, which is moved only by whoever
//     wrote or locked her arrival before.
//   - Each step locks its opening's row and does nothing in any other state than the one it leaves.
//   - A seat opens with its event in one transaction, and only from planned.
//
// Reading order: the migration 00006 of booking/pgstore, store.go, arrive.go, steps.go. Package rows is generated from
// queries by sqlc.
package pgstore
