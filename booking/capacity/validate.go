package capacity

import (
	"fmt"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// Validate reports every fault of the schedule as Errors, or nil.
func (w Week) Validate() error {
	f := &faults{}
	f.at("/consulate", CheckConsulateID(w.Consulate))
	if !w.ISOWeek.Valid() {
		f.add("/week", CodeOutOfRange, "want an existing ISO week")
	}
	if w.Location == nil {
		f.add("/location", CodeRequired, "want the post's time zone")
	}
	w.checkFrame(f)
	w.checkGroups(f)
	w.checkCounters(f)
	w.checkClosures(f)
	if len(f.list) == 0 && w.countSlots() > MaxSeats {
		f.add("/counters", CodeTooMany, fmt.Sprintf("more than %d seats in the week", MaxSeats))
	}
	return f.err()
}

// checkFrame looks at workdays and holidays.
func (w Week) checkFrame(f *faults) {
	if len(w.Workdays) == 0 {
		f.add("/workdays", CodeRequired, "want at least one working weekday")
	}
	if len(w.Workdays) > 7 {
		f.add("/workdays", CodeTooMany, "more than 7 working weekdays")
		return
	}
	for i, d := range w.Workdays {
		if !d.Valid() {
			f.add(ptr("workdays", i), CodeMalformed, "want mon to sun")
		} else if slices.Index(w.Workdays, d) < i {
			f.add(ptr("workdays", i), CodeDuplicate, "the weekday is already listed")
		}
	}
	if len(w.Holidays) > MaxHolidays {
		f.add("/holidays", CodeTooMany, fmt.Sprintf("more than %d holidays", MaxHolidays))
		return
	}
	for i, d := range w.Holidays {
		if !d.Valid() {
			f.add(ptr("holidays", i), CodeOutOfRange, "want an existing day in the years 2000 to 2199")
		}
	}
}

// checkGroups looks at the grid and the slot length of each service group.
func (w Week) checkGroups(f *faults) {
	if w.Grid < 1 || w.Grid > MaxGrid {
		f.add("/grid", CodeOutOfRange, fmt.Sprintf("want 1 to %d minutes", MaxGrid))
	}
	if len(w.SlotMinutes) > MaxGroups {
		f.add("/slotMinutes", CodeTooMany, fmt.Sprintf("more than %d service groups", MaxGroups))
		return
	}
	for g, m := range w.SlotMinutes {
		f.at(ptr("slotMinutes", g), CheckGroupID(g))
		switch {
		case m < MinSlot || m > MaxSlot:
			f.add(ptr("slotMinutes", g), CodeOutOfRange, fmt.Sprintf("want %d to %d minutes", MinSlot, MaxSlot))
		case w.Grid >= 1 && m%w.Grid != 0:
			f.add(ptr("slotMinutes", g), CodeOffGrid, "want a multiple of the grid")
		}
	}
}

func (w Week) checkCounters(f *faults) {
	if len(w.Counters) > MaxCounters {
		f.add("/counters", CodeTooMany, fmt.Sprintf("more than %d counters", MaxCounters))
		return
	}
	first := map[string]int{}
	for i, c := range w.Counters {
		f.at(ptr("counters", i, "id"), CheckCounterID(c.ID))
		if _, ok := first[c.ID]; ok {
			f.add(ptr("counters", i, "id"), CodeDuplicate, "the counter is already listed")
		}
		first[c.ID] = i
		if len(c.Openings) > MaxOpenings {
			f.add(ptr("counters", i, "openings"), CodeTooMany, fmt.Sprintf("more than %d openings", MaxOpenings))
			continue
		}
		for j, o := range c.Openings {
			w.checkOpening(f, ptr("counters", i, "openings", j), o)
		}
		checkOverlaps(f, i, c.Openings)
	}
}

func (w Week) checkOpening(f *faults, at string, o Opening) {
	if !o.Weekday.Valid() {
		f.add(at+"/weekday", CodeRequired, "want mon to sun")
	}
	if !o.Pool.Valid() {
		f.add(at+"/pool", CodeUnknown, "want open, draw, kiosk or today")
	}
	checkSpan(f, at, o.From, o.To)
	if w.Grid >= 1 && int(o.From)%w.Grid != 0 {
		f.add(at+"/from", CodeOffGrid, "want a multiple of the grid")
	}
	if w.Grid >= 1 && int(o.To)%w.Grid != 0 {
		f.add(at+"/to", CodeOffGrid, "want a multiple of the grid")
	}
	m, ok := w.SlotMinutes[o.Group]
	switch {
	case !ok:
		f.add(at+"/group", CodeUnknown, "want a service group that has a slot length")
	case o.From < o.To && int(o.To-o.From) < m:
		f.add(at+"/to", CodeNoSlot, "no slot of the service group fits into the opening")
	}
}

func checkSpan(f *faults, at string, from, to TimeOfDay) {
	if from < 0 || from >= endOfDay {
		f.add(at+"/from", CodeOutOfRange, "want 00:00 to 23:59")
	}
	if to < 0 || to > endOfDay {
		f.add(at+"/to", CodeOutOfRange, "want 00:01 to 24:00")
	}
	if from >= to {
		f.add(at+"/to", CodeEmptySpan, "want an end after the start")
	}
}

// checkOverlaps reports each opening of counter i that begins before an earlier
// one of the same weekday has ended.
func checkOverlaps(f *faults, i int, openings []Opening) {
	order := make([]int, 0, len(openings))
	for j, o := range openings {
		if o.Weekday.Valid() && o.From < o.To {
			order = append(order, j)
		}
	}
	sort.SliceStable(order, func(a, b int) bool {
		x, y := openings[order[a]], openings[order[b]]
		if x.Weekday != y.Weekday {
			return x.Weekday < y.Weekday
		}
		return x.From < y.From
	})
	longest := -1 // the opening so far that ends last
	for _, j := range order {
		o := openings[j]
		if longest >= 0 && openings[longest].Weekday == o.Weekday && o.From < openings[longest].To {
			f.add(ptr("counters", i, "openings", j), CodeOverlap,
				fmt.Sprintf("overlaps opening %d of the same counter", longest))
		}
		if longest < 0 || openings[longest].Weekday != o.Weekday || openings[longest].To < o.To {
			longest = j
		}
	}
}

func (w Week) checkClosures(f *faults) {
	if len(w.Closures) > MaxClosures {
		f.add("/closures", CodeTooMany, fmt.Sprintf("more than %d closures", MaxClosures))
		return
	}
	for i, c := range w.Closures {
		at := ptr("closures", i)
		if !c.Date.Valid() || !w.ISOWeek.Contains(c.Date) {
			f.add(at+"/date", CodeOutOfWeek, "want a day of the week that is published")
		}
		checkReason(f, at+"/reason", c.Reason)
		switch {
		case c.From == nil && c.To == nil:
		case c.From == nil:
			f.add(at+"/from", CodeRequired, "want both from and to, or neither")
		case c.To == nil:
			f.add(at+"/to", CodeRequired, "want both from and to, or neither")
		default:
			checkSpan(f, at, *c.From, *c.To)
			if c.PublicHoliday {
				f.add(at+"/publicHoliday", CodeMalformed, "a public holiday closes the whole day")
			}
		}
	}
}

func checkReason(f *faults, at, s string) {
	switch {
	case s == "":
		f.add(at, CodeRequired, "want a reason that citizens can read")
	case !utf8.ValidString(s):
		f.add(at, CodeMalformed, "want UTF-8")
	case utf8.RuneCountInString(s) > MaxReason:
		f.add(at, CodeOutOfRange, fmt.Sprintf("more than %d characters", MaxReason))
	default:
		for _, r := range s {
			if unicode.IsControl(r) {
				f.add(at, CodeMalformed, "want no control characters")
				return
			}
		}
	}
}

// countSlots is an upper bound of the seats, for a schedule without faults.
func (w Week) countSlots() int {
	n := 0
	for _, c := range w.Counters {
		for _, o := range c.Openings {
			n += int(o.To-o.From) / w.SlotMinutes[o.Group]
		}
	}
	return n
}
