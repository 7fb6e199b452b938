package draw

import (
	"bytes"
	"cmp"
	"encoding/binary"
)

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

// entryBytes is the length of every line of the entries, with its LF: nf, w, g, size, windows and what separates them.
const entryBytes = 64 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 16 + 1

// ParseEntries reads `nf w g size windows` lines, sorted by nf, each nf once.
func ParseEntries(b []byte) (*Entries, error) {
	e := &Entries{Rows: make([]Entry, 0, len(b)/entryBytes)}
	h := newHasher()
	if err := e.read(b, h); err != nil {
		return nil, err
	}
	e.Root = e.root(h)
	return e, nil
}

// read appends the rows of a file with their leaf hashes.
func (e *Entries) read(b []byte, h *hasher) error {
	const file = "entries"
	message := make([]byte, 2*blockBytes) // 00 ‖ line, padded: all lines have one length
	message = pad(message, entryBytes)
	for n := 1; len(b) > 0; n++ {
		e.Rows = append(e.Rows, Entry{})
		entry := &e.Rows[n-1]
		if len(b) < entryBytes || !quickEntry((*[entryBytes]byte)(b), entry) {
			return slowEntry(file, n, b)
		}
		if n > 1 && bytes.Compare(e.Rows[n-2].NF[:], entry.NF[:]) >= 0 {
			return &LineError{file, n, "not sorted by nf, or an nf twice"}
		}
		copy(message[1:], b[:entryBytes-1])
		entry.leaf = [32]byte(h.hash(message))
		b = b[entryBytes:]
	}
	return nil
}

// root is the Merkle root over the rows' leaf hashes.
func (e *Entries) root(h *hasher) [32]byte {
	t := newTree(h)
	for i := range e.Rows {
		t.add(e.Rows[i].leaf)
	}
	return t.root()
}

// quickEntry reads a line that keeps the grammar, LF included, and nothing else.
func quickEntry(line *[entryBytes]byte, e *Entry) bool {
	weight, ensured, size := line[65]-'0', line[67]-'0', line[69]-'0'
	if line[64] != ' ' || line[66] != ' ' || line[68] != ' ' || line[70] != ' ' || line[entryBytes-1] != '\n' ||
		weight-1 >= MaxWeight || ensured > 1 || size-1 >= MaxSize {
		return false
	}
	var windows [8]byte
	if !lowerHex(e.NF[:], line[:64]) || !lowerHex(windows[:], line[71:entryBytes-1]) {
		return false
	}
	e.Weight, e.Ensured, e.Size, e.Windows = int(weight), ensured == 1, int(size), binary.BigEndian.Uint64(windows[:])
	return e.Windows != 0
}

// slowEntry says what is wrong with the line at the beginning of b.
func slowEntry(file string, number int, b []byte) error {
	line, reason := firstLine(b)
	if reason != "" {
		return &LineError{file, number, reason}
	}
	var fields [5][]byte
	if !cut(line, fields[:]) {
		return &LineError{file, number, "want nf, w, g, size and windows with one space between"}
	}
	return &LineError{file, number, cmp.Or(entryFault(fields), "malformed")}
}

func entryFault(f [5][]byte) (reason string) {
	_, ok1 := decimal(f[1], 1, MaxWeight)
	_, ok2 := decimal(f[2], 0, 1)
	_, ok3 := decimal(f[3], 1, MaxSize)
	var nf [32]byte
	var windows [8]byte
	switch {
	case !lowerHex(nf[:], f[0]):
		return "nf: want 64 lower-case hex digits"
	case !ok1:
		return "w: want 1 to 8"
	case !ok2:
		return "g: want 0 or 1"
	case !ok3:
		return "size: want 1 to 8"
	case !lowerHex(windows[:], f[4]):
		return "windows: want 16 lower-case hex digits"
	case windows == [8]byte{}:
		return "windows: none is accepted"
	}
	return ""
}
