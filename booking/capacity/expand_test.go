package capacity

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustExpand(t rapid.TB, w Week) []Seat {
	t.Helper()
	seats, err := Expand(w)
	if err != nil {
		t.Fatalf("Expand: %v", err)
	}
	return seats
}

func TestExpandNamesAndOrdersSeats(t *testing.T) {
	w := plainWeek(t)
	w.Counters[0].Openings[0].To = 9*60 + 50 // the last ten minutes fit no slot
	got := mustExpand(t, w)
	at := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	want := []Seat{
		{ID: "waw-c1-20261207T0800Z-20", Counter: "c1", Group: "passport", Pool: PoolOpen, Start: at, Minutes: 20},
		{ID: "waw-c1-20261207T0820Z-20", Counter: "c1", Group: "passport", Pool: PoolOpen, Start: at.Add(20 * time.Minute), Minutes: 20},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExpandLeavesOutWhatIsClosed(t *testing.T) {
	w := plainWeek(t)
	from, to := TimeOfDay(9*60+30), TimeOfDay(9*60+35)
	w.Closures = []Closure{{Date: w.ISOWeek.Day(Monday), From: &from, To: &to, Reason: "Навчальна тривога"}}
	if got := mustExpand(t, w); len(got) != 2 || got[1].Start.Minute() != 40 {
		t.Errorf("a closure from 09:30 to 09:35 must take the seat at 09:20 only, left %v", got)
	}
	w.Closures = nil
	w.Holidays = []Date{w.ISOWeek.Day(Monday)}
	if got := mustExpand(t, w); len(got) != 0 {
		t.Errorf("a holiday left %v", got)
	}
}

// Every seat keeps the promises of doc.go, in every zone, all the year round.
func TestExpandInvariants(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		seats := mustExpand(t, w)
		if d := cmp.Diff(seats, mustExpand(t, w)); d != "" {
			t.Fatalf("not deterministic: %s", d)
		}
		ids := map[string]bool{}
		ends := map[string]time.Time{}
		weekFrom, weekTo := w.ISOWeek.Span(w.Location)
		for i, s := range seats {
			ref, err := ParseSeatID(s.ID)
			if err != nil || !form.MatchString(s.ID) || ref != (SeatRef{"waw", s.Counter, s.Start, s.Minutes}) {
				t.Fatalf("id %q says %+v, %v", s.ID, ref, err)
			}
			if ids[s.ID] {
				t.Fatalf("seat %s twice", s.ID)
			}
			ids[s.ID] = true
			if i > 0 && s.Start.Before(seats[i-1].Start) {
				t.Fatalf("seat %s out of order", s.ID)
			}
			if s.Start.Before(ends[s.Counter]) {
				t.Fatalf("seat %s starts before the one before has ended", s.ID)
			}
			ends[s.Counter] = s.End()
			if s.Start.Before(weekFrom) || s.End().After(weekTo) || s.Start.Location() != time.UTC {
				t.Fatalf("seat %s outside %v to %v", s.ID, weekFrom, weekTo)
			}
			checkInsideOpening(t, w, s)
		}
	})
}

// checkInsideOpening finds the opening that a seat is of, by the clock on the
// wall at its start and just before its end.
func checkInsideOpening(t *rapid.T, w Week, s Seat) {
	start, last := s.Start.In(w.Location), s.End().Add(-time.Minute).In(w.Location)
	if DateOf(start) != DateOf(last) || int(timeOfDay(last)-timeOfDay(start)) != s.Minutes-1 {
		t.Fatalf("seat %s: the clock shows %v to %v", s.ID, start, last)
	}
	day := DateOf(start)
	if slices.Contains(w.PublicHolidays(), day) {
		t.Fatalf("seat %s on a holiday", s.ID)
	}
	for _, c := range w.Closures {
		if c.hits(day, timeOfDay(start), timeOfDay(last)+1) {
			t.Fatalf("seat %s in a closure", s.ID)
		}
	}
	for _, c := range w.Counters {
		for _, o := range c.Openings {
			if c.ID == s.Counter && o.Weekday == day.Weekday() && o.From <= timeOfDay(start) && timeOfDay(last) < o.To {
				if o.Group != s.Group || o.Pool != s.Pool || w.SlotMinutes[o.Group] != s.Minutes ||
					int(timeOfDay(start)-o.From)%s.Minutes != 0 {
					t.Fatalf("seat %s does not fit its opening %+v", s.ID, o)
				}
				return
			}
		}
	}
	t.Fatalf("seat %s is in no opening", s.ID)
}

