package main

import (
	"context"
	"fmt"

	"chesna/cmd/chesna/internal/app"
)

type migrateCommand struct {
	configFlag
}

// Help is shown by chesna migrate --help.
func (migrateCommand) Help() string {
	return "Example:\n  DATABASE_URL=postgres://chesna@db/chesna chesna migrate"
}

// Run applies what the database lacks.
func (c migrateCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := app.Migrate(ctx, cfg.Database.URL.Reveal()); err != nil {
		return err
	}
	fmt.Println("the database is at this version")
	return nil
}
