package draw

import (
	"fmt"
	"strings"
	"time"
)

// MaxWindows is how many windows a draw can have.
const MaxWindows = 64

// Seat is one line of the manifest.
type Seat struct {
	ID      string
	Window  int
	Start   time.Time
	Minutes int
	Counter string
}

// Manifest is the seats of a draw, in the order of the file.
type Manifest struct {
	Seats []Seat
	Root  [32]byte
}

// ParseManifest reads `seatID window start minutes counter` lines, sorted by (instant, counter, seatID).
func ParseManifest(b []byte) (*Manifest, error) {
	const file = "manifest"
	rows, err := lines(file, b)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Seats: make([]Seat, 0, len(rows)), Root: root(rows)}
	ids := make(map[string]bool, len(rows))
	var fields [5][]byte
	for i, row := range rows {
		if !cut(row, fields[:]) {
			return nil, &LineError{file, i + 1, "want seatID, window, start, minutes and counter with one space between"}
		}
		s, reason := parseSeat(fields)
		if reason == "" && ids[s.ID] {
			reason = "the seat is listed twice"
		}
		if reason == "" && i > 0 {
			reason = seatOrder(m.Seats[i-1], s)
		}
		if reason != "" {
			return nil, &LineError{file, i + 1, reason}
		}
		ids[s.ID] = true
		m.Seats = append(m.Seats, s)
	}
	return m, nil
}

func parseSeat(f [5][]byte) (s Seat, reason string) {
	window, ok1 := decimal(f[1], 0, MaxWindows-1)
	minutes, ok2 := decimal(f[3], 1, 480)
	start, err := parseStart(string(f[2]))
	switch {
	case !namePattern.Match(f[0]):
		return s, "seatID: want [A-Za-z0-9_-]{1,32}"
	case !ok1:
		return s, "window: want 0 to 63"
	case err != nil:
		return s, "start: " + err.Error()
	case !ok2:
		return s, "minutes: want 1 to 480"
	case !namePattern.Match(f[4]):
		return s, "counter: want [A-Za-z0-9_-]{1,32}"
	}
	return Seat{ID: string(f[0]), Window: window, Start: start, Minutes: minutes, Counter: string(f[4])}, ""
}

// parseStart reads YYYY-MM-DDTHH:MM:SS followed by Z or ±HH:MM, and nothing else.
func parseStart(s string) (time.Time, error) {
	bad := fmt.Errorf("want YYYY-MM-DDTHH:MM:SS with Z or an offset")
	layout := "2006-01-02T15:04:05Z"
	if !strings.HasSuffix(s, "Z") {
		layout = "2006-01-02T15:04:05-07:00"
	}
	if len(s) != len(layout) || strings.HasSuffix(s, "-00:00") {
		return time.Time{}, bad
	}
	t, err := time.Parse(layout, s)
	if err != nil || (layout[len(layout)-1] != 'Z' && !offsetInRange(s[len(s)-5:])) {
		return time.Time{}, bad
	}
	return t, nil
}

// offsetInRange bounds an offset HH:MM to 23:59, as RFC 3339 has it.
func offsetInRange(hhmm string) bool { return hhmm[:2] <= "23" && hhmm[3:] <= "59" }

func seatOrder(a, b Seat) (reason string) {
	c := a.Start.Compare(b.Start)
	if c == 0 {
		c = strings.Compare(a.Counter, b.Counter)
	}
	switch {
	case c == 0:
		return "two seats of one counter at one instant"
	case c > 0:
		return "not sorted by instant, counter and seatID"
	}
	return ""
}
