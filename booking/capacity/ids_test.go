package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNames(t *testing.T) {
	at := time.Date(2026, 12, 7, 8, 20, 0, 0, time.UTC)
	seat, err1 := SeatID("waw", "c1", at.In(zone(t, "Europe/Warsaw")), 20)
	slot, err2 := SlotID("waw", "passport", at)
	window, err3 := WindowID("waw", "passport", Date{2026, 12, 7}, AM)
	if err := firstErr(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	want := []string{"waw-c1-20261207T0820Z-20", "waw-passport-20261207T0820Z", "waw-passport-20261207-am"}
	if d := cmp.Diff(want, []string{seat, slot, window}); d != "" {
		t.Error(d)
	}
	longest, err := SeatID("consulat", "c999", at, 480)
	if err != nil || len(longest) > 32 {
		t.Errorf("%q %v", longest, err)
	}
}

func TestNamesAreRefused(t *testing.T) {
	at := time.Date(2026, 12, 7, 8, 20, 0, 0, time.UTC)
	errs := map[string]error{}
	_, errs["capital"] = SeatID("WAW", "c1", at, 20)
	_, errs["one letter"] = SlotID("w", "passport", at)
	_, errs["dash"] = SlotID("w-w", "passport", at)
	_, errs["seconds"] = SlotID("waw", "passport", at.Add(time.Second))
	_, errs["long ago"] = SlotID("waw", "passport", time.Time{})
	_, errs["minutes"] = SeatID("waw", "c1", at, 481)
	_, errs["day"] = WindowID("waw", "passport", Date{2027, 2, 29}, PM)
	_, errs["half"] = WindowID("waw", "passport", Date{2026, 12, 7}, "noon")
	_, errs["leading zero"] = ParseSeatID("waw-c1-20261207T0820Z-020")
	_, errs["plus"] = ParseSeatID("waw-c1-20261207T0820Z-+20")
	_, errs["no such minute"] = ParseSlotID("waw-passport-20261207T0860Z")
	_, errs["no such day"] = ParseWindowID("waw-passport-20270229-am")
	_, errs["no such week"] = ParseISOWeek("2027-W53")
	_, errs["lower case"] = ParseISOWeek("2026-w50")
	_, errs["early year"] = ParseDate("1999-12-31")
	for name, err := range errs {
		if err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestISOWeeksFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawISOWeek(t)
		back, err := ParseISOWeek(w.String())
		if err != nil || back != w || !w.Valid() {
			t.Fatalf("%v: %v %v", w, back, err)
		}
		for i, d := range w.Days() {
			if !w.Contains(d) || d.Weekday() != Weekday(i+1) || WeekOf(d) != w {
				t.Fatalf("%v: day %d is %v", w, i, d)
			}
		}
		if n := w.Add(1); !w.Before(n) || n.Day(Monday) != w.Day(Sunday).AddDays(1) || n.Add(-1) != w {
			t.Fatalf("%v is followed by %v", w, n)
		}
		loc := drawZone(t)
		_, to := w.Span(loc)
		if from, _ := w.Add(1).Span(loc); !from.Equal(to) {
			t.Fatalf("%v in %v leaves a gap", w, loc)
		}
	})
}

func TestWindowsHaveEverySeatOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		seats := mustExpand(t, w)
		windows, err := Windows("waw", seats, w.Location)
		if err != nil {
			t.Fatal(err)
		}
		byID, n := byID(seats), 0
		for _, win := range windows {
			ref, err := ParseWindowID(win.ID)
			if err != nil || ref.ID() != win.ID || !win.First.Equal(win.Slots[0].Start) || win.Last.Before(win.First) {
				t.Fatalf("%+v: %v", win, err)
			}
			for _, slot := range win.Slots {
				sref, err := ParseSlotID(slot.ID)
				if err != nil || sref.ID() != slot.ID || sref.Group != win.Group {
					t.Fatalf("%+v: %v", slot, err)
				}
				for _, id := range slot.Seats {
					s, local := byID[id], byID[id].Start.In(w.Location)
					if !s.Start.Equal(slot.Start) || s.Group != win.Group || DateOf(local) != win.Day || (local.Hour() < 13) != (win.Half == AM) {
						t.Fatalf("seat %s in window %s", id, win.ID)
					}
					n++
				}
			}
		}
		if n != len(seats) {
			t.Fatalf("%d of %d seats", n, len(seats))
		}
	})
	if _, err := Windows("waw", []Seat{{}}, nil); err == nil {
		t.Error("a nil location was not refused")
	}
}

func TestDiff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) []Seat {
			ids := rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 0, 10, rapid.ID[int]).Draw(t, label)
			var out []Seat
			for _, i := range ids {
				pool := rapid.SampledFrom([]Pool{PoolOpen, PoolDraw}).Draw(t, label+"Pool")
				out = append(out, Seat{ID: string(rune('a' + i)), Pool: pool})
			}
			return out
		}
		old, want := draw("published"), draw("wanted")
		add, keep, remove := Diff(old, want)
		after := byID(old)
		for _, s := range remove {
			delete(after, s.ID)
		}
		for _, s := range append(keep, add...) {
			after[s.ID] = s
		}
		if d := cmp.Diff(byID(want), after); d != "" {
			t.Fatal(d)
		}
		if len(keep)+len(remove) != len(old) || len(keep)+len(add) != len(want) {
			t.Fatalf("%v %v %v", add, keep, remove)
		}
		for _, c := range Changed(old, want) {
			if c.From.ID != c.To.ID || c.From.Pool == c.To.Pool {
				t.Fatalf("%+v", c)
			}
		}
	})
}
