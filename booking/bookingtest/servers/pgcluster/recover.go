package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// stopOldServer ends a server that still runs on our data although its parent is gone: we hold the lock, so nobody else can own it.
func (c *Cluster) stopOldServer(ctx context.Context) error {
	pid, _ := readPIDFile(c.data)
	if pid <= 0 {
		return nil
	}
	old, err := os.FindProcess(pid) // a handle: the number cannot pass to another process between the look and the signal
	if err != nil || !alive(old) {
		return nil // PostgreSQL itself tidies up after a dead one
	}
	defer old.Release()
	if !isServerOf(pid, c.data) {
		// The number belongs to a stranger now. PostgreSQL would take him for its server and refuse to start.
		if err := os.Remove(filepath.Join(c.data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the stale postmaster.pid: %w", err)
		}
		return nil
	}
	c.config.Logger.Warn("stopping a PostgreSQL server that its parent left behind", "pid", pid)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := old.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the old PostgreSQL server %d: %w", pid, err)
		}
		if gone, err := c.awaitGone(ctx, old, pid); gone || err != nil {
			return err
		}
	}
	return fmt.Errorf("the old PostgreSQL server %d does not end", pid)
}

func (c *Cluster) awaitGone(ctx context.Context, old *os.Process, pid int) (bool, error) {
	for range int(stopPatience / readyPoll) {
		if !alive(old) || !isServerOf(pid, c.data) { // an ended process that nobody waits for still takes signals, but has no program
			return true, nil
		}
		if err := pause(ctx, readyPoll); err != nil {
			return false, fmt.Errorf("wait for the old PostgreSQL server: %w", err)
		}
	}
	return false, nil
}

// alive is true also for a process of another account (EPERM).
func alive(p *os.Process) bool {
	err := p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, fs.ErrPermission)
}

// isServerOf looks at the program and the working folder of a process; PostgreSQL's main process works in its data folder.
func isServerOf(pid int, data string) bool {
	folder := filepath.Join("/proc", itoa(pid))
	program, err := os.Readlink(filepath.Join(folder, "exe"))
	if err != nil {
		return false
	}
	cwd, err := os.Readlink(filepath.Join(folder, "cwd"))
	return err == nil && cwd == data && filepath.Base(strings.TrimSuffix(program, " (deleted)")) == "postgres"
}
