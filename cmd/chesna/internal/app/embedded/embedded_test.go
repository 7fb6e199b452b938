package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"chesna/booking/bookingtest/servers/pgcluster"
	"chesna/cmd/chesna/internal/app/embedded"
)

// helperDir, when set, turns this test binary into a parent that starts PostgreSQL there and waits to be killed.
const helperDir = "CHESNA_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		os.Exit(helper(dir))
	}
	goleak.VerifyTestMain(m)
}

// helper prints the server's number and address, then waits for the end of its input, which never comes before it is killed.
func helper(dir string) int {
	p, err := embedded.NewPostgres(embedded.PostgresDeps{Dir: dir, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err == nil {
		err = p.Start(context.Background())
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println(p.PID(), p.DSN())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return 0
}

// folder is a place for a cluster that PostgreSQL's account can enter, which t.TempDir is not when the tests run as root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chesna-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}

func newPostgres(t *testing.T, dir string) *embedded.Postgres {
	t.Helper()
	p, err := embedded.NewPostgres(embedded.PostgresDeps{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func start(t *testing.T, dir string) *embedded.Postgres {
	t.Helper()
	p := newPostgres(t, dir)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *embedded.Postgres) {
	t.Helper()
	if err := p.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func query[T any](t *testing.T, dsn, sql string) (result T) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, sql).Scan(&result); err != nil {
		t.Fatal(err)
	}
	return result
}

const fill = "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1"

func write(t *testing.T, dsn string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, fill); err != nil {
		t.Fatal(err)
	}
}

func TestPostgresKeepsDataOverARestart(t *testing.T) {
	dir := folder(t)
	p := start(t, dir)
	write(t, p.DSN())
	pid := p.PID()
	stop(t, p)
	awaitGone(t, pid)
	p = start(t, dir)
	if n := query[int](t, p.LoopbackDSN(), "SELECT n FROM kept"); n != 42 {
		t.Fatalf("got %d", n)
	}
	if query[string](t, p.DSN(), "SHOW fsync") != "on" {
		t.Error("the demo's ledger must be durable")
	}
	if user := query[string](t, p.DSN(), "SELECT current_setting('data_directory')"); user == "" {
		t.Error("no data folder")
	}
}

func TestPostgresIsPrivate(t *testing.T) {
	dir := folder(t)
	p := start(t, dir)
	for _, dsn := range []string{p.DSN(), p.LoopbackDSN()} {
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(u.User.Username(), "wrong")
		if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
			_ = conn.Close(t.Context())
			t.Errorf("a wrong password opens %s", u.Redacted())
		}
	}
	if listen := query[string](t, p.DSN(), "SHOW listen_addresses"); listen != "127.0.0.1" {
		t.Errorf("listens on %s", listen)
	}
	u, _ := url.Parse(p.DSN())
	sockets := u.Query().Get("host")
	if len(sockets)+len("/.s.PGSQL.65535") > 107 {
		t.Errorf("the socket's path is too long: %s", sockets)
	}
	for path, want := range map[string]fs.FileMode{
		sockets: 0o700, filepath.Join(dir, "data"): 0o700, filepath.Join(dir, "password"): 0o600, filepath.Join(dir, "server.log"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
	if os.Geteuid() == 0 && ownerOf(t, p.PID()) == 0 {
		t.Error("the server runs as root")
	}
	stop(t, p)
	if _, err := os.Stat(sockets); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket folder stays: %v", err)
	}
}

func ownerOf(t *testing.T, pid int) uint32 {
	t.Helper()
	info, err := os.Stat("/proc/" + strconv.Itoa(pid))
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}

func TestPostgresLogsNoValues(t *testing.T) {
	dir := folder(t)
	p := start(t, dir)
	conn, err := pgx.Connect(t.Context(), p.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range []string{
		"CREATE TABLE person (name text PRIMARY KEY)", "INSERT INTO person VALUES ('Шевченко')", "INSERT INTO person VALUES ('Шевченко')",
		"SELECT 'Шевченко'::int",
	} {
		_, _ = conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	}
	log, err := os.ReadFile(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "Шевченко") || strings.Contains(string(log), "STATEMENT") {
		t.Errorf("the server's log tells row values:\n%s", log)
	}
}

func TestSecondParentIsRefused(t *testing.T) {
	dir := folder(t)
	first := start(t, dir)
	if err := newPostgres(t, dir).Start(t.Context()); !errors.Is(err, pgcluster.ErrInUse) {
		t.Fatalf("got %v", err)
	}
	if query[int](t, first.DSN(), "SELECT 1") != 1 {
		t.Error("the first one suffered")
	}
}

func TestPostgresUnderAClosedFolder(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "pg")
	t.Cleanup(func() {
		if target, err := os.Readlink(filepath.Join(dir, "data")); err == nil {
			_ = os.RemoveAll(target)
		}
	})
	p := start(t, dir)
	write(t, p.DSN())
	stop(t, p)
	if n := query[int](t, start(t, dir).DSN(), "SELECT n FROM kept"); n != 42 {
		t.Fatalf("got %d", n)
	}
}

// TestServerEndsWithAKilledParent kills a parent with SIGKILL, expects its server gone, and then starts on the same data.
func TestServerEndsWithAKilledParent(t *testing.T) {
	dir := folder(t)
	cmd, pid, dsn := startHelper(t, dir)
	write(t, dsn)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	awaitGone(t, pid)
	if n := query[int](t, start(t, dir).DSN(), "SELECT n FROM kept"); n != 42 {
		t.Fatalf("got %d", n)
	}
	u, _ := url.Parse(dsn)
	if _, err := os.Stat(u.Query().Get("host")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the killed parent's socket folder stays: %v", err)
	}
}

func startHelper(t *testing.T, dir string) (cmd *exec.Cmd, pid int, dsn string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if _, err := fmt.Fscan(out, &pid, &dsn); err != nil {
		t.Fatalf("the helper did not start: %v", err)
	}
	return cmd, pid, dsn
}

// awaitGone waits until a process has ended; one that only waits to be collected (state Z) has.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	deadline := time.After(15 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("process %d is still there", pid)
		}
	}
}

func TestRedisLetsTimePass(t *testing.T) {
	r := embedded.NewRedis()
	ctx := t.Context()
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if r.Start(ctx) == nil {
		t.Error("a second Start is accepted")
	}
	options, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries, options.DialerRetries = -1, 1
	client := redis.NewClient(options)
	defer client.Close()
	if err := errors.Join(client.Set(ctx, "short", "1", 100*time.Millisecond).Err(), client.Set(ctx, "long", "1", time.Hour).Err()); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(10 * embedded.Tick)
	for n := int64(1); n == 1; n = client.Exists(ctx, "short").Val() {
		select {
		case <-deadline:
			t.Fatal("the key never expires")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if ttl := client.TTL(ctx, "long").Val(); ttl > time.Hour-embedded.Tick || ttl < 50*time.Minute {
		t.Errorf("the long one has %v left", ttl)
	}
	for range 2 {
		if err := r.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if r.URL() != "" || client.Ping(ctx).Err() == nil {
		t.Error("it still answers")
	}
	if err := errors.Join(r.Start(ctx), r.Stop(ctx)); err != nil {
		t.Errorf("start again: %v", err)
	}
}
