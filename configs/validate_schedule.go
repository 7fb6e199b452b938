package configs

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"chesna/booking/capacity"
)

func (l Limits) check(f faults) {
	checkNames(f, "/edge", slices.Collect(maps.Keys(l.Edge)), EdgeClasses())
	checkNames(f, "/person", slices.Collect(maps.Keys(l.Person)), PersonActions())
	for name, e := range l.Edge {
		at := ptr("edge", name)
		f.want(e.Requests >= 1 && e.Requests <= 1_000_000, at+"/requests", CodeOutOfRange, between(1, 1_000_000))
		checkPeriod(f, at+"/period", e.Period)
	}
	for name, p := range l.Person {
		at := ptr("person", name)
		f.want(p.Rate >= 1 && p.Rate <= 100_000, at+"/rate", CodeOutOfRange, between(1, 100_000))
		f.want(p.Burst >= 1 && p.Burst <= 10_000, at+"/burst", CodeOutOfRange, between(1, 10_000))
		checkPeriod(f, at+"/per", p.Per)
	}
}

func checkPeriod(f faults, at string, d Duration) {
	f.want(d.D() >= time.Second && d.D() <= 24*time.Hour, at, CodeOutOfRange, "want 1s to 24h")
}

// checkNames wants exactly the known names.
func checkNames(f faults, at string, got, known []string) {
	for _, n := range got {
		f.want(slices.Contains(known, n), at+ptr(shorten(n)), CodeUnknownKey, "want one of "+strings.Join(known, ", "))
	}
	for _, n := range known {
		f.want(slices.Contains(got, n), at+ptr(n), CodeRequired, "the limit is missing")
	}
}

// checkSchedule looks at the names, and tries each template on the posts that
// use it.
func (c *Config) checkSchedule(f faults) {
	s := c.Schedule
	_, ok := s.Templates[s.Default]
	f.want(ok, "/default", CodeUnknown, "want a template of this file")
	for post, name := range s.Posts {
		_, known := c.Consulate(post)
		f.want(known, ptr("posts", post), CodeUnknown, "want a post of "+FileConsulates)
		_, known = s.Templates[name]
		f.want(known, ptr("posts", post), CodeUnknown, "want a template of this file")
	}
	for name, t := range s.Templates {
		t.check(f, ptr("templates", name))
	}
	if len(*f.list) > 0 {
		return
	}
	for _, p := range c.Consulates {
		c.tryTemplate(f, p.ID)
	}
}

func (t Template) check(f faults, at string) {
	f.want(len(t.Counters) > 0, at+"/counters", CodeRequired, "want at least one counter")
	for i, counter := range t.Counters {
		f.want(len(counter.Openings) > 0, at+ptr("counters", i, "openings"), CodeRequired, "want at least one opening")
		for j, o := range counter.Openings {
			here := at + ptr("counters", i, "openings", j)
			pools := []string{PoolOnline, string(capacity.PoolKiosk), string(capacity.PoolToday)}
			f.want(slices.Contains(pools, o.Pool), here+"/pool", CodeUnknown, "want online, kiosk or today")
			f.want(len(o.Workdays) > 0, here+"/workdays", CodeRequired, "want at least one working day")
			for k, n := range o.Workdays {
				f.want(n >= 1 && n <= 7, here+ptr("workdays", k), CodeOutOfRange, between(1, 7))
			}
		}
	}
}

// tryTemplate lays the post's template on some week; which one does not matter.
func (c *Config) tryTemplate(f faults, post string) {
	name := c.Schedule.Default
	if n, ok := c.Schedule.Posts[post]; ok {
		name = n
	}
	w, err := c.TemplateWeek(post, capacity.ISOWeek{Year: templateYear, Week: 10})
	if err == nil {
		err = w.Validate()
	}
	var list capacity.Errors
	switch {
	case errors.As(err, &list):
		for _, e := range list {
			f.add(ptr("templates", name), CodeMalformed, "at post "+post+", "+e.Error())
		}
	case err != nil:
		f.add(ptr("templates", name), CodeMalformed, err.Error())
	}
}

// templateYear is an arbitrary year; templates do not depend on it.
const templateYear = 2026
