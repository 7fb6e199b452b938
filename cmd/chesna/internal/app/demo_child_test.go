package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chesna/configs"
)

// demoChild runs the demo as `chesna demo` does, until it is killed.
func demoChild(dir string) error {
	c, err := configs.Load(configs.Options{})
	if err != nil {
		return err
	}
	c = c.ForDemo()
	c.Server.Addr, c.Demo.Weeks = "127.0.0.1:0", firstWeeks
	a, err := Start(context.Background(), Options{Config: c, Logger: slog.New(slog.DiscardHandler), Demo: true, DataDir: dir})
	if err != nil {
		return err
	}
	fmt.Println(a.URL())
	return a.Run(context.Background())
}

// demoProcess is a demo in a process of its own.
type demoProcess struct {
	cmd      *exec.Cmd
	url      string
	postgres int
}

// startDemoProcess returns when the demo serves.
func startDemoProcess(t *testing.T, dir string) demoProcess {
	t.Helper()
	order, err := json.Marshal(childOrder{Demo: dir})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(order))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	first := make([]byte, 100)
	n, err := io.ReadAtLeast(out, first, len("http://127.0.0.1:1\n"))
	if err != nil {
		_ = cmd.Wait()
		t.Fatalf("the demo did not start: %v %s", err, complaints.String())
	}
	note, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(strings.Split(string(note), "\n")[0]))
	if err != nil {
		t.Fatal(err)
	}
	return demoProcess{cmd, strings.TrimSpace(string(first[:n])), pid}
}

// kill9 ends the process as a crash does.
func (p demoProcess) kill9(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// lives tells whether a process runs: not gone, and not a zombie that nobody waits for.
func lives(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return len(rest) > 0 && rest[0] != 'Z' && rest[0] != 'X'
}

// TestDemosAreKilled runs two demos side by side and kills both: no PostgreSQL is left behind, and a new start on
// the same folder has everything that was confirmed.
func TestDemosAreKilled(t *testing.T) {
	t.Parallel()
	one, two := dataFolder(t), dataFolder(t)
	first, second := startDemoProcess(t, one), startDemoProcess(t, two)
	if first.url == second.url || !lives(first.postgres) || !lives(second.postgres) {
		t.Fatalf("not side by side: %+v, %+v", first, second)
	}
	post := stranger(t, first.url).openPosts()[0]
	booked := signedIn(t, first.url, demoTrust(one), "olena").book(post, "passport-adult")
	signedIn(t, second.url, demoTrust(two), "olena").book(post, "passport-adult")
	first.kill9(t)
	second.kill9(t)
	eventually(t, "both PostgreSQL end with their demos", func() bool { return !lives(first.postgres) && !lives(second.postgres) })

	again := startDemoProcess(t, one)
	olena := signedIn(t, again.url, demoTrust(one), "olena")
	if got := olena.call("GET", "/appointments/"+booked.text("id"), nil).want(200, ""); got.text("state") != "booked" {
		t.Errorf("after kill -9: %s", got.body)
	}
	olena.holdAt(post, "passport-adult").want(409, "already-booked")
	signedIn(t, again.url, demoTrust(one), "petro").book(post, "passport-adult")
	again.kill9(t)
	eventually(t, "PostgreSQL ends with its demo", func() bool { return !lives(again.postgres) })
}
