package pgcluster

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"chesna/booking/bookingtest/servers/child"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newCluster(t *testing.T, home string) *Cluster {
	t.Helper()
	binaries, err := FindBinaries()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Home: home, Binaries: binaries, Volatile: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func reachableHome(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "chesna-pgcluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	return home
}

func mustStart(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func mustClose(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestLeftBehindServerIsStopped runs a server on our data that the cluster does not know of, as a parent without a death signal leaves one.
func TestLeftBehindServerIsStopped(t *testing.T) {
	c := newCluster(t, reachableHome(t))
	mustStart(t, c)
	mustClose(t, c)
	left, err := child.Start(child.Spec{
		Path: c.config.Binaries.Postgres, Args: []string{"-D", c.data, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + c.data},
		Dir: c.data, User: c.keeper, Env: environment(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = left.Kill() })
	if err := c.awaitReady(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	mustStart(t, c)
	select {
	case <-left.Done():
	default:
		t.Error("the old server still runs")
	}
	if c.PID() == left.PID() || c.PID() == 0 {
		t.Errorf("the new server is %d, the old one was %d", c.PID(), left.PID())
	}
}

// TestNumberOfAStranger leaves a postmaster.pid whose number belongs to a living process of the same account that is no server.
func TestNumberOfAStranger(t *testing.T) {
	c := newCluster(t, reachableHome(t))
	mustStart(t, c)
	mustClose(t, c)
	stranger, err := child.Start(child.Spec{Path: "/bin/sleep", Args: []string{"300"}, User: c.keeper, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Kill() })
	note := filepath.Join(c.data, "postmaster.pid")
	if err := os.WriteFile(note, []byte(itoa(stranger.PID())+"\n"+c.data+"\n0\n5432\n\n\n\nready\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := give(c.keeper, note); err != nil {
		t.Fatal(err)
	}
	mustStart(t, c)
	select {
	case <-stranger.Done():
		t.Error("a stranger was killed")
	default:
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	home := reachableHome(t)
	half := filepath.Join(home, "data.new")
	if err := os.MkdirAll(filepath.Join(half, "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	mustStart(t, newCluster(t, home))
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half one stays: %v", err)
	}
}

func TestServerThatEndsIsSeen(t *testing.T) {
	c := newCluster(t, reachableHome(t))
	if c.Done() != nil || c.PID() != 0 {
		t.Error("a cluster that was never started has a server")
	}
	mustStart(t, c)
	pid := c.PID()
	mustStart(t, c)
	if c.PID() != pid {
		t.Error("starting a running cluster started another server")
	}
	done := c.Done()
	if err := c.server.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-done
	if c.PID() != 0 {
		t.Error("an ended server has a number")
	}
	mustStart(t, c)
}

func TestRefusals(t *testing.T) {
	if _, err := New(Config{Home: "relative"}); err == nil || strings.Count(err.Error(), "pgcluster:") != 3 {
		t.Errorf("all three faults should be told at once: %v", err)
	}
	home := reachableHome(t)
	if err := os.Mkdir(filepath.Join(home, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := newCluster(t, home).Start(t.Context()); err == nil || !strings.Contains(err.Error(), "not a PostgreSQL data folder") {
		t.Errorf("a foreign data folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newCluster(t, reachableHome(t)).Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	broken := newCluster(t, reachableHome(t))
	broken.config.Binaries.Initdb = "/bin/false"
	if err := broken.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "initdb: exit status 1") {
		t.Errorf("a broken initdb: %v", err)
	}
}

func TestFindBinaries(t *testing.T) {
	root := t.TempDir()
	program := func(path string) string {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	missing := func(string) (string, error) { return "", exec.ErrNotFound }
	if _, err := findBinaries(missing, root); !errors.Is(err, ErrNoBinaries) {
		t.Errorf("nothing installed: %v", err)
	}
	for _, v := range []string{"9.6", "15", "17"} {
		program(v + "/bin/postgres")
		program(v + "/bin/initdb")
	}
	program("18/bin/postgres") // without initdb
	if b, err := findBinaries(missing, root); err != nil || b.Postgres != filepath.Join(root, "17/bin/postgres") {
		t.Errorf("newest whole one: %+v, %v", b, err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(filepath.Join(root, "15/bin/postgres"), link); err != nil {
		t.Fatal(err)
	}
	b, err := findBinaries(func(string) (string, error) { return link, nil }, root)
	if err != nil || b.Initdb != filepath.Join(root, "15/bin/initdb") {
		t.Errorf("PATH goes first and links are followed: %+v, %v", b, err)
	}
}
