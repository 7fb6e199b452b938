// Package pgstore is the ledger of bookings in PostgreSQL: it decides last.
//
// Terms. A claim is a row of seat_claims or person_claims; its primary key is what makes a double booking
// impossible. A batch is up to 64 confirmations that share one transaction, each with its own verdict. The
// outbox is the set of jobs written in the same transaction as the change they follow.
//
// Invariants.
//   - Every change of a seat or an appointment is conditional on the state it leaves, happens in one transaction
//     with its event and its jobs, and takes the seat's row lock first. So the database decides, whatever the
//     inventory believed.
//   - A seat that is booked, displaced or in escrow has one claim and one active appointment; any other has none.
//   - A hold ends once: one row of ended_holds, written in the transaction that confirms it or that returns its seat.
//   - The position of a snapshot (booking.Snapshot.Seq) is the lowest transaction number still running when the
//     snapshot was taken, not an event number: event numbers are given out before commit and become visible out of
//     order, while every transaction below that number has ended and is in the snapshot. Asking for what happened
//     since therefore misses nothing; it may repeat what the snapshot already shows, which is harmless, because only
//     seats that are not open now are named.
//
// Not promised: after an error with CodeUnavailable a change may or may not have been committed; asking again with
// the same hold and signature tells.
//
// Everything lives in the schema booking, River's tables included. Reading order: migrations, store.go, confirm.go
// (the transaction) with judge.go (the rules) and batch.go (who shares it), cancel.go, seats.go, week.go, turn.go,
// snapshot.go, idempotency.go. Package rows is generated from queries by sqlc.
package pgstore
