package draw

import "bytes"

// MaxWeight and MaxSize bound an entry.
const (
	MaxWeight = 8
	MaxSize   = 8
)

// Entry is one line of the entries: a person, or a family that wants seats together.
type Entry struct {
	NF      [32]byte // pseudonym for this draw
	Weight  int      // tickets: 1 + lost draws, at most 8
	Ensured bool     // g: waited as long as the published target
	Size    int      // seats wanted, together
	Windows uint64   // bit i: window i is accepted
	leaf    [32]byte
}

// Entries is all entries of a draw, in the order of the file.
type Entries struct {
	Rows []Entry
	Root [32]byte
}

// ParseEntries reads `nf w g size windows` lines, sorted by nf, each nf once.
func ParseEntries(b []byte) (*Entries, error) {
	const file = "entries"
	rows, err := lines(file, b)
	if err != nil {
		return nil, err
	}
	e := &Entries{Rows: make([]Entry, len(rows))}
	leaves := make([][32]byte, len(rows))
	var fields [5][]byte
	for i, row := range rows {
		if !cut(row, fields[:]) {
			return nil, &LineError{file, i + 1, "want nf, w, g, size and windows with one space between"}
		}
		entry := &e.Rows[i]
		reason := parseEntry(fields, entry)
		if reason == "" && i > 0 && bytes.Compare(e.Rows[i-1].NF[:], entry.NF[:]) >= 0 {
			reason = "not sorted by nf, or an nf twice"
		}
		if reason != "" {
			return nil, &LineError{file, i + 1, reason}
		}
		entry.leaf = leafHash(row)
		leaves[i] = entry.leaf
	}
	e.Root = rootOf(leaves)
	return e, nil
}

func parseEntry(f [5][]byte, e *Entry) (reason string) {
	weight, ok1 := decimal(f[1], 1, MaxWeight)
	ensured, ok2 := decimal(f[2], 0, 1)
	size, ok3 := decimal(f[3], 1, MaxSize)
	var windows [8]byte
	switch {
	case !lowerHex(e.NF[:], f[0]):
		return "nf: want 64 lower-case hex digits"
	case !ok1:
		return "w: want 1 to 8"
	case !ok2:
		return "g: want 0 or 1"
	case !ok3:
		return "size: want 1 to 8"
	case !lowerHex(windows[:], f[4]):
		return "windows: want 16 lower-case hex digits"
	}
	for _, b := range windows {
		e.Windows = e.Windows<<8 | uint64(b)
	}
	if e.Windows == 0 {
		return "windows: none is accepted"
	}
	e.Weight, e.Ensured, e.Size = weight, ensured == 1, size
	return ""
}
