// Package jobs does the work that follows from what the ledger has recorded: River jobs written in the ledger's own
// transactions, and tickers that keep inventory and ledger in step.
//
// Terms. A job is a row that was committed together with the change it follows; it carries identifiers only. A tick
// is one run of a ticker; every tick is a method of Service, so that tests drive it in virtual time.
//
// What is done for whom:
//   - Sweep ends holds whose time is over and tells the ledger, which returns their seats, before the inventory
//     forgets them. A crash in between repeats the report; the ledger counts a hold once.
//   - Reopen opens returned seats in the ledger, then publishes them, and takes back what left again meanwhile. A
//     crash in between is mended by Repair.
//   - Reconcile asks the ledger about holds that have been confirming for long: settle, or abandon once their last
//     possible expiry has passed. An abandoned hold can no longer be confirmed, a confirmed one no longer returned:
//     the ledger lets a hold end once.
//   - Ensure rebuilds the inventory of a post that has lost its epoch; one process at a time.
//   - Repair makes the free seats those that the ledger calls open: it adds what is lost and withdraws what is not
//     open, or past. Lapse ends appointments without outcome; Tidy drops old keys.
//   - WaveTick has the scheduler of waves (booking/wave) do all that is due. Each step of a wave is also a job, written
//     with the announcement or the step before it and scheduled for the time it falls due; the tick is the sweep over
//     what such a job has missed: one that came early, was lost with its process, or was never written.
//   - Notices tell what became of an offer, and who got no seat in a draw; those go last, they can be many.
//
// Whatever adds open seats to a post's inventory or removes them takes turns (Serially): Ensure, Reopen, Repair, and
// publishing a week.
//
// Invariants.
//   - A job reads the state again and does what that state asks for; doing it twice, or late, does no harm. Nothing
//     relies on River's uniqueness.
//   - A tick may be missed, repeated or run by several processes at once.
//   - Nothing here decides who gets a seat.
//
// Not promised: a notice is sent at least once, so after a crash it may come twice.
//
// Reading order: outbox.go, workers.go, service.go, sweep.go, repair.go, waves.go.
package jobs
