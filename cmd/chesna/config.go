package main

import (
	"fmt"
	"os"

	"chesna/configs"
)

type configCommand struct {
	Check  configCheck  `cmd:"" help:"Read all files and say every fault at once."`
	Sample configSample `cmd:"" help:"Print a built-in file, where each key is explained."`
}

type configCheck struct {
	configFlag
}

// Help is shown by chesna config check --help.
func (configCheck) Help() string { return "Example:\n  chesna config check --config /etc/chesna" }

// Run loads the configuration and prints its size.
func (c configCheck) Run() error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	fmt.Printf("the configuration is good: %d posts, %d services\n", len(cfg.Consulates), len(cfg.Services))
	if err := cfg.RequireServe(); err != nil {
		fmt.Printf("chesna serve also needs:\n%v\n", err)
	}
	return nil
}

type configSample struct {
	File string `arg:"" help:"chesna.yaml, limits.yaml, consulates.yaml, services.yaml or schedule.yaml."`
}

// Help is shown by chesna config sample --help.
func (configSample) Help() string {
	return "Example:\n  chesna config sample chesna.yaml > /etc/chesna/chesna.yaml"
}

// Run prints the file.
func (c configSample) Run() error {
	b, err := configs.Sample(c.File)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(b)
	return err
}
