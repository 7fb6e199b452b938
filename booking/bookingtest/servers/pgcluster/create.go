package pgcluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"chesna/booking/bookingtest/servers/child"
)

// socketName is the longest file name PostgreSQL puts into the socket folder.
const socketName = "/.s.PGSQL.65535"

// longestSocket is the longest path a unix socket can have.
const longestSocket = 107

// prepare brings the home to the state "data exist, sockets have a folder, the lock is ours".
func (c *Cluster) prepare(ctx context.Context) error {
	if c.lock != nil {
		return nil
	}
	if err := os.MkdirAll(c.config.Home, 0o755); err != nil {
		return fmt.Errorf("make the PostgreSQL folder: %w", err)
	}
	var err error
	if c.lock, err = lockFile(filepath.Join(c.config.Home, "lock")); err != nil {
		return err
	}
	link := filepath.Join(c.config.Home, "data")
	if c.keeper, err = chooseKeeper(link); err != nil {
		return err
	}
	if err := c.makeSockets(); err != nil {
		return err
	}
	exists, err := c.findData(link)
	if err != nil {
		return err
	}
	if err := c.loadPassword(exists); err != nil {
		return err
	}
	if exists {
		return nil
	}
	return c.create(ctx, link)
}

// release is the end of prepare's effects.
func (c *Cluster) release() error {
	var errs []error
	if c.sockets != "" {
		errs = append(errs, os.RemoveAll(c.sockets), os.Remove(c.socketNote()))
		c.sockets = ""
	}
	if c.lock != nil {
		errs = append(errs, c.lock.Close())
		c.lock = nil
	}
	return errors.Join(errs...)
}

// lockFile takes the lock of a home; the kernel frees it when this process ends, however it ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the PostgreSQL folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrInUse, filepath.Dir(path)), f.Close())
	}
	return f, nil
}

// ErrInUse says that another living process has the cluster of this home.
var ErrInUse = errors.New("another running Chesna uses this PostgreSQL folder; choose another data folder")

func (c *Cluster) socketNote() string { return filepath.Join(c.config.Home, "sockets") }

// makeSockets makes a short 0700 folder for the sockets, and removes the one a killed parent left behind.
func (c *Cluster) makeSockets() error {
	if old, err := os.ReadFile(c.socketNote()); err == nil && strings.HasPrefix(filepath.Base(string(old)), "chesna-") {
		if err := os.RemoveAll(string(old)); err != nil {
			return fmt.Errorf("remove the old socket folder: %w", err)
		}
	}
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		folder, err := os.MkdirTemp(parent, "chesna-")
		if err != nil {
			continue
		}
		if len(folder)+len(socketName) <= longestSocket && give(c.keeper, folder) == nil && reaches(c.keeper, c.config.Binaries.Postgres, folder) {
			c.sockets = folder
			return os.WriteFile(c.socketNote(), []byte(folder), 0o600)
		}
		if err := os.Remove(folder); err != nil {
			return fmt.Errorf("remove an unusable socket folder: %w", err)
		}
	}
	return errors.New("no short folder for PostgreSQL's socket that the server's account can reach (tried the temporary folder, /tmp, /var/tmp)")
}

// findData tells whether there is a cluster, and where.
func (c *Cluster) findData(link string) (bool, error) {
	data, err := filepath.EvalSymlinks(link)
	if errors.Is(err, fs.ErrNotExist) {
		if target, err := os.Readlink(link); err == nil {
			c.config.Logger.Warn("the linked PostgreSQL data are gone, starting with an empty cluster", "target", target)
			return false, os.Remove(link)
		}
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the PostgreSQL data: %w", err)
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		return false, fmt.Errorf("%s is not a PostgreSQL data folder: %w", data, err)
	}
	if !reaches(c.keeper, c.config.Binaries.Postgres, data) {
		return false, fmt.Errorf("the server's account cannot enter %s any more: open its parent folders to it or choose another data folder", data)
	}
	c.data = data
	return true, nil
}

