// Package redisstate keeps in Redis what identity needs for minutes or hours: sign-in challenges, sessions,
// e-mail codes and the counters of per-person limits.
//
// Terms. A script is one Lua file in lua/, run by its hash; each touches keys of one hash slot only, so the same
// code runs on a single Redis, on Sentinel and on Cluster. Keys come from keys.go alone.
//
// Invariants.
//   - Whatever must happen once (answering a challenge, moving a session, taking a code, counting an event)
//     happens inside one script or one command.
//   - Every key has a time to live. Losing all of them signs everybody out and forgets limits, and nothing else.
//   - A Redis that cannot be reached is CodeUnavailable, never "signed out" and never "allowed".
//   - Values hold no readable personal data: MACs, sealed addresses, pseudonyms.
//
// Reading order: keys.go, store.go, script.go, challenges.go, sessions.go, emailcodes.go, limiter.go.
package redisstate
