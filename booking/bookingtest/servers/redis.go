package servers

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest/servers/child"
)

const (
	redisPatience = 10 * time.Second
	redisPoll     = 5 * time.Millisecond
	portAttempts  = 10
	// The random ports lie below Linux's range for outgoing connections, so that none of those takes one in the meantime, and leave room for the
	// cluster's second port (port + 10000).
	firstPort, lastPort = 11000, 21999
)

// RedisOption changes how a redis-server is started.
type RedisOption func(*RedisServer)

// WithAppendOnly keeps every write on disk (appendfsync always), so that data survive Kill9 and Restart. Without it a restarted server is empty,
// which is what tests of a lost Redis want.
func WithAppendOnly() RedisOption { return func(s *RedisServer) { s.appendOnly = true } }

// RedisServer is one redis-server process of one test.
type RedisServer struct {
	t          testing.TB
	program    string
	folder     string
	port       int
	appendOnly bool
	cluster    bool
	process    *child.Process
}

// Redis starts a redis-server (some 20 ms) on a random loopback port and stops it after the test.
func Redis(t testing.TB, options ...RedisOption) *RedisServer {
	t.Helper()
	s := &RedisServer{t: t, program: redisProgram(t, "redis-server"), folder: t.TempDir()}
	for _, option := range options {
		option(s)
	}
	var err error
	for range portAttempts {
		s.port = firstPort + rand.IntN(lastPort-firstPort)
		if err = s.start(); err == nil {
			t.Cleanup(s.Kill9)
			return s
		}
	}
	t.Fatalf("start redis-server: %v", err)
	return nil
}

// redisProgram fails the test when Redis is not installed.
func redisProgram(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("no %s on this machine, and these tests run on a real one: run `make deps`", name)
	}
	return path
}

func (s *RedisServer) start() error {
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if s.process, err = child.Start(child.Spec{Path: s.program, Args: s.args(), Dir: s.folder, Log: log}); err != nil {
		return err
	}
	if err := s.awaitReady(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return errors.Join(fmt.Errorf("%w: %s", err, lastLine(string(text))), s.process.Kill())
	}
	return nil
}

func (s *RedisServer) args() []string {
	args := []string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.folder, "--save", "", "--daemonize", "no",
		"--appendonly", map[bool]string{true: "yes", false: "no"}[s.appendOnly], "--appendfsync", "always",
	}
	if s.cluster {
		args = append(args, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-config-file", "nodes.conf")
	}
	return args
}

// awaitReady asks until the server says PONG; while it loads its data it says LOADING. The pid in INFO tells our server from a stranger on the port.
func (s *RedisServer) awaitReady() error {
	deadline := time.NewTimer(redisPatience)
	defer deadline.Stop()
	ticker := time.NewTicker(redisPoll)
	defer ticker.Stop()
	for {
		if pid := askPID(s.Addr()); pid == s.process.PID() {
			return nil
		} else if pid != 0 {
			return fmt.Errorf("port %d belongs to another Redis", s.port)
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("redis-server ended while starting: %w", cmp.Or(s.process.Err(), errors.New("exit code 0")))
		case <-deadline.C:
			return errors.New("redis-server is not ready in time")
		case <-ticker.C:
		}
	}
}

// askPID returns zero until the server answers commands.
func askPID(addr string) int {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return 0
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return 0
	}
	if _, err := conn.Write([]byte("PING\r\nINFO server\r\nQUIT\r\n")); err != nil {
		return 0
	}
	lines := bufio.NewScanner(conn)
	if !lines.Scan() || lines.Text() != "+PONG" {
		return 0
	}
	for lines.Scan() {
		if number, ok := strings.CutPrefix(lines.Text(), "process_id:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(number))
			return pid
		}
	}
	return 0
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// Addr is host:port; it stays the same over Kill9 and Restart.
func (s *RedisServer) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is the address in the form of REDIS_URL.
func (s *RedisServer) URL() string { return "redis://" + s.Addr() + "/0" }

// PID is the number of the process.
func (s *RedisServer) PID() int { return s.process.PID() }

// Client returns a new client of this server, closed after the test.
func (s *RedisServer) Client() *redis.Client { return newClient(s.t, s.Addr()) }

func newClient(t testing.TB, addr string) *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// Kill9 ends the server as a crash does; on an ended one it does nothing.
func (s *RedisServer) Kill9() {
	s.t.Helper()
	if err := s.process.Kill(); err != nil {
		s.t.Fatalf("kill redis-server: %v", err)
	}
}

// Restart starts the server again on the same port and folder, after Kill9 or instead of a running one.
func (s *RedisServer) Restart() {
	s.t.Helper()
	if err := s.process.Stop(context.Background(), redisPatience, syscall.SIGTERM); err != nil {
		s.t.Fatalf("stop redis-server: %v", err)
	}
	if err := s.start(); err != nil {
		s.t.Fatalf("start redis-server again: %v", err)
	}
}

// Pause stops the server's clock and answers (SIGSTOP) until Resume: a Redis that hangs rather than one that is gone.
func (s *RedisServer) Pause() {
	s.t.Helper()
	if err := s.process.Signal(syscall.SIGSTOP); err != nil {
		s.t.Fatalf("pause redis-server: %v", err)
	}
}

// Resume lets a paused server go on.
func (s *RedisServer) Resume() {
	s.t.Helper()
	if err := s.process.Signal(syscall.SIGCONT); err != nil {
		s.t.Fatalf("resume redis-server: %v", err)
	}
}

// Miniredis serves an in-process miniredis on a random loopback port until the test ends. Its keys expire only by FastForward.
func Miniredis(t testing.TB) *miniredis.Miniredis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatalf("start miniredis: %v", err)
	}
	t.Cleanup(m.Close)
	return m
}
