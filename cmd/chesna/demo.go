package main

import (
	"context"
	"fmt"
	"os"

	"chesna/cmd/chesna/internal/app"
	"chesna/cmd/chesna/internal/obs"
)

type demoCommand struct {
	configFlag
	Addr string `help:"Listen here; port 0 takes a free one." placeholder:"HOST:PORT"`
	Port *int   `env:"PORT" hidden:""`
	Data string `help:"Folder of the demo's data." default:"var" placeholder:"DIR"`
}

// Help is shown by chesna demo --help.
func (demoCommand) Help() string {
	return "PostgreSQL runs as a child of this program, Redis inside it; invented people with test keys are left in DATA/demo.\n\n" +
		"Example:\n  chesna demo --addr 127.0.0.1:0 --data /tmp/second"
}

// Run runs the demo until a signal comes.
func (c demoCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	cfg = cfg.ForDemo()
	switch {
	case c.Addr != "":
		cfg.Server.Addr = c.Addr
	case c.Port != nil:
		cfg.Server.Addr = fmt.Sprintf("127.0.0.1:%d", *c.Port)
	}
	logger, err := obs.NewLogger(os.Stderr, cfg.Log.Level, "text")
	if err != nil {
		return err
	}
	app.LogRedis(logger)
	a, err := app.Start(ctx, app.Options{Config: cfg, Logger: logger, Demo: true, DataDir: c.Data, Version: version})
	if err != nil {
		return err
	}
	fmt.Printf("\n  Чесна / Chesna — ДЕМО / demo\n\n  %s\n\n  Test people and keys: %s/demo/people\n  Stop with Ctrl+C.\n\n", a.URL(), c.Data)
	return a.Run(ctx)
}
