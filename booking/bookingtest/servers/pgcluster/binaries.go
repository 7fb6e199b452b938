package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// debianRoot is where Debian's packages keep one folder per major version.
const debianRoot = "/usr/lib/postgresql"

// ErrNoBinaries says that PostgreSQL is not installed; its text tells what to do.
var ErrNoBinaries = errors.New("no PostgreSQL server on this machine (initdb and postgres in PATH or " + debianRoot +
	"/*/bin): run `make deps`")

// Binaries are the two programs a cluster needs, of the same installation.
type Binaries struct{ Initdb, Postgres string }

// FindBinaries looks in PATH, then for Debian's newest versioned folder. It fails with [ErrNoBinaries].
func FindBinaries() (Binaries, error) { return findBinaries(exec.LookPath, debianRoot) }

func findBinaries(lookPath func(string) (string, error), root string) (Binaries, error) {
	if server, err := lookPath("postgres"); err == nil {
		if b, err := pair(server); err == nil {
			return b, nil
		}
	}
	folders, err := filepath.Glob(filepath.Join(root, "*", "bin", "postgres"))
	if err != nil {
		return Binaries{}, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	slices.SortFunc(folders, func(a, b string) int { return major(b) - major(a) })
	for _, server := range folders {
		if b, err := pair(server); err == nil {
			return b, nil
		}
	}
	return Binaries{}, ErrNoBinaries
}

// pair resolves links first: an initdb beside a link need not be the one of the server behind it.
func pair(server string) (Binaries, error) {
	server, err := filepath.EvalSymlinks(server)
	if err != nil {
		return Binaries{}, err
	}
	if server, err = filepath.Abs(server); err != nil {
		return Binaries{}, err
	}
	b := Binaries{Initdb: filepath.Join(filepath.Dir(server), "initdb"), Postgres: server}
	if _, err := os.Stat(b.Initdb); err != nil {
		return Binaries{}, err
	}
	return b, nil
}

// major is the version in …/15/bin/postgres, zero when the folder is not a number.
func major(server string) int {
	n, err := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(server))), 64) // 9.6 was a major version
	if err != nil {
		return 0
	}
	return int(n * 10)
}
