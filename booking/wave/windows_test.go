package wave

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
)

func warsaw(t testing.TB) booking.Consulate {
	return postIn(t, "Europe/Warsaw")
}

func postIn(t testing.TB, zone string) booking.Consulate {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return booking.Consulate{
		ID: "waw", Location: loc, Workdays: []capacity.Weekday{capacity.Monday, capacity.Tuesday, capacity.Wednesday, capacity.Thursday, capacity.Friday},
	}
}

// seatAt is a seat of the week by local day (1 Monday), hour, minute and counter.
func seatAt(t testing.TB, post booking.Consulate, w capacity.ISOWeek, day, hour, minute int, counter string) Seat {
	t.Helper()
	d := w.Day(capacity.Weekday(day))
	start := time.Date(d.Year, d.Month, d.Day, hour, minute, 0, 0, post.Location).UTC()
	id, err := capacity.SeatID(string(post.ID), counter, start, 20)
	if err != nil {
		t.Fatal(err)
	}
	return Seat{Seat: booking.Seat{
		ID: booking.SeatID(id), Consulate: post.ID, Counter: booking.CounterID(counter), Group: "passport", Pool: booking.PoolDraw,
		Start: start, Minutes: 20, State: booking.SeatPlanned,
	}}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		seats [HalfDays]int
		want  string // number-last:seats
	}{
		{[HalfDays]int{}, ""},
		{[HalfDays]int{0, 0, 3}, "2-2:3"},
		{[HalfDays]int{4, 4, 4}, "0-0:4 1-1:4 2-2:4"},
		{[HalfDays]int{3, 1, 5}, "0-1:4 2-2:5"},
		{[HalfDays]int{5, 0, 0, 2}, "0-3:7"},
		{[HalfDays]int{1, 1, 1, 1, 1}, "0-4:5"},
		{[HalfDays]int{9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, "0-0:9 1-1:9 2-2:9 3-3:9 4-4:9 5-5:9 6-6:9 7-7:9 8-8:9 9-9:9"},
		{[HalfDays]int{9, 9, 9, 9, 9, 4, 4, 9, 9, 9, 9, 9}, "0-0:9 1-1:9 2-2:9 3-3:9 4-6:17 7-7:9 8-8:9 9-9:9 10-10:9 11-11:9"},
	} {
		var got []string
		for _, w := range merge(c.seats) {
			got = append(got, fmt.Sprintf("%d-%d:%d", w.Number, w.LastHalf, w.Seats))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v: %s, want %s", c.seats, s, c.want)
		}
	}
}

func TestMergeHoldsForAllWeeks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var seats [HalfDays]int
		total := 0
		for i := range seats {
			seats[i] = rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 12)).Draw(t, "seats")
			total += seats[i]
		}
		windows := merge(seats)
		if len(windows) > MaxWindows {
			t.Fatalf("%d windows", len(windows))
		}
		sum := 0
		for i, w := range windows {
			if w.LastHalf < w.Number || (i > 0 && windows[i-1].LastHalf >= w.Number) {
				t.Fatalf("window %d overlaps: %v", i, windows)
			}
			if w.Seats < min(enoughSeats, total) {
				t.Fatalf("window %d has %d seats of %d", i, w.Seats, total)
			}
			n := 0
			for half := w.Number; half <= w.LastHalf; half++ {
				n += seats[half]
			}
			if n != w.Seats || seats[w.Number] == 0 || seats[w.LastHalf] == 0 {
				t.Fatalf("window %d: %+v of %v", i, w, seats)
			}
			sum += n
		}
		if sum != total {
			t.Fatalf("%d seats in windows, %d in all", sum, total)
		}
	})
}

func TestAssign(t *testing.T) {
	post, w := warsaw(t), capacity.ISOWeek{Year: 2026, Week: 50}
	var seats []Seat
	for i := range 4 {
		seats = append(seats, seatAt(t, post, w, 1, 9+i, 0, "c1")) // Monday morning, up to 12:00
	}
	seats = append(seats, seatAt(t, post, w, 1, 13, 0, "c1"), seatAt(t, post, w, 2, 12, 55, "c1"))
	out, windows, err := assign(post, w, nil, seats)
	if err != nil || len(out) != 6 {
		t.Fatal(out, err)
	}
	if len(windows) != 1 || windows[0].Label != "2026-12-07 am – 2026-12-08 am" || windows[0].LastHalf != 2 || windows[0].Seats != 6 {
		t.Fatalf("windows: %+v", windows)
	}
	if !windows[0].From.Equal(seats[0].Start) || !windows[0].To.Equal(seats[5].Start) {
		t.Fatalf("span: %+v", windows[0])
	}

	// A standby wave keeps the family's windows, and makes one for a half-day that has none.
	family := []Window{{Number: 0, LastHalf: 0, Label: "2026-12-07 am", Seats: 4}, {Number: 1, LastHalf: 2, Label: "kept", Seats: 2}}
	later := []Seat{seats[4], seatAt(t, post, w, 7, 18, 0, "c1")}
	out, windows, err = assign(post, w, family, later)
	if err != nil || len(windows) != 2 || windows[0].Label != "kept" || windows[0].Seats != 1 || windows[1].Number != 13 || windows[1].Label != "2026-12-13 pm" {
		t.Fatalf("%+v, %v", windows, err)
	}
	if out[0].Window != 1 || out[1].Window != 13 || family[1].Seats != 2 {
		t.Fatalf("%+v, %+v", out, family)
	}
	if _, _, err := assign(post, w.Add(1), nil, seats); err == nil {
		t.Fatal("a seat of another week was taken")
	}
}

