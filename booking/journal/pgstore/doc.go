// Package pgstore keeps the two logs in PostgreSQL, and lets other rooms add leaves inside their own transactions.
//
// Terms. A queued leaf has been committed with the change that it records, but has no place in the tree yet. An event
// without leaf_index waits in the same sense: the sequencer makes its blinded leaf.
//
// Invariants.
//   - A leaf leaves the queue in the transaction that puts it into the tree and moves the head: a process that dies at
//     any point leaves either all of it or nothing.
//   - One transaction at a time extends a log (advisory lock), and the head only moves from exactly the size and root
//     that the extension was computed from.
//   - Numbers of the log draws are given out under a lock held to the end of the transaction, so the committed queue is
//     always the gap-free continuation of the tree.
//   - A checkpoint of one size is stored once; afterwards only cosignatures and a time stamp are added to it.
//
// Reading order: the migration 00003 of booking/pgstore, append.go, store.go, extend.go, checkpoints.go, events.go.
// Package rows is generated from queries by sqlc.
package pgstore
