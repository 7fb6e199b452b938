package journal

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// TileWidth is the number of hashes, or entries, in a full tile (tile height 8).
const TileWidth = 256

const tileHeight = 8

// maxTileLevel is the greatest level of a path; no tree that can be counted has tiles above level 7.
const maxTileLevel = 63

// Tile names one file of a log's tiles (C2SP tlog-tiles).
type Tile struct {
	Entries bool  // a bundle of entries; otherwise hashes
	Level   int   // 0 for entries
	N       int64 // index within the level
	Width   int   // 1 to 256; below 256 it is partial
}

// Path is the tile's path below the log's prefix: tile/0/x001/234, tile/entries/067.p/8.
func (t Tile) Path() string {
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	level := "entries"
	if !t.Entries {
		level = strconv.Itoa(t.Level)
	}
	if t.Width < TileWidth {
		n += ".p/" + strconv.Itoa(t.Width)
	}
	return "tile/" + level + "/" + n
}

// ParseTilePath reads a path; each tile has one path. CodeInvalid.
func ParseTilePath(path string) (Tile, error) {
	bad := Refuse(CodeInvalid, fmt.Sprintf("%.80q is not the path of a tile", path))
	parts := strings.Split(path, "/")
	if len(path) > 80 || len(parts) < 3 || parts[0] != "tile" {
		return Tile{}, bad
	}
	t := Tile{Width: TileWidth, Entries: parts[1] == "entries"}
	if !t.Entries {
		level, err := parseNumber(parts[1])
		if err != nil || level > maxTileLevel {
			return Tile{}, bad
		}
		t.Level = int(level)
	}
	index := parts[2:]
	if n := len(index); n >= 2 && strings.HasSuffix(index[n-2], ".p") {
		width, err := parseNumber(index[n-1])
		if err != nil || width < 1 || width >= TileWidth {
			return Tile{}, bad
		}
		t.Width = int(width)
		index = append(index[:n-2:n-2], strings.TrimSuffix(index[n-2], ".p"))
	}
	if len(index) > 6 { // 10^18 tiles
		return Tile{}, bad
	}
	for i, p := range index {
		digits := p
		if i < len(index)-1 {
			var ok bool
			if digits, ok = strings.CutPrefix(p, "x"); !ok {
				return Tile{}, bad
			}
		}
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || len(digits) != 3 {
			return Tile{}, bad
		}
		t.N = t.N*1000 + int64(n)
	}
	if t.Path() != path {
		return Tile{}, bad
	}
	return t, nil
}

// In tells whether a tree of that size has the tile, at least this wide.
func (t Tile) In(size int64) bool {
	if t.Level > 7 {
		return false
	}
	nodes := size >> (tileHeight * t.Level)
	return t.N < nodes/TileWidth || t.N == nodes/TileWidth && int64(t.Width) <= nodes%TileWidth
}

// hashIndexes are the places of the tile's hashes among the stored ones.
func (t Tile) hashIndexes() []int64 {
	out := make([]int64, t.Width)
	for i := range out {
		out[i] = tlog.StoredHashIndex(tileHeight*t.Level, t.N*TileWidth+int64(i))
	}
	return out
}

// Tiles lists the tiles of a tree of that size at a level of hashes, or its bundles of entries: full ones, then the
// partial one if there is one.
func Tiles(entries bool, level int, size int64) []Tile {
	if level > 7 {
		return nil
	}
	nodes := size >> (tileHeight * level)
	out := make([]Tile, 0, nodes/TileWidth+1)
	for n := range nodes / TileWidth {
		out = append(out, Tile{Entries: entries, Level: level, N: n, Width: TileWidth})
	}
	if w := nodes % TileWidth; w > 0 {
		out = append(out, Tile{Entries: entries, Level: level, N: nodes / TileWidth, Width: int(w)})
	}
	return out
}

// AppendEntry adds an entry to a bundle: its length in two bytes, big-endian, then its bytes. The entry must not be
// longer than MaxLeaf.
func AppendEntry(bundle, entry []byte) []byte {
	bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry)))
	return append(bundle, entry...)
}

// ParseEntries reads a bundle of exactly so many entries. The entries share the bundle's memory. CodeInvalid.
func ParseEntries(bundle []byte, width int) ([][]byte, error) {
	out := make([][]byte, 0, width)
	for range width {
		if len(bundle) < 2 {
			return nil, Refuse(CodeInvalid, "a bundle with too few entries")
		}
		n := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+n {
			return nil, Refuse(CodeInvalid, "a bundle that ends inside an entry")
		}
		out = append(out, bundle[2:2+n:2+n])
		bundle = bundle[2+n:]
	}
	if len(bundle) != 0 {
		return nil, Refuse(CodeInvalid, "a bundle with too many bytes")
	}
	return out, nil
}
