package draw

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
)

// LineError says which line of which file breaks the grammar. Line counts from 1; 0 is the file as a whole.
type LineError struct {
	File   string // "manifest", "entries"
	Line   int
	Reason string
}

// Error names file, line and reason; it never repeats the line's content.
func (e *LineError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s, line %d: %s", e.File, e.Line, e.Reason)
}

var (
	drawIDPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	namePattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
)

// CheckDrawID checks the form of a draw's identifier.
func CheckDrawID(id string) error {
	if !drawIDPattern.MatchString(id) {
		return fmt.Errorf("draw id: want [a-z0-9][a-z0-9-]{0,63}")
	}
	return nil
}

// lines cuts a file into its lines: printable ASCII, each ended by one LF, none empty.
func lines(file string, b []byte) ([][]byte, error) {
	if len(b) == 0 {
		return nil, nil
	}
	out := make([][]byte, 0, bytes.Count(b, []byte{'\n'}))
	for len(b) > 0 {
		line, reason := firstLine(b)
		if reason != "" {
			return nil, &LineError{file, len(out) + 1, reason}
		}
		out = append(out, line)
		b = b[len(line)+1:]
	}
	return out, nil
}

// firstLine is the line with which b begins, without its LF, or the reason why there is none.
func firstLine(b []byte) (line []byte, reason string) {
	end := bytes.IndexByte(b, '\n')
	switch {
	case end < 0:
		return nil, "the last line does not end in LF"
	case end == 0:
		return nil, "an empty line"
	}
	for _, c := range b[:end] {
		if c < ' ' || c > '~' {
			return nil, "a byte that is not printable ASCII"
		}
	}
	return b[:end], ""
}

// cut splits a line at single spaces into exactly len(fields) parts.
func cut(line []byte, fields [][]byte) bool {
	for i := range fields {
		end := bytes.IndexByte(line, ' ')
		last := i == len(fields)-1
		if (end < 0) != last {
			return false
		}
		if last {
			end = len(line)
		}
		if end == 0 {
			return false
		}
		fields[i] = line[:end]
		if !last {
			line = line[end+1:]
		}
	}
	return true
}

// decimal reads a number without leading zeros within bounds.
func decimal(b []byte, lowest, highest int) (int, bool) {
	if len(b) == 0 || len(b) > 4 || (b[0] == '0' && len(b) > 1) {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= lowest && n <= highest
}

// lowerHex decodes exactly len(dst)*2 lower-case hex digits; len(dst) is a multiple of 4. Eight digits are read at
// once, as eight bytes of a word.
func lowerHex(dst, b []byte) bool {
	const each = 0x0101010101010101 // times a byte: that byte in every place
	if len(b) != 2*len(dst) {
		return false
	}
	faults := uint64(0)
	for len(b) >= 8 {
		digits := binary.BigEndian.Uint64(b)
		v := digits&(0x0f*each) + 9*(digits>>6&each) // 0…9 as they are, a…f have the bit of 0x40
		beyond9 := (v + 6*each) >> 4 & each
		again := v + '0'*each + beyond9*('a'-'0'-10)
		faults |= (v & (0xf0 * each)) | (digits ^ again)
		v = (v | v>>4) & 0x00ff00ff00ff00ff
		v = (v | v>>8) & 0x0000ffff0000ffff
		binary.BigEndian.PutUint32(dst, uint32(v|v>>16))
		dst, b = dst[4:], b[8:]
	}
	return faults == 0
}
