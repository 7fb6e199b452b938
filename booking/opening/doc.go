// Package opening lets a crowd in without a race: seats that open all at once are booked in turns.
//
// # Terms
//
// An opening is the open seats of one post and service group that become bookable at one instant. Its lobby is the span
// before that instant, gathering the span from there on for some minutes; whoever arrives in either belongs to the crowd.
// A ticket stands for one person in one opening. A place is a number in the waiting order. A turn is the time in which a
// called person may hold seats of the post's group.
//
// # Invariants
//
//   - When somebody of the crowd arrived, and how often, has no effect on her place: it follows from her ticket and a beacon
//     round that is named before the lobby opens and is published after gathering has ended.
//   - Whoever comes later stands behind, in the order of coming.
//   - One person has one place; arriving again gives it again. Only after a turn that is over she may stand at the end again.
//   - While an opening runs, nobody but the called can hold seats of the post's group at once.
//   - Places are called in their order, not faster than the pace, and never more than there are free seats for (a person who
//     is called may find the times that she wanted gone, and a seat let go is not free again).
//   - Every step is a state of the opening in the ledger: done twice, late, or by two processes, it has one effect.
//   - The published order can be computed again from itself by anyone: see [Verify].
//
// Not promised: the tickets are closed by the clock of the database, not by a signed log; a silent beacon delays the order
// without limit, and an opening without an order ends only with its seats.
//
// # Reading order
//
// opening.go (things), order.go and file.go (who stands where, and the proof), pace.go (how fast), ports.go, office.go
// (arriving, looking, the turnstile), ticker.go (what time does).
package opening