// On days without a clock change no slot is lost.
func TestExpandLosesNothingOnPlainDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		w.Closures, w.Holidays = nil, nil
		got := map[Date]int{}
		for _, s := range mustExpand(t, w) {
			got[DateOf(s.Start.In(w.Location))]++
		}
		for _, d := range w.ISOWeek.Days() {
			from, to := dayStart(d, w.Location), dayStart(d.AddDays(1), w.Location)
			want := 0
			for _, c := range w.Counters {
				for _, o := range c.Openings {
					if o.Weekday == d.Weekday() {
						want += int(o.To-o.From) / w.SlotMinutes[o.Group]
					}
				}
			}
			if _, end := from.ZoneBounds(); !end.IsZero() && end.Before(to) {
				continue // the clocks change on this day
			}
			if to.Sub(from) == 24*time.Hour && got[d] != want {
				t.Fatalf("%v in %v: %d seats, want %d", d, w.Location, got[d], want)
			}
		}
	})
}

func TestExpandOnClockChanges(t *testing.T) {
	open := func(day Weekday, from, to TimeOfDay) []Counter {
		return []Counter{{ID: "c1", Openings: []Opening{{Weekday: day, From: from, To: to, Group: "passport", Pool: PoolOpen}}}}
	}
	for _, c := range []struct {
		name, zone string
		week       ISOWeek
		day        Weekday
		from, to   TimeOfDay
		slot       int
		want       []string // UTC starts
	}{
		{
			"spring: 02:00 to 03:00 does not exist", "Europe/Warsaw",
			ISOWeek{2027, 12},
			Sunday, 60, 240, 30,
			[]string{"00:00", "00:30", "01:00", "01:30"},
		},
		{
			"autumn: 02:00 to 03:00 is twice, the first counts", "Europe/Warsaw",
			ISOWeek{2026, 43},
			Sunday, 60, 240, 30,
			[]string{"23:00", "23:30", "00:00", "00:30", "02:00", "02:30"},
		},
		{
			"autumn: a slot across the change is left out", "Europe/Warsaw",
			ISOWeek{2026, 43},
			Sunday, 105, 225, 30,
			[]string{"23:45", "00:15", "02:15"},
		},
		{"change at midnight", "Africa/Cairo", ISOWeek{2026, 17}, Friday, 0, 120, 30, []string{"22:00", "22:30"}},
		{"half an hour forward", "Australia/Lord_Howe", ISOWeek{2026, 40}, Sunday, 60, 180, 30, []string{"14:30", "15:00", "15:30"}},
		{"a day that the date line swallowed", "Pacific/Apia", ISOWeek{2011, 52}, Friday, 540, 600, 30, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := plainWeek(t)
			w.ISOWeek, w.Location, w.SlotMinutes = c.week, zone(t, c.zone), map[string]int{"passport": c.slot}
			w.Counters = open(c.day, c.from, c.to)
			var got []string
			for _, s := range mustExpand(t, w) {
				got = append(got, s.Start.Format("15:04"))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// instant is right about existing, missing and repeated wall times, judged by
// walking through the day minute by minute.
func TestInstantAgainstTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		day := drawISOWeek(t).Day(Weekday(rapid.IntRange(1, 7).Draw(t, "weekday")))
		first := map[TimeOfDay]time.Time{}
		for at := day.midnight().Add(-30 * time.Hour); at.Before(day.midnight().Add(54 * time.Hour)); at = at.Add(time.Minute) {
			local := at.In(loc)
			if _, seen := first[timeOfDay(local)]; DateOf(local) == day && !seen {
				first[timeOfDay(local)] = at
			}
		}
		for m := TimeOfDay(0); m < endOfDay; m++ {
			want, exists := first[m]
			got, ok := instant(day, m, loc)
			if ok != exists || (ok && !got.Equal(want)) {
				t.Fatalf("%v %v in %v: %v %v, want %v %v", day, m, loc, got, ok, want, exists)
			}
		}
	})
}
