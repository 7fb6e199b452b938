package capacity

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func everyDay(counter string, from, to TimeOfDay, days ...Weekday) Counter {
	c := Counter{ID: counter}
	for _, d := range days {
		c.Openings = append(c.Openings, Opening{Weekday: d, From: from, To: to, Group: "passport", Pool: PoolOpen})
	}
	return c
}

func meterOf(t testing.TB, w Week) Report {
	t.Helper()
	return Meter(w.MeterInput(mustExpand(t, w)))
}

// The hours of the embassy in Washington in 2014: 9–12 daily, Thursday
// 14–17 too. 18 hours; the four short days lack an hour each; 2 hours short.
func TestR06Washington2014IsTwoHoursShort(t *testing.T) {
	w := plainWeek(t)
	w.Location = zone(t, "America/New_York")
	c := everyDay("c1", 9*60, 12*60, w.Workdays...)
	c.Openings = append(c.Openings, everyDay("", 14*60, 17*60, Thursday).Openings...)
	w.Counters = []Counter{c}
	r := meterOf(t, w)
	if r.Met || r.Rule != RuleNone || r.Required != 1200 || r.Open != 18*60 || r.WeekShortfall != 120 ||
		r.DayShortfall != 240 || r.Shortfall != 120 {
		t.Errorf("%+v", r)
	}
	var days []int
	for _, d := range r.Days {
		days = append(days, d.Open)
	}
	if d := cmp.Diff([]int{180, 180, 180, 360, 180, 0, 0}, days); d != "" {
		t.Error(d)
	}
	want := []Suggestion{{Date: w.ISOWeek.Day(Monday), Weekday: Monday, From: 14 * 60, To: 16 * 60, Minutes: 120}}
	if d := cmp.Diff(want, r.Suggestions); d != "" {
		t.Error(d)
	}
}

