// Package embedded runs the demo's two servers without anything to set up: a private PostgreSQL as a child process and miniredis in this process.
//
// Terms. A private cluster is a PostgreSQL data folder that only this program uses. miniredis is a Redis written in Go; it is served on loopback so
// that the same client talks to it as to a real one.
//
// Invariants.
//   - Data of PostgreSQL survive a restart, the parent's kill -9 included; those of miniredis never do: the inventory is rebuilt from the ledger.
//   - Both listen on loopback only, on ports chosen at start; PostgreSQL asks for a password.
//   - miniredis does not let time pass by itself: a ticker drives the keys' times to live, so they expire up to one tick late.
//   - Both are services with Start and Stop; after Stop no goroutine and no process is left.
//
// What they do not promise: miniredis enforces no hash slots, keeps nothing on disk and is an order of magnitude slower than Redis; one machine's
// PostgreSQL has no replica. For a real service use `chesna serve` with REDIS_URL and DATABASE_URL.
//
// The work of running a cluster is in booking/bookingtest/servers/pgcluster, which the tests of all rooms share.
package embedded
