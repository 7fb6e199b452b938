package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"chesna/cmd/chesna/internal/app"
	"chesna/cmd/chesna/internal/app/embedded"
)

type doctorCommand struct {
	configFlag
}

// Help is shown by chesna doctor --help.
func (doctorCommand) Help() string {
	return "Looks at the configuration, PostgreSQL, Redis and their clocks, and at the programs that the demo and the tests use.\n\n" +
		"Example:\n  chesna doctor --config /etc/chesna"
}

// Run prints a line for each finding; exit status 1 when the service could not run.
func (c doctorCommand) Run(ctx context.Context) error {
	sick := false
	say := func(name string, err error) {
		if err != nil {
			sick = true
			fmt.Printf("  no   %-14s %v\n", name, err)
			return
		}
		fmt.Printf("  ok   %s\n", name)
	}
	fmt.Println("For chesna serve:")
	cfg, err := c.load()
	say("configuration", err)
	if err == nil {
		say("settings", cfg.RequireServe())
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		for _, f := range app.Examine(limited, cfg) {
			say(f.Name, f.Err)
		}
	}
	fmt.Println("For chesna demo and the tests (make deps installs them):")
	note("PostgreSQL", embedded.PostgresInstalled())
	for _, program := range []string{"redis-server", "chromium", "openssl", "curl", "jq", "gcc"} {
		_, err := exec.LookPath(program)
		note(program, err)
	}
	if sick {
		fmt.Fprintln(os.Stderr, "chesna serve could not run here")
		return exitCode(1)
	}
	return nil
}

// note prints what only the demo or the tests need.
func note(name string, err error) {
	if err != nil {
		fmt.Printf("  no   %-14s not installed\n", name)
		return
	}
	fmt.Printf("  ok   %s\n", name)
}
