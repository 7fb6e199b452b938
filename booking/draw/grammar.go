package draw

import (
	"bytes"
	"encoding/hex"
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

// lines cuts a file into its lines: ASCII without CR, each ended by one LF, none empty.
func lines(file string, b []byte) ([][]byte, error) {
	if len(b) == 0 {
		return nil, nil
	}
	out := make([][]byte, 0, bytes.Count(b, []byte{'\n'}))
	for n := 1; len(b) > 0; n++ {
		end := bytes.IndexByte(b, '\n')
		switch {
		case end < 0:
			return nil, &LineError{file, n, "the last line does not end in LF"}
		case end == 0:
			return nil, &LineError{file, n, "an empty line"}
		}
		for _, c := range b[:end] {
			if c < ' ' || c > '~' {
				return nil, &LineError{file, n, "a byte that is not printable ASCII"}
			}
		}
		out = append(out, b[:end])
		b = b[end+1:]
	}
	return out, nil
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

// lowerHex decodes exactly len(dst)*2 lower-case hex digits.
func lowerHex(dst, b []byte) bool {
	if len(b) != 2*len(dst) {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	_, err := hex.Decode(dst, b)
	return err == nil
}
