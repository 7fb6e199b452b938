package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// tree is what reading a whole log leaves.
type tree struct {
	source   Source
	size     int64
	since    int64 // capture the root at this size
	numbered bool

	head      journal.Head
	sinceRoot tlog.Hash
	tiles     int
	// the first fault of each kind
	entriesFault, tilesFault, leafFault, numberFault error
}

// first keeps the first fault.
func first(fault *error, err error) {
	if *fault == nil {
		*fault = err
	}
}

// read goes through the entries once, and through the tiles of each level.
func (t *tree) read(ctx context.Context) error {
	all, level := &journal.Range{}, []tlog.Hash{}
	t.sinceRoot = journal.EmptyHead().Root
	for _, bundle := range journal.Tiles(true, 0, t.size) {
		entries, err := ReadEntries(ctx, t.source, bundle)
		if journal.CodeOf(err) == journal.CodeInvalid {
			first(&t.entriesFault, fmt.Errorf("%s: %w", bundle.Path(), err))
			return nil // nothing behind it can be placed
		}
		if err != nil {
			return missing(bundle, err)
		}
		tile, hashes := &journal.Range{}, make([]tlog.Hash, 0, len(entries))
		for i, e := range entries {
			h := tlog.RecordHash(e)
			hashes = append(hashes, h)
			tile.Add(h)
			all.Add(h)
			index := bundle.N*journal.TileWidth + int64(i)
			if index+1 == t.since {
				t.sinceRoot = all.Head().Root
			}
			t.leaf(index, e)
		}
		if err := t.compare(ctx, journal.Tile{N: bundle.N, Width: bundle.Width}, hashes); err != nil {
			return err
		}
		if bundle.Width == journal.TileWidth {
			level = append(level, tile.Head().Root)
		}
	}
	t.head = all.Head()
	return t.upper(ctx, level)
}

// upper checks the levels above the leaves; level has one hash for each full tile of level 0.
func (t *tree) upper(ctx context.Context, level []tlog.Hash) error {
	for l := 1; len(level) > 0; l++ {
		var next []tlog.Hash
		for _, tile := range journal.Tiles(false, l, t.size) {
			hashes := level[tile.N*journal.TileWidth:][:tile.Width]
			if err := t.compare(ctx, tile, hashes); err != nil {
				return err
			}
			if tile.Width == journal.TileWidth {
				r := &journal.Range{}
				for _, h := range hashes {
					r.Add(h)
				}
				next = append(next, r.Head().Root)
			}
		}
		level = next
	}
	return nil
}

// compare reads a tile of hashes and compares it with what the entries give.
func (t *tree) compare(ctx context.Context, tile journal.Tile, hashes []tlog.Hash) error {
	b, err := readTile(ctx, t.source, tile, maxTile)
	if journal.CodeOf(err) == journal.CodeInvalid {
		first(&t.tilesFault, err)
		return nil
	}
	if err != nil {
		return missing(tile, err)
	}
	want := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		want = append(want, h[:]...)
	}
	if !bytes.Equal(b, want) {
		first(&t.tilesFault, fmt.Errorf("%s does not agree with the entries", tile.Path()))
	}
	t.tiles++
	return nil
}

func (t *tree) leaf(index int64, leaf []byte) {
	if t.leafFault == nil && !journal.IsCanonical(leaf) {
		t.leafFault = fmt.Errorf("leaf %d is not canonical JSON", index)
	}
	if !t.numbered || t.numberFault != nil {
		return
	}
	var l struct {
		Seq *int64 `json:"seq"`
	}
	if err := json.Unmarshal(leaf, &l); err != nil || l.Seq == nil || *l.Seq != index {
		t.numberFault = fmt.Errorf("leaf %d does not carry its number as seq", index)
	}
}

// missing says that a file which the checkpoint promises is not there.
func missing(t journal.Tile, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the checkpoint promises %s, but it is not there: %w", t.Path(), err)
	}
	return err
}
