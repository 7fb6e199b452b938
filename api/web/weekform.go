package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"chesna/booking"
	"chesna/booking/capacity"
)

// weekForm is the schedule of a week as typed: nothing is lost when something is wrong.
type weekForm struct {
	Counters []counterForm
	Closures []closureForm
	Reason   string
	Revision int64
}

type counterForm struct {
	ID       string
	Openings []openingForm
}

type openingForm struct{ Weekday, From, To, Group, Pool string }

type closureForm struct {
	Date, From, To, Reason string
	Holiday                bool
}

// readWeekForm reads the fields c0.id, c0.o0.from, x0.date and so on, in order, up to the first gap.
func readWeekForm(f url.Values) weekForm {
	out := weekForm{Reason: f.Get("reason")}
	out.Revision, _ = strconv.ParseInt(f.Get("revision"), 10, 64)
	for i := 0; i < capacity.MaxCounters && f.Has(fmt.Sprintf("c%d.id", i)); i++ {
		c := counterForm{ID: strings.TrimSpace(f.Get(fmt.Sprintf("c%d.id", i)))}
		for j := 0; j < capacity.MaxOpenings && f.Has(fmt.Sprintf("c%d.o%d.from", i, j)); j++ {
			get := func(name string) string { return strings.TrimSpace(f.Get(fmt.Sprintf("c%d.o%d.%s", i, j, name))) }
			c.Openings = append(c.Openings, openingForm{get("weekday"), get("from"), get("to"), get("group"), get("pool")})
		}
		out.Counters = append(out.Counters, c)
	}
	for i := 0; i < capacity.MaxClosures && f.Has(fmt.Sprintf("x%d.date", i)); i++ {
		get := func(name string) string { return strings.TrimSpace(f.Get(fmt.Sprintf("x%d.%s", i, name))) }
		out.Closures = append(out.Closures, closureForm{get("date"), get("from"), get("to"), get("reason"), get("holiday") == "yes"})
	}
	return out
}

// weekFormOf lays a published plan out as a form.
func weekFormOf(p booking.WeekPlan, revision int64) weekForm {
	out := weekForm{Reason: p.Reason, Revision: revision}
	for _, c := range p.Counters {
		one := counterForm{ID: c.ID}
		for _, o := range c.Openings {
			one.Openings = append(one.Openings, openingForm{o.Weekday.String(), o.From.String(), o.To.String(), o.Group, string(o.Pool)})
		}
		out.Counters = append(out.Counters, one)
	}
	for _, x := range p.Closures {
		one := closureForm{Date: x.Date.String(), Reason: x.Reason, Holiday: x.PublicHoliday}
		if x.From != nil && x.To != nil {
			one.From, one.To = x.From.String(), x.To.String()
		}
		out.Closures = append(out.Closures, one)
	}
	return out
}

// plan turns what was typed into a plan; what cannot be read is listed by field.
func (w weekForm) plan() (booking.WeekPlan, map[string]error) {
	faults := map[string]error{}
	note := func(field string, err error) {
		if err != nil {
			faults[field] = err
		}
	}
	clock := func(field, s string) capacity.TimeOfDay {
		t, err := capacity.ParseTimeOfDay(fullClock(s))
		note(field, err)
		return t
	}
	p := booking.WeekPlan{Reason: strings.TrimSpace(w.Reason)}
	for i, c := range w.Counters {
		one := capacity.Counter{ID: strings.ToLower(c.ID)}
		for j, o := range c.Openings {
			at := fmt.Sprintf("c%d.o%d.", i, j)
			var day capacity.Weekday
			note(at+"weekday", day.UnmarshalText([]byte(o.Weekday)))
			one.Openings = append(one.Openings, capacity.Opening{
				Weekday: day, From: clock(at+"from", o.From), To: clock(at+"to", o.To), Group: o.Group, Pool: capacity.Pool(o.Pool),
			})
		}
		p.Counters = append(p.Counters, one)
	}
	for i, x := range w.Closures {
		at := fmt.Sprintf("x%d.", i)
		date, err := capacity.ParseDate(x.Date)
		note(at+"date", err)
		one := capacity.Closure{Date: date, Reason: x.Reason, PublicHoliday: x.Holiday}
		if x.From != "" || x.To != "" {
			from, to := clock(at+"from", x.From), clock(at+"to", x.To)
			one.From, one.To = &from, &to
		}
		p.Closures = append(p.Closures, one)
	}
	return p, faults
}

// fullClock takes "9:00" for "09:00".
func fullClock(s string) string {
	if len(s) == 4 && s[1] == ':' {
		return "0" + s
	}
	return s
}

// edit carries out one of the buttons that change the form's rows: add-counter, remove-counter.1,
// add-opening.1, remove-opening.1.2, copy-opening.1 (its first row to the other working days), add-closure,
// remove-closure.0. False when the button is none of them.
func (w *weekForm) edit(button string, workdays []capacity.Weekday) bool {
	name, rest, _ := strings.Cut(button, ".")
	first, second, _ := strings.Cut(rest, ".")
	i, errI := strconv.Atoi(first)
	j, errJ := strconv.Atoi(second)
	counter := errI == nil && i >= 0 && i < len(w.Counters)
	switch {
	case name == "add-counter" && len(w.Counters) < capacity.MaxCounters:
		w.Counters = append(w.Counters, counterForm{ID: w.freeID(), Openings: []openingForm{{Weekday: "mon", From: "09:00", To: "13:00"}}})
	case name == "remove-counter" && counter:
		w.Counters = slices.Delete(w.Counters, i, i+1)
	case name == "add-opening" && counter && len(w.Counters[i].Openings) < capacity.MaxOpenings:
		w.Counters[i].Openings = append(w.Counters[i].Openings, w.Counters[i].next(workdays))
	case name == "copy-opening" && counter:
		w.Counters[i].spread(workdays)
	case name == "remove-opening" && counter && errJ == nil && j >= 0 && j < len(w.Counters[i].Openings):
		w.Counters[i].Openings = slices.Delete(w.Counters[i].Openings, j, j+1)
	case name == "add-closure" && len(w.Closures) < capacity.MaxClosures:
		w.Closures = append(w.Closures, closureForm{})
	case name == "remove-closure" && errI == nil && i >= 0 && i < len(w.Closures):
		w.Closures = slices.Delete(w.Closures, i, i+1)
	default:
		return false
	}
	return true
}

// freeID is the first of c1, c2, … that no counter has.
func (w *weekForm) freeID() string {
	for n := 1; ; n++ {
		id := "c" + strconv.Itoa(n)
		if !slices.ContainsFunc(w.Counters, func(c counterForm) bool { return c.ID == id }) {
			return id
		}
	}
}

// next is a new row like the last one, on the working day after it.
func (c counterForm) next(workdays []capacity.Weekday) openingForm {
	if len(c.Openings) == 0 {
		return openingForm{Weekday: "mon", From: "09:00", To: "13:00"}
	}
	row := c.Openings[len(c.Openings)-1]
	for k, d := range workdays {
		if d.String() == row.Weekday && k+1 < len(workdays) {
			row.Weekday = workdays[k+1].String()
			break
		}
	}
	return row
}

// spread copies the first row to the working days that have none.
func (c *counterForm) spread(workdays []capacity.Weekday) {
	if len(c.Openings) == 0 {
		return
	}
	for _, d := range workdays {
		if !slices.ContainsFunc(c.Openings, func(o openingForm) bool { return o.Weekday == d.String() }) {
			row := c.Openings[0]
			row.Weekday = d.String()
			c.Openings = append(c.Openings, row)
		}
	}
}
