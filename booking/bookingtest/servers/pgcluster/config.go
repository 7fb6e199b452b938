package pgcluster

import (
	"errors"
	"log/slog"
	"path/filepath"
	"time"
)

// Superuser is the name of the role that owns the cluster.
const Superuser = "chesna"

// Config describes one private cluster.
type Config struct {
	// Home is the folder of the cluster; it is made when missing.
	Home string
	// Binaries are the programs to run; see [FindBinaries].
	Binaries Binaries
	// Password makes the server ask for a password (SCRAM), which is random, made once and kept in Home/password (0600), and makes it listen on
	// 127.0.0.1 as well, on a port chosen at each start. Without it there is the socket alone.
	Password bool
	// Volatile switches off fsync and the like: for tests. Data survive a killed process, not a lost machine.
	Volatile bool
	// StartTimeout bounds initdb and start together; zero means a minute, for busy machines.
	StartTimeout time.Duration
	// Logger tells what is unusual (an old server stopped, data put elsewhere); required.
	Logger *slog.Logger
}

// Validate lists everything that is wrong at once.
func (c Config) Validate() error {
	var errs []error
	if !filepath.IsAbs(c.Home) {
		errs = append(errs, errors.New("pgcluster: Home must be an absolute path"))
	}
	if c.Binaries.Initdb == "" || c.Binaries.Postgres == "" {
		errs = append(errs, errors.New("pgcluster: Binaries are required"))
	}
	if c.Logger == nil {
		errs = append(errs, errors.New("pgcluster: Logger is required"))
	}
	return errors.Join(errs...)
}

func (c Config) startTimeout() time.Duration {
	if c.StartTimeout > 0 {
		return c.StartTimeout
	}
	return time.Minute
}

// settings are the server's options for this run.
func (c Config) settings(port int, sockets string) map[string]string {
	s := map[string]string{
		"port":                    itoa(port),
		"unix_socket_directories": sockets,
		"unix_socket_permissions": "0700",
		"listen_addresses":        "",
		"max_connections":         "200",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"logging_collector":       "off",
		"log_destination":         "stderr",
		"log_statement":           "none",
		"log_min_messages":        "log",   // errors reach the client anyway, and their text may hold a value
		"log_min_error_statement": "panic", // statements carry names
		"log_error_verbosity":     "terse", // so do the DETAIL lines of constraint errors
		"log_min_duration_sample": "-1",
		"log_checkpoints":         "off",
	}
	if c.Password {
		s["listen_addresses"] = "127.0.0.1"
		s["password_encryption"] = "scram-sha-256"
	}
	if c.Volatile { // synchronous_commit stays on: without it a killed server forgets its last commits
		s["fsync"], s["full_page_writes"] = "off", "off"
		s["autovacuum"] = "off"
	}
	return s
}