func TestAFamilyGrowsToTenWindowsOnly(t *testing.T) {
	post, w := warsaw(t), capacity.ISOWeek{Year: 2026, Week: 50}
	var family []Window
	for half := range MaxWindows {
		family = append(family, Window{Number: half, LastHalf: half, Label: "x"})
	}
	var seats []Seat
	for half := range HalfDays {
		seats = append(seats, seatAt(t, post, w, half/2+1, 9+half%2*5, 0, "c1"))
	}
	out, windows, err := assign(post, w, family, seats)
	if err != nil || len(out) != MaxWindows || len(windows) != MaxWindows {
		t.Fatalf("%d seats in %d windows, %v", len(out), len(windows), err)
	}
	out, windows, err = assign(post, w, family, seats[8:])
	if err != nil || len(out) != 6 || len(windows) != 6 {
		t.Fatalf("%d seats in %d windows, %v", len(out), len(windows), err)
	}
}

// TestAssignHoldsAcrossClockChanges: in weeks and zones with a clock change, every seat is in the window of its local
// half-day, and the manifest reads back as it was.
func TestAssignHoldsAcrossClockChanges(t *testing.T) {
	zones := []string{"Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC", "Pacific/Apia"}
	rapid.Check(t, func(rt *rapid.T) {
		post := postIn(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		w := capacity.ISOWeek{Year: rapid.IntRange(2010, 2040).Draw(rt, "year"), Week: rapid.SampledFrom([]int{1, 10, 11, 12, 13, 14, 40, 43, 44, 45, 52}).Draw(rt, "week")}
		from, to := w.Span(post.Location)
		minutes := int(to.Sub(from) / time.Minute)
		var seats []Seat
		taken := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(rt, "seats") {
			start := from.Add(time.Duration(rapid.IntRange(0, minutes-1).Draw(rt, "start")) * time.Minute).UTC()
			counter := rapid.SampledFrom([]string{"c1", "c2"}).Draw(rt, "counter")
			id, err := capacity.SeatID("waw", counter, start, 20)
			if err != nil || taken[id] {
				continue
			}
			taken[id] = true
			seats = append(seats, Seat{Seat: booking.Seat{ID: booking.SeatID(id), Counter: booking.CounterID(counter), Group: "passport", Start: start, Minutes: 20}})
		}
		out, windows, err := assign(post, w, nil, seats)
		if err != nil || len(out) != len(seats) {
			rt.Fatalf("%d of %d: %v", len(out), len(seats), err)
		}
		for _, s := range out {
			half, err := halfOf(post, w, s.Seat)
			at := covering(windows, half)
			local := s.Start.In(post.Location)
			if err != nil || at < 0 || windows[at].Number != s.Window || (local.Hour() >= 13) != (half%2 == 1) || s.Start.Before(windows[at].From) || s.Start.After(windows[at].To) {
				rt.Fatalf("%v: window %d of half-day %d, %v", local, s.Window, half, err)
			}
		}
		_, m, err := manifest(post, rapid.Permutation(out).Draw(rt, "order"))
		if err != nil || len(m.Seats) != len(out) {
			rt.Fatal(err)
		}
		slices.SortFunc(out, func(a, b Seat) int { return strings.Compare(string(a.ID), string(b.ID)) })
		slices.SortFunc(m.Seats, func(a, b draw.Seat) int { return strings.Compare(a.ID, b.ID) })
		for i, s := range out {
			if got := m.Seats[i]; got.ID != string(s.ID) || !got.Start.Equal(s.Start) || got.Window != s.Window || got.Counter != string(s.Counter) || got.Minutes != s.Minutes {
				rt.Fatalf("%+v is not %+v", got, s)
			}
		}
	})
}

func TestManifestBytes(t *testing.T) {
	post, w := warsaw(t), capacity.ISOWeek{Year: 2026, Week: 50}
	s := []Seat{seatAt(t, post, w, 1, 11, 0, "c2"), seatAt(t, post, w, 1, 9, 20, "c2"), seatAt(t, post, w, 1, 9, 20, "c1")}
	b, _, err := manifest(post, s)
	want := "waw-c1-20261207T0820Z-20 0 2026-12-07T09:20:00+01:00 20 c1\n" +
		"waw-c2-20261207T0820Z-20 0 2026-12-07T09:20:00+01:00 20 c2\n" +
		"waw-c2-20261207T1000Z-20 0 2026-12-07T11:00:00+01:00 20 c2\n"
	if err != nil || string(b) != want {
		t.Fatalf("%s, %v", b, err)
	}
	if _, _, err := manifest(post, append(s, s[0])); err == nil {
		t.Fatal("a seat was written twice")
	}
}
