package configs

import (
	"slices"
	"testing"

	"chesna/booking/capacity"
)

// plainWeek is past the holidays that the catalogue lists.
func plainWeek() capacity.ISOWeek { return capacity.ISOWeek{Year: 2028, Week: 10} }

func TestWorldIsLargeEnough(t *testing.T) {
	c := defaultsOf(t)
	open := 0
	for _, p := range c.Consulates {
		if p.Pool == capacity.PoolOpen {
			open++
		}
		if p.Location == nil || p.Location.String() != p.Timezone {
			t.Errorf("%s: zone %s is not loaded", p.ID, p.Timezone)
		}
		if len(c.HolidaysOf(p.ID)) == 0 && p.Country.Code != "IL" && p.Country.Code != "QA" {
			t.Errorf("%s has no holidays", p.ID)
		}
		if !p.Serves(p.Country.Code) {
			t.Errorf("%s does not serve its own country", p.ID)
		}
	}
	if len(c.Consulates) < 40 || open < 5 || open > len(c.Consulates)/2 {
		t.Errorf("%d posts, %d open", len(c.Consulates), open)
	}
}

// A country whose posts share it by regions has one post for the rest of it.
func TestDistrictsLeaveNoGap(t *testing.T) {
	c := defaultsOf(t)
	rest, split := map[string]int{}, map[string]bool{}
	for _, p := range c.Consulates {
		for _, d := range p.District {
			if len(d.Regions) == 0 {
				rest[d.Country]++
			} else {
				split[d.Country] = true
			}
		}
	}
	for country := range split {
		if rest[country] != 1 {
			t.Errorf("%s: %d posts for the rest of the country", country, rest[country])
		}
	}
	if got := len(c.PostsFor("PL")); got != 5 {
		t.Errorf("Poland has %d posts", got)
	}
	if got := c.PostsFor("IS"); len(got) != 1 || got[0].ID != "hel" {
		t.Errorf("Iceland: %v", got)
	}
}

// R-06 in the demo: Washington keeps its hours of 2014 and is 2 hours short,
// every other post is lawful; every post has something online.
func TestR06OnlyWashingtonBreaksTheMinimum(t *testing.T) {
	c := defaultsOf(t)
	for _, p := range c.Consulates {
		w, err := c.TemplateWeek(p.ID, plainWeek())
		if err != nil {
			t.Fatal(err)
		}
		seats, err := capacity.Expand(w)
		if err != nil {
			t.Fatalf("%s: %v", p.ID, err)
		}
		if !slices.ContainsFunc(seats, func(s capacity.Seat) bool { return s.Pool == p.Pool }) {
			t.Errorf("%s: no seat of its own pool", p.ID)
		}
		if !p.Terminal && slices.ContainsFunc(seats, func(s capacity.Seat) bool { return s.Pool == capacity.PoolKiosk }) {
			t.Errorf("%s: seats for a terminal that it does not have", p.ID)
		}
		r := capacity.Meter(w.MeterInput(seats))
		switch {
		case p.ID == "was" && (r.Met || r.Open != 18*60 || r.Shortfall != 2*60):
			t.Errorf("Washington: %+v", r)
		case p.ID != "was" && !r.Met:
			t.Errorf("%s: %+v", p.ID, r)
		}
	}
}

// Each service group can be booked at each post, and each is used.
func TestEveryGroupHasSeatsAndServices(t *testing.T) {
	c := defaultsOf(t)
	for _, g := range c.Groups {
		if !slices.ContainsFunc(c.Services, func(s Service) bool { return s.Group == g.ID }) {
			t.Errorf("group %s has no service", g.ID)
		}
		for _, p := range c.Consulates {
			w, err := c.TemplateWeek(p.ID, plainWeek())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(w.Counters, func(k capacity.Counter) bool {
				return slices.ContainsFunc(k.Openings, func(o capacity.Opening) bool {
					return o.Group == g.ID && o.Pool == p.Pool
				})
			}) {
				t.Errorf("%s: nothing online for %s", p.ID, g.ID)
			}
		}
	}
}

func TestR26ReasonCodes(t *testing.T) {
	c := defaultsOf(t)
	for _, code := range []string{"07", "10", "14", "16", "17", "18"} {
		if _, ok := c.Reason(code); !ok {
			t.Errorf("no reason %s", code)
		}
		if !slices.ContainsFunc(c.Services, func(s Service) bool { return slices.Contains(s.Reasons, code) }) {
			t.Errorf("no service for reason %s", code)
		}
	}
}

func TestLookups(t *testing.T) {
	c := defaultsOf(t)
	if s, ok := c.Service("passport-adult"); !ok || s.Group != "passport" || s.Applicants != ApplicantsSelf {
		t.Errorf("%+v", s)
	}
	if g, ok := c.Group("passport"); !ok || c.SlotMinutes()["passport"] != g.Minutes {
		t.Errorf("%+v", g)
	}
	for _, ok := range []bool{second2(c.Consulate("xx")), second2(c.Service("xx")), second2(c.Group("xx")), second2(c.Reason("xx"))} {
		if ok {
			t.Error("found what is not there")
		}
	}
	if _, err := c.TemplateWeek("xx", plainWeek()); err == nil {
		t.Error("a week for no post")
	}
	holidays := c.HolidaysOf("muc")
	if !slices.IsSortedFunc(holidays, func(a, b capacity.Date) int {
		if a.Before(b) {
			return -1
		}
		return 1
	}) || !slices.Contains(holidays, capacity.Date{Year: 2027, Month: 1, Day: 6}) {
		t.Errorf("%v", holidays)
	}
}

func second2[T any](_ T, ok bool) bool { return ok }
