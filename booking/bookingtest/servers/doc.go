// Package servers gives tests real servers: PostgreSQL, Redis, a Redis Cluster, and miniredis beside them.
//
// Terms. An engine is one of the two things that speak Redis here: miniredis in this process, or a redis-server of its own. A template is a
// database that a package's migrations filled once; every test gets a fresh copy of it.
//
// Invariants.
//   - Every server is a child of the test binary, on loopback or a private socket, with a random port and a temporary folder; it ends with the test
//     binary, kill -9 included, and what a killed one left on disk is removed by the next run.
//   - Only processes started here are signalled.
//   - A missing program fails the test with a line that says what to do; nothing is skipped.
//
// Layout. The code that starts child processes and PostgreSQL clusters is in the sub-packages child and pgcluster, which import no testing code:
// the demo's embedded PostgreSQL (cmd/chesna/internal/app/embedded) uses the same ones, as its internal folder keeps tests of other rooms from
// importing it. This package adds what only tests want. It does not speak for production: nothing but tests may import it.
//
// Use. One PostgreSQL per test binary, shared by its tests and stopped by [Main]:
//
//	func TestMain(m *testing.M) { servers.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		dsn := servers.Database(t, migrate) // a fresh, migrated database; migrate is a func(dsn string) error
//		servers.Engines(t, func(t *testing.T, e servers.Engine) { … e.Client … })
//	}
//
// Reading order: main.go, postgres.go, redis.go, engines.go, cluster.go.
package servers
