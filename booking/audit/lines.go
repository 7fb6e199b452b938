package audit

import (
	"bytes"
	"encoding/hex"
	"strings"

	"chesna/booking/draw"
)

// nf is an entry's or a person's pseudonym; commitment is a binding.
type (
	nf         = [32]byte
	commitment = [32]byte
)

// person is one line of the persons: somebody, and the entry she belongs to.
type person struct{ person, entry nf }

// eachLine calls f for the lines of a file: printable ASCII, each ended by one LF, none empty.
func eachLine(file string, b []byte, f func(line []byte) (reason string)) error {
	for n := 1; len(b) > 0; n++ {
		end := bytes.IndexByte(b, '\n')
		switch {
		case end < 0:
			return &draw.LineError{File: file, Line: n, Reason: "the last line does not end in LF"}
		case end == 0:
			return &draw.LineError{File: file, Line: n, Reason: "an empty line"}
		}
		for _, c := range b[:end] {
			if c < ' ' || c > '~' {
				return &draw.LineError{File: file, Line: n, Reason: "a byte that is not printable ASCII"}
			}
		}
		if reason := f(b[:end]); reason != "" {
			return &draw.LineError{File: file, Line: n, Reason: reason}
		}
		b = b[end+1:]
	}
	return nil
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

func parseBindings(b []byte) ([]commitment, error) {
	out := make([]commitment, 0, len(b)/65)
	err := eachLine("bindings", b, func(line []byte) string {
		var c commitment
		if !lowerHex(c[:], line) {
			return "want 64 lower-case hex digits"
		}
		out = append(out, c)
		return ""
	})
	return out, err
}

func parsePersons(b []byte) ([]person, error) {
	out := make([]person, 0, len(b)/130)
	err := eachLine("persons", b, func(line []byte) string {
		var p person
		if len(line) != 129 || line[64] != ' ' || !lowerHex(p.person[:], line[:64]) || !lowerHex(p.entry[:], line[65:]) {
			return "want two times 64 lower-case hex digits with one space between"
		}
		if len(out) > 0 {
			switch bytes.Compare(out[len(out)-1].person[:], p.person[:]) {
			case 0:
				return "a person twice: nobody may be in two entries"
			case 1:
				return "not sorted"
			}
		}
		out = append(out, p)
		return ""
	})
	return out, err
}

// resultReader takes the lines of a result one by one: the served, "--", the others, "closed …".
type resultReader struct {
	rows   []row
	served bool // "--" has passed
	closed bool // the last line has passed
}

// row is an entry as the result shows it.
type row struct {
	nf    nf
	seats []string // none: she waits
}

func (r *resultReader) line(line []byte) string {
	var n nf
	switch {
	case r.closed:
		return "nothing follows the line closed"
	case !r.served && string(line) == "--":
		r.served = true
	case r.served && bytes.HasPrefix(line, []byte("closed ")):
		var mask [8]byte
		if !lowerHex(mask[:], line[len("closed "):]) {
			return "want closed and 16 lower-case hex digits"
		}
		r.closed = true
	case r.served:
		if !lowerHex(n[:], line) {
			return "want the nf of an entry that was not served, or closed"
		}
		r.rows = append(r.rows, row{nf: n})
	default:
		if len(line) < 66 || line[64] != ' ' || !lowerHex(n[:], line[:64]) {
			return "want nf and seats with one space between"
		}
		seats := strings.Split(string(line[65:]), ",")
		for _, s := range seats {
			if !seatName(s) {
				return "seatID: want [A-Za-z0-9_-]{1,32}"
			}
		}
		r.rows = append(r.rows, row{n, seats})
	}
	return ""
}

func seatName(s string) bool {
	if len(s) < 1 || len(s) > 32 {
		return false
	}
	return strings.IndexFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '-'
	}) < 0
}

func parseResult(b []byte) ([]row, error) {
	var r resultReader
	if err := eachLine("result", b, r.line); err != nil {
		return nil, err
	}
	if !r.closed {
		return nil, &draw.LineError{File: "result", Reason: "the line closed is missing"}
	}
	return r.rows, nil
}
