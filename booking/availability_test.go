package booking

import (
	"testing"
	"time"

	"chesna/booking/capacity"
)

func TestWindowsGroupByHalfDay(t *testing.T) {
	loc := warsaw(t)
	c := Consulate{ID: "waw", Location: loc}
	at := func(day, hour, minute, seats int) FreeSlot {
		return FreeSlot{Start: time.Date(2026, 12, day, hour, minute, 0, 0, loc).UTC(), Seats: seats}
	}
	got, err := windows(c, "passport", []FreeSlot{at(7, 9, 0, 2), at(7, 9, 20, 0), at(7, 12, 40, 2), at(7, 13, 0, 1), at(8, 9, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		id    WindowID
		slots int
		level Level
	}{
		{"waw-passport-20261207-am", 2, LevelMany},
		{"waw-passport-20261207-pm", 1, LevelFew},
		{"waw-passport-20261208-am", 1, LevelFew},
	}
	if len(got) != len(want) {
		t.Fatalf("%d windows, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].ID != w.id || len(got[i].Slots) != w.slots || got[i].Free != w.level {
			t.Errorf("window %d: %s, %d slots, %s; want %v", i, got[i].ID, len(got[i].Slots), got[i].Free, w)
		}
	}
}

// Every start lies within the span of the window it is grouped into, on days of both clock changes too.
func TestWindowSpanHoldsItsStarts(t *testing.T) {
	loc := warsaw(t)
	for _, day := range []time.Time{
		time.Date(2026, 10, 25, 0, 0, 0, 0, loc), time.Date(2027, 3, 28, 0, 0, 0, 0, loc), time.Date(2026, 12, 7, 0, 0, 0, 0, loc),
	} {
		for at := day; at.Day() == day.Day(); at = at.Add(5 * time.Minute) {
			ref, err := capacity.StartWindow("waw", "passport", at, loc)
			if err != nil {
				t.Fatal(err)
			}
			from, to := windowSpan(ref, loc)
			if at.Before(from) || at.After(to) {
				t.Fatalf("%s is outside %s: %s … %s", at, ref.ID(), from, to)
			}
		}
	}
}

func TestDayBoundsFollowTheClock(t *testing.T) {
	loc := warsaw(t)
	for day, hours := range map[string]float64{"2026-10-25": 25, "2027-03-28": 23, "2026-12-07": 24} {
		from, to, err := dayBounds(day, loc)
		if err != nil || to.Sub(from).Hours() != hours {
			t.Errorf("%s has %v hours, want %v (%v)", day, to.Sub(from).Hours(), hours, err)
		}
	}
	if _, _, err := dayBounds("07.12.2026", loc); CodeOf(err) != CodeInvalid {
		t.Errorf("a malformed day: %v", err)
	}
}
