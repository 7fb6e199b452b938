package servers_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest/servers"
)

func TestMain(m *testing.M) { servers.Main(m) }

func migrate(dsn string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `CREATE EXTENSION btree_gist; CREATE TABLE seat (id text PRIMARY KEY, span tstzrange, EXCLUDE USING gist (id WITH =, span WITH &&))`)
	return err
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM seat").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabasesAreMigratedAndApart(t *testing.T) {
	for range 3 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			conn := connect(t, servers.Database(t, migrate))
			if n := count(t, conn); n != 0 {
				t.Fatalf("a fresh database has %d rows", n)
			}
			exec(t, conn, "INSERT INTO seat VALUES ('a', NULL)")
		})
	}
}

func TestEmptyDatabaseKnowsUkrainianLetters(t *testing.T) {
	conn := connect(t, servers.Postgres(t))
	var upper string
	if err := conn.QueryRow(t.Context(), "SELECT upper('їжак')").Scan(&upper); err != nil || upper != "ЇЖАК" {
		t.Fatalf("upper: %q, %v", upper, err)
	}
}

func TestFolderIsOpenAndRemoved(t *testing.T) {
	var path string
	t.Run("", func(t *testing.T) {
		path = servers.Folder(t)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it stays: %v", err)
	}
}

func TestPostgresSurvivesKill9(t *testing.T) {
	s := servers.NewPostgres(t)
	conn := connect(t, s.DSN())
	exec(t, conn, "CREATE TABLE seat (id text)")
	exec(t, conn, "INSERT INTO seat VALUES ('kept')")
	exec(t, conn, "BEGIN")
	exec(t, conn, "INSERT INTO seat VALUES ('not committed')")
	dsn := s.DSN()
	s.Kill9()
	if s.PID() != 0 {
		t.Fatal("still running")
	}
	s.Restart()
	if s.DSN() != dsn {
		t.Fatalf("the address moved from %s to %s", dsn, s.DSN())
	}
	if n := count(t, connect(t, s.DSN())); n != 1 {
		t.Fatalf("%d rows after the crash, want the committed one", n)
	}
	s.Restart() // of a running server
	if n := count(t, connect(t, s.DSN())); n != 1 {
		t.Fatalf("%d rows after the restart", n)
	}
}

func TestRedisKeepsOrLosesAcrossKill9(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []servers.RedisOption
		want    int64
	}{
		{"append-only", []servers.RedisOption{servers.WithAppendOnly()}, 1},
		{"memory", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := servers.Redis(t, c.options...)
			client := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1})
			defer client.Close()
			if err := client.Set(t.Context(), "seat", "taken", 0).Err(); err != nil {
				t.Fatal(err)
			}
			s.Kill9()
			if client.Ping(t.Context()).Err() == nil {
				t.Fatal("a killed server answers")
			}
			s.Restart()
			if n, err := client.Exists(t.Context(), "seat").Result(); err != nil || n != c.want {
				t.Fatalf("%d keys, %v; want %d", n, err, c.want)
			}
		})
	}
}

func TestEnginesExpireKeysOnAdvance(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		ctx := t.Context()
		if err := e.Client.Set(ctx, "hold", "1", 30*time.Millisecond).Err(); err != nil {
			t.Fatal(err)
		}
		e.Advance(30 * time.Millisecond)
		if err := e.Client.Get(ctx, "hold").Err(); err != redis.Nil { //nolint:errorlint // go-redis returns it bare
			t.Fatalf("%s: the key is still there: %v", e.Name, err)
		}
		before, err := e.Client.Time(ctx).Result()
		if err != nil {
			t.Fatal(err)
		}
		e.Advance(20 * time.Millisecond)
		after, err := e.Client.Time(ctx).Result()
		if err != nil || after.Sub(before) < 20*time.Millisecond {
			t.Fatalf("%s: TIME moved by %v, %v", e.Name, after.Sub(before), err)
		}
	})
}

func TestClusterRefusesKeysOfSeveralSlots(t *testing.T) {
	c := servers.RedisCluster(t)
	client := c.Client()
	ctx := t.Context()
	script := redis.NewScript(`redis.call('SET', KEYS[1], '1') redis.call('SET', KEYS[2], '1') return 1`)
	if err := script.Run(ctx, client, []string{"{paris}:a", "{paris}:b"}).Err(); err != nil {
		t.Fatalf("one hash tag: %v", err)
	}
	err := script.Run(ctx, client, []string{"{paris}:a", "{rome}:b"}).Err()
	if err == nil || !strings.Contains(err.Error(), "CROSSSLOT") && !strings.Contains(err.Error(), "same slot") {
		t.Fatalf("two hash tags: %v", err)
	}
}
