package capacity

import (
	"encoding/json"
	"testing"
	"time"
)

// Whatever is read is written back as it came: there is one name for a thing.

func FuzzParseSeatID(f *testing.F) {
	for _, s := range []string{"waw-c1-20261207T0820Z-20", "", "-", "waw-c1-20261207T0820Z-", "waw-c1-20260230T0820Z-20", "waw-c1-20261207T0820Z-020"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseSeatID(s)
		if err != nil {
			return
		}
		if back, err := SeatID(r.Consulate, r.Counter, r.Start, r.Minutes); err != nil || back != s {
			t.Errorf("%q became %q, %v", s, back, err)
		}
	})
}

func FuzzParseSlotID(f *testing.F) {
	for _, s := range []string{"waw-passport-20261207T0820Z", "", "--", "waw-passport-99991231T2359Z", "waw-passport-20261207T2460Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseSlotID(s); err == nil && r.ID() != s {
			t.Errorf("%q became %q", s, r.ID())
		}
	})
}

func FuzzParseWindowID(f *testing.F) {
	for _, s := range []string{"waw-passport-20261207-am", "waw-passport-20261207-pm", "", "---", "waw-passport-20270229-am"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseWindowID(s); err == nil && r.ID() != s {
			t.Errorf("%q became %q", s, r.ID())
		}
	})
}

func FuzzParseISOWeek(f *testing.F) {
	for _, s := range []string{"2026-W50", "2026-W53", "2027-W53", "", "2026W50", "0000-W00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if w, err := ParseISOWeek(s); err == nil && (w.String() != s || !w.Valid()) {
			t.Errorf("%q became %q", s, w)
		}
	})
}

// FuzzWeek: any body either is refused or has seats that can be named and
// measured; never a panic, never more than MaxSeats.
func FuzzWeek(f *testing.F) {
	f.Add([]byte(`{"counters":[{"id":"c1","openings":[{"weekday":"mon","from":"09:00","to":"12:00","group":"passport","pool":"open"}]}]}`))
	f.Add([]byte(`{"counters":[{"id":"c1","openings":[{"weekday":"sun","from":"00:00","to":"24:00","group":"passport","pool":"draw"}]}],"closures":[{"date":"2026-12-13","from":"01:00","to":"02:00","reason":"x"}]}`))
	f.Add([]byte(`{"grid":0,"slotMinutes":{"":-1},"workdays":["mon"],"holidays":["2026-12-07"]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w := Week{
			Consulate: "waw", ISOWeek: ISOWeek{2026, 50}, Location: time.UTC, Grid: 5,
			Workdays: []Weekday{Monday}, SlotMinutes: map[string]int{"passport": 20},
		}
		if json.Unmarshal(body, &w) != nil {
			return
		}
		seats, err := Expand(w)
		if err != nil {
			return
		}
		if len(seats) > MaxSeats {
			t.Errorf("%d seats", len(seats))
		}
		if _, err := Windows(w.Consulate, seats, w.Location); err != nil {
			t.Errorf("windows: %v", err)
		}
		Meter(w.MeterInput(seats))
	})
}
