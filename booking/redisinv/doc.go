// Package redisinv keeps the inventory of open seats in Redis: it decides fast who gets which seat, with one
// Lua script per step. It can be lost and rebuilt from the ledger at any time.
//
// Terms. The sign of an applicant is her person key: a claim (she is looking for a seat), a hold, or an
// appointment. The record of a hold is one field of the post's hash of holds. A seat is here from Publish (or
// Rebuild) until it is withdrawn, settled or acknowledged. The shard of a post is the server that keeps its
// keys; its clock judges every hold. The gate is the process's short memory of "sold out".
//
// Where things are, for a post c and an applicant a:
//
//	c:{c}:epoch        the epoch; without it Hold, Free, Publish and Withdraw answer CodeNoInventory
//	c:{c}:seats        hash: seat → S|group|start|minutes, or E|… when its hold has ended
//	c:{c}:free:<group> sorted set of free seats by start
//	c:{c}:holds        hash: hold → record, until settled or acknowledged
//	c:{c}:expiries     sorted set of held holds by expiry (ms)
//	c:{c}:confirming   sorted set of pinned holds by the time of the pin (ms)
//	c:{c}:ended        sorted set of ended holds by the time of their end (ms), until the ledger knows
//	p:{a}:<group>      the sign; p:{a}:<group>:n:<day> counts her holds of a UTC day, p:{a}:<group>:for:<day> names
//	                   those that she took for others
//
// Invariants (Inspect reads them, bookingtest.CheckInvariants checks them):
//   - a seat that is here is in exactly one place: free, in one live hold, or in one ended hold;
//   - a hold is in exactly one of expiries, confirming and ended, as its record's state says;
//   - a seat of an ended hold is never free again by itself;
//   - a hold takes at most one seat, however often it is asked for;
//   - an applicant has at most one live hold in a group. Two may exist only when a process dies between the
//     seat and the sign, or a shard is lost; then the ledger's claims decide;
//   - an unreachable Redis is CodeUnavailable, never CodeSoldOut.
//
// It does not promise that a hold survives the loss of a shard, nor fairness between processes: order of
// arrival holds within one process and post.
//
// Reading order: keys.go, record.go, script.go, inventory.go, batch.go, hold.go and claim.go, then a file per
// script; rebuild.go; inspect.go.
package redisinv