// loadPassword reads the password of existing data, or makes one.
func (c *Cluster) loadPassword(exists bool) error {
	if !c.config.Password {
		return nil
	}
	path := filepath.Join(c.config.Home, "password")
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		c.password = strings.TrimSpace(string(text))
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the PostgreSQL password: %w", err)
	case exists:
		return fmt.Errorf("there are PostgreSQL data but no password for them: put back %s or remove the data folder", path)
	}
	c.password = rand.Text()
	return os.WriteFile(path, []byte(c.password+"\n"), 0o600)
}

// create runs initdb beside the final place and moves the finished result there, so that a killed initdb leaves no half cluster.
func (c *Cluster) create(ctx context.Context, link string) error {
	staging, elsewhere := link+".new", false
	if err := os.RemoveAll(staging); err != nil {
		return fmt.Errorf("remove a half-made PostgreSQL cluster: %w", err)
	}
	if reaches(c.keeper, c.config.Binaries.Postgres, c.config.Home) {
		if err := os.Mkdir(staging, 0o700); err != nil {
			return fmt.Errorf("make the PostgreSQL data folder: %w", err)
		}
	} else {
		var err error
		if staging, err = c.reachableFolder(); err != nil {
			return err
		}
		elsewhere = true
		c.config.Logger.Warn("PostgreSQL's account cannot enter the data folder; its data are put elsewhere and linked", "place", staging)
	}
	if err := c.initdb(ctx, staging); err != nil {
		return errors.Join(err, os.RemoveAll(staging))
	}
	if elsewhere {
		c.data = staging
		return os.Symlink(staging, link)
	}
	if err := os.Rename(staging, link); err != nil {
		return fmt.Errorf("put the new PostgreSQL cluster in place: %w", err)
	}
	var err error
	c.data, err = filepath.EvalSymlinks(link)
	return err
}

// reachableFolder makes a private folder where the keeper can work, for root only, as others are their own keeper. /var/lib comes first: the
// temporary folders may be emptied of what nobody touched for a while.
func (c *Cluster) reachableFolder() (string, error) {
	for _, parent := range []string{"/var/lib", "/var/tmp", os.TempDir()} {
		folder, err := os.MkdirTemp(parent, "chesna-pg-")
		if err != nil {
			continue
		}
		if give(c.keeper, folder) == nil && reaches(c.keeper, c.config.Binaries.Postgres, folder) {
			return folder, nil
		}
		if err := os.Remove(folder); err != nil {
			return "", fmt.Errorf("remove an unusable folder: %w", err)
		}
	}
	return "", errors.New("no folder that PostgreSQL's account can reach (tried the data folder, /var/lib, /var/tmp and the temporary folder)")
}

func (c *Cluster) initdb(ctx context.Context, folder string) error {
	if err := give(c.keeper, folder); err != nil {
		return err
	}
	// Without --no-sync a busy disk makes this several seconds. What is at stake is an empty cluster, if the machine loses power before the kernel
	// has written it back, half a minute later; what the server itself commits is synced as always.
	args := []string{"-D", folder, "-U", Superuser, "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync"}
	if c.config.Password {
		note := filepath.Join(c.sockets, "password") // the keeper must be able to read it; removed below
		if err := os.WriteFile(note, []byte(c.password+"\n"), 0o600); err != nil {
			return fmt.Errorf("hand over the PostgreSQL password: %w", err)
		}
		defer os.Remove(note)
		if err := give(c.keeper, note); err != nil {
			return err
		}
		args = append(args, "--auth=scram-sha-256", "--pwfile="+note)
	} else {
		args = append(args, "--auth=trust")
	}
	log, err := os.OpenFile(c.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open the PostgreSQL log: %w", err)
	}
	defer log.Close()
	p, err := child.Start(child.Spec{Path: c.config.Binaries.Initdb, Args: args, Dir: folder, Env: environment(), User: c.keeper, Log: log})
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("initdb: %w", ctx.Err()), p.Kill())
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, c.logTail())
	}
	return nil
}
