// Package wave gives scarce seats by lot: it makes waves out of published weeks, takes entries, closes, has the draw
// computed, offers what was drawn, and sends what comes back to a later draw.
//
// # Terms
//
// A wave is the seats that one post offers for one service group in one draw; its identifier is the drawID of the
// draw. Waves of one post, group and ISO week are a family: one main wave, then standby waves with the seats that
// came back. A window is one or more half-days of the week with a number that is the same in the whole family. An
// entry is a person, or a declarer with a family, who accepts some windows. An offer is what an entry won: seats that
// she signs for before a deadline. Standing is what lost draws are worth: weight and guarantee.
//
// # Parts
//
// [Office] holds what citizens and the public do: enter, leave, sign, decline, look. [Scheduler] holds what time does:
// announce, close, stand, draw, expire, pass on. Both stand on a [Ledger] (PostgreSQL), which decides last, and ask
// an [Authority] (the identity authority, in another house) for pseudonyms, a [Beacon] for randomness, a [Log] for
// proofs, and identity for who signed what.
//
// # Invariants
//
//   - When somebody entered has no effect on anything.
//   - An applicant has at most one live entry in a service group, over all posts and pools, and a live entry or an
//     open offer bars her from holds in the group.
//   - What is drawn depends on published files and a beacon round that was unknown when they were frozen; nothing
//     here chooses a person for a seat.
//   - A seat that came back is given by a later draw of its family only; what that leaves over opens at a drawn time.
//   - Every step is a state of the wave in the ledger: done twice, late, or by two processes at once, it has one effect.
//
// # Not here
//
// Same-day draws among those present: a returned seat that starts too soon for a standby wave (its entry, its round, the
// time to sign and the margin must fit before the start) stays returned and is given to nobody. The kiosk and today pools
// have no draws of their own: their seats flow on to the standby waves of their week while there is time for one.
//
// # Reading order
//
// wave.go, entry.go, offer.go, standing.go; ledger.go and ports.go; policy.go; then the use cases. Of the scheduler:
// scheduler.go, plan.go with windows.go and target.go, close.go, stand.go, run.go, standby.go, channels.go.
// docs/DRAW-FILES.md has the formats.
package wave
