package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"chesna/booking/draw"
	"chesna/booking/journal"
	"chesna/booking/journal/monitor"
)

type drawFetch struct {
	URL string `arg:"" name:"url" help:"The system's address, such as https://chesna.example." placeholder:"URL"`
	Dir string `arg:"" help:"The copy; made if it is not there." type:"path" placeholder:"DIR"`
}

// Help is shown by chesna draw fetch --help.
func (drawFetch) Help() string {
	return "Copies the log of draws, and the bundle of every draw that has ended in it, into a folder that\n" +
		"chesna draw verify --history reads. What is there is kept.\n" +
		"Exit status: 0 copied, 1 the log contradicts the copy, 2 wrong use or not readable.\n\n" +
		"Example:\n  chesna draw fetch https://chesna.example ./draws && chesna draw verify --history ./draws"
}

// maxBundle bounds a bundle, in bytes.
const maxBundle = 1 << 30

// Run copies.
func (c drawFetch) Run(ctx context.Context) error {
	err := c.fetch(ctx)
	if err == nil {
		return nil
	}
	fmt.Fprintln(os.Stderr, "chesna draw fetch:", err)
	if journal.CodeOf(err) == journal.CodeFork {
		return exitCode(1)
	}
	return exitCode(2)
}

func (c drawFetch) fetch(ctx context.Context) error {
	origin := strings.TrimSuffix(c.URL, "/")
	source, err := monitor.Open(origin+"/draws", outsideClient())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil { //nolint:gosec // public files
		return err
	}
	copied := filepath.Join(c.Dir, "log")
	got, err := monitor.Fetch(ctx, source, copied)
	if err != nil {
		return err
	}
	ended, err := endedDraws(ctx, monitor.Folder(copied), got.Checkpoint.Size)
	if err != nil {
		return err
	}
	fetched := 0
	for _, id := range ended {
		path := filepath.Join(c.Dir, id+".zip")
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := fetchBundle(ctx, origin+"/api/v1/draws/"+id+"/bundle.zip", path); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		fetched++
	}
	fmt.Printf("%s: %d leaves, %d draws have ended; %d bundles copied, %d were there\n",
		got.Checkpoint.Origin, got.Checkpoint.Size, len(ended), fetched, len(ended)-fetched)
	return nil
}

// endedDraws are the draws of a log's copy that have a close and, after it, a result or the word that they are cancelled.
func endedDraws(ctx context.Context, log monitor.Source, size int64) ([]string, error) {
	closed := map[string]bool{}
	var ended []string
	for _, tile := range journal.Tiles(true, 0, size) {
		leaves, err := monitor.ReadEntries(ctx, log, tile)
		if err != nil {
			return nil, err
		}
		for _, leaf := range leaves {
			h, err := draw.ParseHead(leaf)
			if err != nil {
				return nil, err
			}
			if err := draw.CheckDrawID(h.DrawID); err != nil {
				return nil, err
			}
			switch h.Type {
			case draw.LeafClose:
				closed[h.DrawID] = true
			case draw.LeafResult, draw.LeafCancelled:
				if closed[h.DrawID] {
					ended = append(ended, h.DrawID)
				}
			}
		}
	}
	return ended, nil
}

// fetchBundle writes a bundle whole or not at all.
func fetchBundle(ctx context.Context, url, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := outsideClient().Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the bundle is not there: status %d", answer.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxBundle+1))
	if err != nil {
		return err
	}
	if len(b) > maxBundle {
		return errors.New("the bundle is too long")
	}
	return journal.ReplaceFile(path, b, 0o644)
}
