// Package booking is the core of Chesna: who gets which seat at a consulate, and what proves it.
//
// # Terms
//
// A seat is one counter for one span of time. A slot is a start time at a post for a service group and has
// one or more seats; a window is a half-day of slots. A hold keeps a seat for some minutes; an appointment
// is a hold that its owner has signed and the ledger has taken.
//
// # Parts
//
// [Office] holds the use cases. It stands on an [Inventory] (decides fast, can be lost) and a [Ledger]
// (decides last, cannot), and asks identity who signed what ([Acts], [People]). The package is pure: time
// and randomness are given to it, and it knows neither Redis nor SQL nor HTTP.
//
// # Invariants
//
//   - A seat is in exactly one [SeatState]; two appointments never have one seat.
//   - An applicant has at most one active appointment in a service group, over all posts.
//   - A seat that comes back (released, expired, cancelled) is never free at once: it is returned, and opens
//     again at a random moment ([Office.ReopenAt]).
//   - The text that is signed is composed from the hold alone: the same hold gives the same bytes.
//   - Nothing here holds personal data but the applicant's name inside a document.
//
// # Reading order
//
// seat.go, hold.go, appointment.go; inventory.go and ledger.go; then reserve.go, confirm.go, cancel.go,
// publish.go. docs/RESERVATION-CYCLE.md says what is recorded before what is done.
package booking
