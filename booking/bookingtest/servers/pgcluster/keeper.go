package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"chesna/booking/bookingtest/servers/child"
)

// chooseKeeper returns the account to run as, nil for our own. Data that already have an owner keep him: PostgreSQL refuses any other.
func chooseKeeper(data string) (*child.User, error) {
	owner, err := ownerOf(data)
	if err != nil {
		return nil, err
	}
	euid := os.Geteuid()
	switch {
	case euid != 0 && owner != nil && int(owner.UID) != euid:
		return nil, fmt.Errorf("the data in %s belong to user %d and this process runs as %d: run as that user or choose another data folder",
			data, owner.UID, euid)
	case euid != 0:
		return nil, nil
	case owner != nil && owner.UID != 0:
		return owner, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return numeric(u)
		}
	}
	return nil, errors.New("running as root, which PostgreSQL refuses, and there is no user `postgres` or `nobody` to run it as")
}

// ownerOf returns nil when the folder does not exist or is empty of a cluster.
func ownerOf(data string) (*child.User, error) {
	info, err := os.Stat(data + "/PG_VERSION")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the data folder: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, nil
	}
	return &child.User{UID: stat.Uid, GID: stat.Gid}, nil
}

func numeric(u *user.User) (*child.User, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the number of user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the group of user %s: %w", u.Username, err)
	}
	return &child.User{UID: uint32(uid), GID: uint32(gid)}, nil
}

// give makes the keeper the owner of a path; it does nothing when the keeper is this process's own account.
func give(keeper *child.User, path string) error {
	if keeper == nil {
		return nil
	}
	if err := os.Lchown(path, int(keeper.UID), int(keeper.GID)); err != nil {
		return fmt.Errorf("give %s to the server's account: %w", path, err)
	}
	return nil
}

// reaches tells whether the keeper can work in the folder, by running a program there as him: permission bits, access lists and mount options
// all have their say.
func reaches(keeper *child.User, server, folder string) bool {
	if keeper == nil {
		return true
	}
	p, err := child.Start(child.Spec{Path: server, Args: []string{"--version"}, Dir: folder, User: keeper})
	if err != nil {
		return false
	}
	<-p.Done()
	return p.Err() == nil
}
