// Package capacity turns a post's weekly schedule into bookable seats and
// says whether the week satisfies the law.
//
// It is pure: no clock, no storage, no network, nothing of ours imported.
// Every function is safe for concurrent use; none keeps its arguments.
//
// # Terms
//
//   - Week: what an officer publishes: counters with openings in the local wall
//     time of the post, closures, public holidays, the slot length of each
//     service group.
//   - Seat: one counter, one span of time. Its id is stable for ever:
//     consulate-counter-startUTC-minutes, e.g. waw-c1-20261207T0820Z-20.
//   - Slot: a start at a consulate for a service group; one or more seats.
//   - Window: a half-day (am: starts before 13:00 local, pm: from 13:00).
//   - Meter: the legal minimum: at least 20 hours open to choice in the
//     working week, or at least 4 hours on each working day.
//
// # Invariants
//
//   - Seats of one counter never overlap, neither in local nor in absolute time.
//   - Each seat lies within one opening, in local time, on one local day, and is
//     exactly as long as the slot of its service group.
//   - Wall times skipped by a clock change have no seats. Of wall times that
//     occur twice only the first occurrence has seats. A span that a clock
//     change would stretch or shrink has no seat.
//   - Expand is deterministic and its result is sorted by start, then counter.
//   - Minutes are counted as the union over counters: two counters open at the
//     same time are one minute a minute.
//
// # Reading order
//
// civil.go and isoweek.go (dates without zones), week.go (the schedule),
// validate.go, expand.go (schedule to seats), ids.go and window.go (names),
// diff.go (publishing again), meter.go and suggest.go.
package capacity
