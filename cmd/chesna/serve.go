package main

import (
	"context"
	"fmt"
	"os"

	"chesna/cmd/chesna/internal/app"
	"chesna/cmd/chesna/internal/obs"
	"chesna/configs"
)

// configFlag names the folder with files that override the built-in ones.
type configFlag struct {
	Dir string `name:"config" placeholder:"DIR" help:"Folder with chesna.yaml and the other files; built-in ones otherwise."`
}

func (f configFlag) load() (*configs.Config, error) {
	return configs.Load(configs.Options{Dir: f.Dir, Getenv: os.Getenv})
}

type serveCommand struct {
	configFlag
	Addr string `help:"Listen here instead of server.addr." placeholder:"HOST:PORT"`
}

// Help is shown by chesna serve --help.
func (serveCommand) Help() string {
	return "Needs DATABASE_URL, REDIS_URL and the keys; see docs/operations.md.\n\nExample:\n  chesna serve --config /etc/chesna"
}

// Run serves until a signal comes.
func (c serveCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := cfg.RequireServe(); err != nil {
		return err
	}
	if c.Addr != "" {
		cfg.Server.Addr = c.Addr
	}
	logger, err := obs.NewLogger(os.Stderr, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return err
	}
	app.LogRedis(logger)
	a, err := app.Start(ctx, app.Options{Config: cfg, Logger: logger, Version: version})
	if err != nil {
		return err
	}
	fmt.Println("Chesna:", a.URL())
	return a.Run(ctx)
}
