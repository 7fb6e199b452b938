// Command fairness makes docs/FAIRNESS.md and its pictures again: go run ./loadtest/sim/cmd/fairness
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"chesna/loadtest/sim"
	"chesna/loadtest/sim/report"
)

func main() {
	dir := flag.String("dir", "docs", "folder to write FAIRNESS.md and fairness/ into")
	seed := flag.Uint64("seed", 20241, "seed of the simulation")
	small := flag.Bool("small", false, "a small study, within seconds, to try the command")
	flag.Parse()
	if err := write(*dir, *seed, *small); err != nil {
		fmt.Fprintln(os.Stderr, "fairness:", err)
		os.Exit(1)
	}
}

func write(dir string, seed uint64, small bool) error {
	size := sim.Full()
	if small {
		size = sim.Small()
	}
	findings, err := sim.Run(seed, size)
	if err != nil {
		return err
	}
	pages, err := report.Pages(findings)
	if err != nil {
		return err
	}
	for name, text := range pages {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // documents are for everybody
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // documents are for everybody
			return err
		}
	}
	return nil
}
