package pgcluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"chesna/booking/bookingtest/servers/child"
)

const (
	readyPoll     = 10 * time.Millisecond // how often a file of the server is looked at while waiting for it
	stopPatience  = 10 * time.Second      // for each signal
	startAttempts = 5
)

// Cluster is one private PostgreSQL server. Its methods may be called from several goroutines; starting and stopping exclude each other.
type Cluster struct {
	config Config

	mu       sync.Mutex
	lock     *os.File
	keeper   *child.User
	data     string
	sockets  string
	port     int
	password string
	server   *child.Process
}

// New checks the configuration; it touches nothing yet.
func New(config Config) (*Cluster, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Cluster{config: config}, nil
}

// Start makes the cluster when there is none, stops an old server that a dead parent left behind, starts the server and returns when it takes
// connections. Starting a running server does nothing. After Stop or Kill the same addresses are used again (the port, unless it is taken).
func (c *Cluster) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.startTimeout())
	defer cancel()
	if err := c.prepare(ctx); err != nil {
		return errors.Join(err, c.release())
	}
	if err := c.stopOldServer(ctx); err != nil {
		return errors.Join(err, c.release())
	}
	if err := c.launch(ctx); err != nil {
		return errors.Join(err, c.release())
	}
	return nil
}

func (c *Cluster) running() bool {
	if c.server == nil {
		return false
	}
	select {
	case <-c.server.Done():
		return false
	default:
		return true
	}
}

// launch starts the server, again with another port when somebody took the one that was free, and again when a killed server's last
// processes still hold its shared memory.
func (c *Cluster) launch(ctx context.Context) error {
	var last error
	for range startAttempts {
		if err := c.choosePort(); err != nil {
			return err
		}
		if last = c.launchOnce(ctx); last == nil {
			return nil
		}
		switch reason := last.Error(); {
		case strings.Contains(reason, "could not create any TCP/IP sockets"):
			c.port = 0
		case strings.Contains(reason, "shared memory block") || strings.Contains(reason, "the database system is"):
			if err := pause(ctx, 20*readyPoll); err != nil {
				return errors.Join(last, err)
			}
		default:
			return last
		}
	}
	return last
}

func (c *Cluster) launchOnce(ctx context.Context) error {
	log, err := os.OpenFile(c.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the PostgreSQL log: %w", err)
	}
	defer log.Close()
	args := []string{"-D", c.data}
	settings := c.config.settings(c.port, c.sockets)
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		args = append(args, "-c", name+"="+settings[name])
	}
	deathSignal := syscall.SIGINT // a fast, clean shutdown
	if c.config.Volatile {
		deathSignal = syscall.SIGQUIT
	}
	server, err := child.Start(child.Spec{
		Path: c.config.Binaries.Postgres, Args: args, Dir: c.data, Env: environment(), User: c.keeper, Log: log, DeathSignal: deathSignal,
	})
	if err != nil {
		return err
	}
	if err := c.awaitReady(ctx, server); err != nil {
		return errors.Join(err, server.Stop(ctx, stopPatience, syscall.SIGQUIT))
	}
	c.server = server
	return nil
}

// awaitReady watches postmaster.pid, as pg_ctl does: its first line is the server's number, its eighth its state.
func (c *Cluster) awaitReady(ctx context.Context, server *child.Process) error {
	ticker := time.NewTicker(readyPoll)
	defer ticker.Stop()
	for {
		if pid, state := readPIDFile(c.data); pid == server.PID() && state == "ready" {
			return nil
		}
		select {
		case <-server.Done():
			return fmt.Errorf("PostgreSQL ended while starting (%w): %s", cmp.Or(server.Err(), errors.New("exit code 0")), c.logTail())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL is not ready in time (%w): %s", ctx.Err(), c.logTail())
		case <-ticker.C:
		}
	}
}

// readPIDFile returns zero when there is none, or none that can be read as one.
func readPIDFile(data string) (pid int, state string) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n")
	if pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil {
		return 0, ""
	}
	if len(lines) > 7 {
		state = strings.TrimSpace(lines[7])
	}
	return pid, state
}

// Stop ends the server cleanly (open transactions are rolled back) and harder when it does not end in time. The cluster can be started again.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stop(ctx)
}

func (c *Cluster) stop(ctx context.Context) error {
	if c.server == nil {
		return nil
	}
	err := c.server.Stop(ctx, stopPatience, syscall.SIGINT, syscall.SIGQUIT)
	c.server = nil
	return err
}

// Kill ends the server as a crash would: SIGKILL to the main process, whose own children notice and end by themselves.
func (c *Cluster) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return nil
	}
	err := c.server.Kill()
	c.server = nil
	return err
}

// Close stops the server and gives up the lock and the socket folder. The data stay.
func (c *Cluster) Close(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.stop(ctx), c.release())
}

// PID is the number of the server's main process, zero when it does not run.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running() {
		return 0
	}
	return c.server.PID()
}

// Done is closed when the server that runs now has ended, for whatever reason; nil when none was started.
func (c *Cluster) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return nil
	}
	return c.server.Done()
}

// DSN is the address of a database over the socket, for [Superuser]. It holds the password, if there is one: do not log it.
func (c *Cluster) DSN(database string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	query := url.Values{"host": {c.sockets}, "port": {itoa(c.port)}, "sslmode": {"disable"}}
	return c.dsn("", database, query)
}

// LoopbackDSN is the same over 127.0.0.1; empty for a cluster without a password, which has no such listener.
func (c *Cluster) LoopbackDSN(database string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.config.Password {
		return ""
	}
	return c.dsn(net.JoinHostPort("127.0.0.1", itoa(c.port)), database, url.Values{"sslmode": {"disable"}})
}

func (c *Cluster) dsn(host, database string, query url.Values) string {
	u := url.URL{Scheme: "postgres", Host: host, Path: "/" + database, RawQuery: query.Encode()}
	u.User = url.User(Superuser)
	if c.config.Password {
		u.User = url.UserPassword(Superuser, c.password)
	}
	return u.String()
}

// choosePort keeps the port of an earlier start; without a TCP listener the number only names the socket.
func (c *Cluster) choosePort() error {
	switch {
	case c.port != 0:
		return nil
	case !c.config.Password:
		c.port = 5432
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a free port: %w", err)
	}
	if addr, ok := l.Addr().(*net.TCPAddr); ok {
		c.port = addr.Port
	}
	return l.Close()
}
