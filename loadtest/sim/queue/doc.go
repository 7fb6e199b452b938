// Package queue is a post over many weekly waves: people come, the seats are given, losers wait with more tickets or
// give up, and a scalper's ring stays entered until it wins.
//
// # Terms
//
// A regime is a post and the rules by which it gives its seats. A cell is one regime that is studied: it settles, then
// its waves are counted in blocks, which are what intervals are made of. T is the number of losses after which an
// entry is guaranteed.
//
// # Invariants
//
// Every wave is a draw of package lot (or first come, first served, to compare). Losses, refusals and pauses count
// by the published rules, but where a row says that a rule is off.
//
// # Reading order
//
// queue.go and tally.go (one wave), cell.go, patience.go, guarantee.go, waiting.go, study.go.
package queue
