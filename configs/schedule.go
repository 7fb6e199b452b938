package configs

import (
	"fmt"

	"chesna/booking/capacity"
)

// PoolOnline in a template stands for the post's own online pool: open or draw.
const PoolOnline = "online"

// Schedule is the template weeks with which the demo seeds its posts.
type Schedule struct {
	Default   string              `yaml:"default"` // template of posts that Posts does not name
	Templates map[string]Template `yaml:"templates"`
	Posts     map[string]string   `yaml:"posts"` // consulate id → template
}

// Template is a week that does not know its post or its date.
type Template struct {
	Counters []TemplateCounter `yaml:"counters"`
}

// TemplateCounter is a counter of a template.
type TemplateCounter struct {
	ID       string            `yaml:"id"`
	Openings []TemplateOpening `yaml:"openings"`
}

// TemplateOpening is the same span of time on several working days.
type TemplateOpening struct {
	// Workdays are ordinals among the post's working days: 1 is the first. Those
	// that the post does not have are left out.
	Workdays []int              `yaml:"workdays"`
	From     capacity.TimeOfDay `yaml:"from"`
	To       capacity.TimeOfDay `yaml:"to"`
	Group    string             `yaml:"group"`
	Pool     string             `yaml:"pool"` // PoolOnline, kiosk or today
}

// TemplateOf is the template of the post, by name.
func (s Schedule) TemplateOf(consulate string) (Template, bool) {
	name, ok := s.Posts[consulate]
	if !ok {
		name = s.Default
	}
	t, ok := s.Templates[name]
	return t, ok
}

// SlotMinutes is the slot length of each service group.
func (c *Config) SlotMinutes() map[string]int {
	out := make(map[string]int, len(c.Groups))
	for _, g := range c.Groups {
		out[g.ID] = g.Minutes
	}
	return out
}

// EmptyWeek is the week of a post without counters: everything that is the
// administrator's. A publisher adds counters and closures.
func (c *Config) EmptyWeek(consulate string, week capacity.ISOWeek) (capacity.Week, error) {
	p, ok := c.Consulate(consulate)
	if !ok {
		return capacity.Week{}, fmt.Errorf("compose week: no consulate of this id")
	}
	return capacity.Week{
		Consulate: p.ID, ISOWeek: week, Location: p.Location, Workdays: p.Workdays,
		Holidays: c.HolidaysOf(p.ID), SlotMinutes: c.SlotMinutes(), Grid: c.Booking.GridMinutes,
	}, nil
}

// TemplateWeek is the post's template laid on the week. Kiosk openings of a post
// without a terminal are for people who come today.
func (c *Config) TemplateWeek(consulate string, week capacity.ISOWeek) (capacity.Week, error) {
	w, err := c.EmptyWeek(consulate, week)
	if err != nil {
		return capacity.Week{}, err
	}
	t, ok := c.Schedule.TemplateOf(consulate)
	if !ok {
		return capacity.Week{}, fmt.Errorf("compose week: no template for the post")
	}
	p, _ := c.Consulate(consulate)
	for _, tc := range t.Counters {
		w.Counters = append(w.Counters, capacity.Counter{ID: tc.ID, Openings: tc.openings(p)})
	}
	return w, nil
}

func (tc TemplateCounter) openings(p Consulate) []capacity.Opening {
	var out []capacity.Opening
	for _, o := range tc.Openings {
		pool := capacity.Pool(o.Pool)
		switch {
		case o.Pool == PoolOnline:
			pool = p.Pool
		case pool == capacity.PoolKiosk && !p.Terminal:
			pool = capacity.PoolToday
		}
		for _, n := range o.Workdays {
			if n < 1 || n > len(p.Workdays) {
				continue
			}
			out = append(out, capacity.Opening{
				Weekday: p.Workdays[n-1], From: o.From, To: o.To, Group: o.Group, Pool: pool,
			})
		}
	}
	return out
}
