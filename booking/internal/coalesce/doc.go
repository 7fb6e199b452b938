// Package coalesce lets callers that come at one moment share a transaction.
//
// Terms. A request is one caller's wish; a batch is what queued up while a writer was busy, in order of arrival; the
// answer is the caller's own, whatever becomes of the others in the batch.
//
// Invariants.
//   - A batch is never waited for: one request alone is a batch of one.
//   - Every request in a batch gets exactly one answer; one whose caller left before its turn is dropped unseen.
//   - The callers' contexts play no part in a batch, so that one cannot hurt the others.
//
// Not promised: a caller who leaves does not know whether its request was carried out.
package coalesce
