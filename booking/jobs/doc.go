// Package jobs does the work that follows from what the ledger has recorded: River jobs written in the ledger's own
// transactions, and tickers that keep inventory and ledger in step.
//
// Terms. A job is a row that was committed together with the change it follows; it carries identifiers only. A tick
// is one run of a ticker; every tick is a method of Service, so that tests drive it in virtual time.
//
// Invariants.
//   - A job reads the state again and does what that state asks for; doing it twice, or late, does no harm. Nothing
//     relies on River's uniqueness.
//   - A tick may be missed, repeated or run by several processes at once.
//
// Reading order: outbox.go.
package jobs
