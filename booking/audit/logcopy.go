package audit

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// logCopy is a copy of the log of draws: its leaves and the checkpoint that it came with.
type logCopy struct {
	leaves     [][]byte
	checkpoint []byte
	size       int64
}

const (
	tileWidth = 256
	maxTile   = tileWidth * (2 + 1<<16)
	maxLeaves = 1 << 22
)

// openLog reads a folder with checkpoint and tile/entries (C2SP tlog-tiles). The tiles of hashes are not needed: all
// hashes are computed from the entries.
func openLog(root *os.Root) (*logCopy, error) {
	c := &logCopy{}
	var err error
	if c.checkpoint, err = readRooted(root, "log/checkpoint", maxSmall); err != nil {
		return nil, err
	}
	head, err := journal.PeekCheckpoint(c.checkpoint)
	if err != nil {
		return nil, &FormError{"log/checkpoint", err.Error()}
	}
	if head.Size > maxLeaves {
		return nil, &FormError{"log/checkpoint", fmt.Sprintf("more than %d leaves", maxLeaves)}
	}
	c.size = head.Size
	for n := int64(0); n*tileWidth < head.Size; n++ {
		width := int(min(tileWidth, head.Size-n*tileWidth))
		name := tlog.Tile{H: 8, L: -1, N: n, W: tileWidth}.Path() // tile/8/data/…
		name = "log/tile/entries/" + name[len("tile/8/data/"):]
		tile, err := readTile(root, name, width)
		if err != nil {
			return nil, err
		}
		leaves, err := parseTile(tile, width)
		if err != nil {
			return nil, &FormError{name, err.Error()}
		}
		c.leaves = append(c.leaves, leaves...)
	}
	return c, nil
}

// readTile prefers the whole tile, which a log makes as soon as it can, to the part that is asked for.
func readTile(root *os.Root, name string, width int) ([]byte, error) {
	name = filepath.FromSlash(name)
	if _, err := root.Stat(name); err == nil {
		return readRooted(root, name, maxTile)
	}
	return readRooted(root, fmt.Sprintf("%s.p/%d", name, width), maxTile)
}

// parseTile cuts an entry bundle into leaves: each after its length in two bytes. Further leaves of a whole tile, beyond
// the checkpoint, are left aside.
func parseTile(b []byte, width int) ([][]byte, error) {
	out := make([][]byte, 0, width)
	for len(b) > 0 {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return nil, fmt.Errorf("it ends within a leaf")
		}
		n := int(binary.BigEndian.Uint16(b))
		out = append(out, b[2:2+n])
		b = b[2+n:]
	}
	if len(out) < width || len(out) > tileWidth {
		return nil, fmt.Errorf("it has %d leaves, not %d", len(out), width)
	}
	return out[:width], nil
}

// hashes are the stored hashes of a log, from which the root of every size can be computed.
type hashes []tlog.Hash

// ReadHashes implements tlog.HashReader.
func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		out[i] = h[index]
	}
	return out, nil
}

// hashAll computes the stored hashes of leaves.
func hashAll(leaves [][]byte) (h hashes, err error) {
	for i, l := range leaves {
		more, err := tlog.StoredHashes(int64(i), l, h)
		if err != nil {
			return nil, err
		}
		h = append(h, more...)
	}
	return h, nil
}