// What is proposed for an empty week is a week that a post can work: every
// morning, not one day from dawn to dusk.
func TestSuggestionsArePlainHours(t *testing.T) {
	type hours struct {
		day      Weekday
		from, to TimeOfDay
	}
	at := func(from, to TimeOfDay, days ...Weekday) (out []hours) {
		for _, d := range days {
			out = append(out, hours{d, from * 60, to * 60})
		}
		return out
	}
	for name, c := range map[string]struct {
		spoil func(*Week)
		want  []hours
	}{
		"nothing": {func(*Week) {}, at(9, 13, Monday, Tuesday, Wednesday, Thursday, Friday)},
		"one long day": {
			func(w *Week) { w.Counters = []Counter{everyDay("c1", 8*60, 14*60, Monday)} },
			append(at(9, 13, Tuesday, Wednesday, Thursday), at(9, 11, Friday)...),
		},
		"two hours each morning": {
			func(w *Week) { w.Counters = []Counter{everyDay("c1", 9*60, 11*60, w.Workdays...)} },
			append(at(14, 18, Monday, Tuesday), at(14, 16, Wednesday)...),
		},
		"three hours, one day missing": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 12*60, Monday, Tuesday, Thursday, Friday)}
		}, append(at(14, 18, Monday), at(9, 13, Wednesday)...)},
		"every day but Friday": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, Monday, Tuesday, Wednesday, Thursday)}
		}, at(9, 13, Friday)},
		"six days": {func(w *Week) {
			w.Workdays = append(w.Workdays, Saturday)
			w.Counters = []Counter{everyDay("c1", 9*60, 12*60, w.Workdays...)}
		}, at(14, 16, Monday)},
	} {
		t.Run(name, func(t *testing.T) {
			w := plainWeek(t)
			w.Counters = nil
			c.spoil(&w)
			var got []hours
			for _, s := range meterOf(t, w).Suggestions {
				got = append(got, hours{s.Weekday, s.From, s.To})
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestR06EitherRuleIsEnough(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Week)
		rule  Rule
		met   bool
		short int
	}{
		"20 hours in four long days": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 14*60, Monday, Tuesday, Wednesday, Thursday)}
		}, RuleWeek, true, 0},
		"4 hours on each of six days is 24, the week needs 20": {func(w *Week) {
			w.Workdays = []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday}
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, w.Workdays...)}
		}, RuleWeek, true, 0},
		"4 hours on each of four working days": {func(w *Week) {
			w.Workdays = []Weekday{Monday, Tuesday, Wednesday, Thursday}
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, w.Workdays...)}
		}, RuleDay, true, 0},
		"two counters at once are not twice the time": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 12*60, w.Workdays...), everyDay("c2", 9*60, 12*60, w.Workdays...)}
		}, RuleNone, false, 300},
		"a holiday shortens the week to 16 hours": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 14*60, Monday, Tuesday, Wednesday)}
			w.Holidays = []Date{w.ISOWeek.Day(Friday)}
		}, RuleNone, false, 60},
		"a closure that is a public holiday does too": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, w.Workdays...)}
			w.Closures = []Closure{{Date: w.ISOWeek.Day(Monday), Reason: "Свято", PublicHoliday: true}}
		}, RuleWeek, true, 0},
		"any other closure does not": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, w.Workdays...)}
			w.Closures = []Closure{{Date: w.ISOWeek.Day(Monday), Reason: "Ремонт"}}
		}, RuleNone, false, 240},
		"a week of holidays requires nothing": {func(w *Week) {
			for _, d := range w.ISOWeek.Days() {
				w.Holidays = append(w.Holidays, d)
			}
		}, RuleNoDay, true, 0},
		"Saturday is not in the working week": {func(w *Week) {
			w.Counters = []Counter{everyDay("c1", 9*60, 13*60, Monday, Tuesday, Wednesday, Thursday, Saturday)}
		}, RuleNone, false, 240},
	} {
		t.Run(name, func(t *testing.T) {
			w := plainWeek(t)
			c.spoil(&w)
			r := meterOf(t, w)
			if r.Rule != c.rule || r.Met != c.met || r.Shortfall != c.short {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestMeterShowsOnlineApart(t *testing.T) {
	w := plainWeek(t)
	kiosk := everyDay("c2", 9*60, 13*60, w.Workdays...)
	for i := range kiosk.Openings {
		kiosk.Openings[i].Pool = PoolKiosk
	}
	w.Counters = []Counter{everyDay("c1", 9*60, 10*60, w.Workdays...), kiosk}
	if r := meterOf(t, w); !r.Met || r.Open != 1200 || r.Online != 300 {
		t.Errorf("%+v", r)
	}
}

// The figures of a report agree with a count minute by minute, and following its
// suggestions makes the week lawful whenever they promise enough.
func TestMeterAgainstCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		in := w.MeterInput(mustExpand(t, w))
		r := Meter(in)
		all, online := map[Date]map[int64]bool{}, map[Date]map[int64]bool{}
		for _, s := range in.Seats {
			d := DateOf(s.Start.In(in.Location))
			if all[d] == nil {
				all[d], online[d] = map[int64]bool{}, map[int64]bool{}
			}
			for m := range int64(s.Minutes) {
				all[d][s.Start.Unix()/60+m] = true
				if s.Pool == PoolOpen || s.Pool == PoolDraw {
					online[d][s.Start.Unix()/60+m] = true
				}
			}
		}
		open := 0
		for _, d := range r.Days {
			if d.Open != len(all[d.Date]) || d.Online != len(online[d.Date]) {
				t.Fatalf("%v: %d and %d, counted %d and %d", d.Date, d.Open, d.Online, len(all[d.Date]), len(online[d.Date]))
			}
			if d.Working {
				open += d.Open
			}
		}
		if r.Open != open || r.Met != (r.Shortfall == 0) {
			t.Fatalf("sum %d, counted %d; %+v", r.Open, open, r)
		}
		followSuggestions(t, in, r)
	})
}

func followSuggestions(t *rapid.T, in MeterInput, r Report) {
	promised := 0
	for _, s := range r.Suggestions {
		start, ok := instant(s.Date, s.From, in.Location)
		if !ok || s.Minutes <= 0 || int(s.To-s.From) != s.Minutes || s.Minutes%in.Grid != 0 {
			t.Fatalf("suggestion %+v", s)
		}
		promised += s.Minutes
		in.Seats = append(in.Seats, Seat{Start: start, Minutes: s.Minutes, Pool: PoolToday})
	}
	after := Meter(in)
	if after.Open != r.Open+promised {
		t.Fatalf("suggestions of %d minutes added %d", promised, after.Open-r.Open)
	}
	if promised >= r.Shortfall && !after.Met {
		t.Fatalf("suggestions %+v left %+v", r.Suggestions, after)
	}
}

func TestMeterOfNothing(t *testing.T) {
	r := Meter(MeterInput{})
	if r.Rule != RuleNoDay || !r.Met {
		t.Errorf("%+v", r)
	}
	r = Meter(MeterInput{Week: ISOWeek{2026, 50}, Workdays: []Weekday{Monday}, Location: time.UTC})
	if r.Met || r.Required != 1200 || r.Shortfall != 240 || len(r.Suggestions) == 0 {
		t.Errorf("%+v", r)
	}
}
