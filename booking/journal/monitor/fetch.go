package monitor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"chesna/booking/journal"
)

// Fetched says what Fetch did.
type Fetched struct {
	Checkpoint journal.Checkpoint
	Files      int // fetched now
	Kept       int // full tiles that were there already
}

// Fetch copies a log's files into a folder, or brings a copy up to date. Full tiles that are there are kept, so an
// interrupted copy goes on where it ended; the checkpoint is replaced last. It refuses a checkpoint that is smaller than
// the copy's, or of another log, or of the same size with another root, with journal.CodeFork: that is evidence, and both
// are left as they are. It checks no more; run Verify on the copy.
func Fetch(ctx context.Context, s Source, dir string) (Fetched, error) {
	var out Fetched
	msg, err := Read(ctx, s, "checkpoint", maxCheckpoint)
	if err != nil {
		return out, err
	}
	if out.Checkpoint, err = journal.PeekCheckpoint(msg); err != nil {
		return out, err
	}
	if err := mayFollow(ctx, Folder(dir), out.Checkpoint); err != nil {
		return out, err
	}
	tiles := journal.Tiles(true, 0, out.Checkpoint.Size)
	for level := 0; ; level++ {
		more := journal.Tiles(false, level, out.Checkpoint.Size)
		if len(more) == 0 {
			break
		}
		tiles = append(tiles, more...)
	}
	for _, t := range tiles {
		limit := int64(maxTile)
		if t.Entries {
			limit = maxBundle
		}
		if t.Width == journal.TileWidth {
			if b, err := Read(ctx, Folder(dir), t.Path(), limit); err == nil && whole(t, b) {
				out.Kept++
				continue
			}
		}
		b, err := readTile(ctx, s, t, limit)
		if err != nil {
			return out, missing(t, err)
		}
		if err := keep(dir, t.Path(), b); err != nil {
			return out, err
		}
		out.Files++
	}
	switch token, err := Read(ctx, s, "checkpoint.tsr", maxToken); {
	case err == nil:
		if err := keep(dir, "checkpoint.tsr", token); err != nil {
			return out, err
		}
		out.Files++
	case !errors.Is(err, fs.ErrNotExist):
		return out, err
	}
	out.Files++
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return out, fmt.Errorf("make a folder: %w", err)
	}
	return out, journal.ReplaceFile(filepath.Join(dir, "checkpoint"), msg, 0o644)
}

// mayFollow compares a checkpoint with that of the copy.
func mayFollow(ctx context.Context, copied Folder, c journal.Checkpoint) error {
	msg, err := Read(ctx, copied, "checkpoint", maxCheckpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := journal.PeekCheckpoint(msg)
	if err != nil {
		return fmt.Errorf("the copy's checkpoint: %w", err)
	}
	switch {
	case old.Origin != c.Origin:
		return journal.Refuse(journal.CodeFork, fmt.Sprintf("the copy is of another log, %q", old.Origin))
	case c.Size < old.Size:
		return journal.Refuse(journal.CodeFork, fmt.Sprintf("the log has shrunk from %d to %d leaves", old.Size, c.Size))
	case c.Size == old.Size && c.Root != old.Root:
		return journal.Refuse(journal.CodeFork, fmt.Sprintf("two roots of %d leaves", c.Size))
	}
	return nil
}

// whole tells whether a full tile's file is not cut short.
func whole(t journal.Tile, b []byte) bool {
	if !t.Entries {
		return len(b) == maxTile
	}
	_, err := journal.ParseEntries(b, t.Width)
	return err == nil
}

func keep(dir, path string, content []byte) error {
	path = filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	return journal.WriteFile(path, content, 0o644)
}
