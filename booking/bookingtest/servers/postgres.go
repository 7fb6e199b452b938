package servers

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"chesna/booking/bookingtest/servers/pgcluster"
)

// adminDatabase exists in every cluster.
const adminDatabase = "postgres"

type template struct {
	once sync.Once
	name string
	err  error
}

// Postgres returns the address of a fresh, empty database on this test binary's PostgreSQL; it is dropped after the test. The role is a superuser.
// The server runs with fsync off; for crash tests use [NewPostgres].
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	return Database(t, nil)
}

// Database returns the address of a fresh database that migrate has filled. migrate runs once per test binary, on a template database; every call
// gets a copy (some 20 ms). Templates are told apart by the function itself, so pass a named function, not a closure over changing values.
// It must close every connection it opened.
func Database(t testing.TB, migrate func(dsn string) error) (dsn string) {
	t.Helper()
	shared.mu.Lock()
	err := shared.start()
	if err != nil {
		shared.mu.Unlock()
		t.Fatalf("a PostgreSQL for this test: %v", err)
	}
	cluster := shared.cluster
	source := shared.template(migrate)
	shared.count++
	name := fmt.Sprintf("test_%d", shared.count)
	shared.mu.Unlock()

	source.once.Do(func() { source.err = source.fill(cluster, migrate) })
	if source.err != nil {
		t.Fatalf("migrate the template database: %v", source.err)
	}
	if err := admin(cluster, "CREATE DATABASE "+name+" TEMPLATE "+source.name); err != nil {
		t.Fatalf("make a database for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(cluster, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return cluster.DSN(name)
}

// template is called with s.mu held.
func (s *sharedPostgres) template(migrate func(string) error) *template {
	if migrate == nil {
		empty := &template{name: "template0"}
		empty.once.Do(func() {})
		return empty
	}
	key := reflect.ValueOf(migrate).Pointer()
	if s.templates[key] == nil {
		s.templates[key] = &template{name: fmt.Sprintf("template_%d", len(s.templates)+2)} // template0 and template1 are PostgreSQL's
	}
	return s.templates[key]
}

func (tp *template) fill(cluster *pgcluster.Cluster, migrate func(string) error) error {
	if err := admin(cluster, "CREATE DATABASE "+tp.name+" TEMPLATE template0"); err != nil {
		return err
	}
	if err := migrate(cluster.DSN(tp.name)); err != nil {
		return err
	}
	// Nobody may be connected to a template while it is copied; a forgotten connection shows itself here rather than as a random failure later.
	return admin(cluster, "ALTER DATABASE "+tp.name+" ALLOW_CONNECTIONS false")
}

// admin runs one statement on a connection of its own, so that nothing stays open between tests.
func admin(cluster *pgcluster.Cluster, statement string) (err error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, cluster.DSN(adminDatabase))
	if err != nil {
		return fmt.Errorf("connect to the test PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// PostgresServer is a PostgreSQL of one test's own, for tests that kill it.
type PostgresServer struct {
	t       testing.TB
	cluster *pgcluster.Cluster
}

// NewPostgres starts a server of its own (about half a second) and stops it after the test.
func NewPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	removeStaleFolders()
	home, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := startCluster(home.path)
	if err != nil {
		home.remove()
		t.Fatalf("a PostgreSQL for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(context.Background()); err != nil {
			t.Errorf("stop PostgreSQL: %v", err)
		}
		home.remove()
	})
	return &PostgresServer{t: t, cluster: cluster}
}

// DSN is the address of the server's own database; it stays the same over Kill9 and Restart.
func (s *PostgresServer) DSN() string { return s.cluster.DSN(adminDatabase) }

// PID is the number of the main process, zero after Kill9.
func (s *PostgresServer) PID() int { return s.cluster.PID() }

// Kill9 ends the server as a crash does. What was committed is there again after Restart.
func (s *PostgresServer) Kill9() {
	s.t.Helper()
	if err := s.cluster.Kill(); err != nil {
		s.t.Fatalf("kill PostgreSQL: %v", err)
	}
}

// Restart starts the server again, after Kill9 or instead of a running one, and returns when it takes connections.
func (s *PostgresServer) Restart() {
	s.t.Helper()
	ctx := context.Background()
	if err := s.cluster.Stop(ctx); err != nil {
		s.t.Fatalf("stop PostgreSQL: %v", err)
	}
	if err := s.cluster.Start(ctx); err != nil {
		s.t.Fatalf("start PostgreSQL again: %v", err)
	}
}
