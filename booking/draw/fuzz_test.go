package draw

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// checkLine says whether an error names a line that the file has.
func checkLine(t *testing.T, file string, b []byte, err error) {
	t.Helper()
	var line *LineError
	if !errors.As(err, &line) || line.File != file || line.Line < 1 || line.Line > bytes.Count(b, []byte{'\n'})+1 || line.Reason == "" {
		t.Fatalf("%q: %v", b, err)
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(workedManifest))
	f.Add([]byte(strings.ReplaceAll(workedManifest, "+01:00", "Z")))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			checkLine(t, "manifest", b, err)
			return
		}
		rows := bytes.SplitAfter(b, []byte{'\n'})
		rows = rows[:len(rows)-1]
		if len(rows) != len(m.Seats) {
			t.Fatalf("%q: %d seats", b, len(m.Seats))
		}
		for i, s := range m.Seats {
			// All but the form of the zone can be written again.
			row := string(rows[i])
			if !strings.HasPrefix(row, fmt.Sprintf("%s %d %s", s.ID, s.Window, s.Start.Format("2006-01-02T15:04:05"))) ||
				!strings.HasSuffix(row, fmt.Sprintf(" %d %s\n", s.Minutes, s.Counter)) || s.Window >= MaxWindows {
				t.Fatalf("%q is read as %+v", row, s)
			}
		}
	})
}

// FuzzParseEntries holds the quick reader against the plain one, and against the file written again.
func FuzzParseEntries(f *testing.F) {
	f.Add([]byte(workedEntries))
	f.Add([]byte(workedEntries[:entryBytes]))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fault := plainFault(b)
		e, err := ParseEntries(b)
		if err != nil {
			checkLine(t, "entries", b, err)
			if fault == nil || fault.Error() != err.Error() {
				t.Fatalf("%q: %v, and in the plain way %v", b, err, fault)
			}
			return
		}
		if fault != nil {
			t.Fatalf("%q was accepted, in the plain way: %v", b, fault)
		}
		var again bytes.Buffer
		var leaves [][]byte
		for _, r := range e.Rows {
			g := 0
			if r.Ensured {
				g = 1
			}
			row := fmt.Sprintf("%x %d %d %d %016x", r.NF, r.Weight, g, r.Size, r.Windows)
			again.WriteString(row + "\n")
			leaves = append(leaves, []byte(row))
		}
		if !bytes.Equal(again.Bytes(), b) || e.Root != root(leaves) {
			t.Fatalf("%q is read as %q", b, again.Bytes())
		}
	})
}

// plainFault reads entries field by field.
func plainFault(b []byte) error {
	last := ""
	for n := 1; len(b) > 0; n++ {
		row, reason := firstLine(b)
		var fields [5][]byte
		switch {
		case reason != "":
		case !cut(row, fields[:]):
			reason = "want nf, w, g, size and windows with one space between"
		default:
			if reason = entryFault(fields); reason == "" && last >= string(fields[0]) {
				reason = "not sorted by nf, or an nf twice"
			}
			last = string(fields[0])
		}
		if reason != "" {
			return &LineError{"entries", n, reason}
		}
		b = b[len(row)+1:]
	}
	return nil
}
