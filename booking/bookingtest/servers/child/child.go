package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Spec says which program to run and how.
type Spec struct {
	// Path is the program's file; it is not looked up in PATH.
	Path string
	// Args are the arguments after the program's name.
	Args []string
	// Dir is the working folder of the child; empty means the parent's.
	Dir string
	// Env replaces the environment when it is not nil.
	Env []string
	// User, when not nil, is the account the child runs as; only root may set it.
	User *User
	// Log receives standard output and standard error; nil discards both. The caller closes it, at any time after Start.
	Log *os.File
	// DeathSignal is sent by the kernel when the parent is gone; zero means SIGKILL.
	DeathSignal syscall.Signal
}

// User is a numeric account of the operating system.
type User struct{ UID, GID uint32 }

// Process is one running (or ended) child. Its methods may be called from several goroutines.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // set before done is closed
}

// Start runs the program and returns once it has been executed (which says nothing about its readiness).
// The error is that of the operating system: a missing file, no permission, an unreachable Dir.
func Start(spec Spec) (*Process, error) {
	if spec.DeathSignal == 0 {
		spec.DeathSignal = syscall.SIGKILL
	}
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Dir, cmd.Env = spec.Dir, spec.Env
	if spec.Log != nil {
		cmd.Stdout, cmd.Stderr = spec.Log, spec.Log
	}
	cmd.SysProcAttr = attributes(spec)
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	return p, nil
}

// run creates the child and waits for it on one locked OS thread: the death signal belongs to the thread, and an unlocked one may end any time.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.cmd.Wait()
	close(p.done)
}

// PID is the number of the child; after its end the number may belong to somebody else.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended and been waited for.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the child ended: nil for exit code 0 and while it still runs.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Signal sends a signal; to a child that has ended it does nothing.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal child %d: %w", p.PID(), err)
	}
	return nil
}

// Kill ends the child at once (SIGKILL) and waits until it is gone.
func (p *Process) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

// leastPatience is what a child gets to end by itself even when nobody wants to wait: enough for a server that is well.
const leastPatience = 500 * time.Millisecond

// Stop sends the signals one after another, each followed by at most patience, until the child has ended; then SIGKILL. An ended context shortens
// the patience to half a second: a program that is told to stop often passes the context that told it so. It returns an error only when a signal
// could not be sent: how the child ended is in Err.
func (p *Process) Stop(ctx context.Context, patience time.Duration, signals ...syscall.Signal) error {
	for _, sig := range signals {
		if err := p.Signal(sig); err != nil {
			return err
		}
		if p.endsWithin(ctx, patience) {
			return nil
		}
	}
	return p.Kill()
}

func (p *Process) endsWithin(ctx context.Context, patience time.Duration) bool {
	long, short := time.NewTimer(patience), time.NewTimer(min(patience, leastPatience))
	defer long.Stop()
	defer short.Stop()
	select {
	case <-p.done:
		return true
	case <-long.C:
		return false
	case <-short.C:
	}
	select {
	case <-p.done:
		return true
	case <-long.C:
	case <-ctx.Done():
	}
	return false
}
