package configs

import (
	"slices"

	"chesna/booking/capacity"
)

// Consulate is the post of this id.
func (c *Config) Consulate(id string) (Consulate, bool) {
	i := slices.IndexFunc(c.Consulates, func(p Consulate) bool { return p.ID == id })
	if i < 0 {
		return Consulate{}, false
	}
	return c.Consulates[i], true
}

// Service is the consular action of this id.
func (c *Config) Service(id string) (Service, bool) {
	i := slices.IndexFunc(c.Services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return c.Services[i], true
}

// Group is the service group of this id.
func (c *Config) Group(id string) (Group, bool) {
	i := slices.IndexFunc(c.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return Group{}, false
	}
	return c.Groups[i], true
}

// Reason is the reason of this code.
func (c *Config) Reason(code string) (Reason, bool) {
	i := slices.IndexFunc(c.Reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return c.Reasons[i], true
}

// PostsFor are the posts in whose district the country, or a part of it, lies
// in the order of the file.
func (c *Config) PostsFor(country string) []Consulate {
	var out []Consulate
	for _, p := range c.Consulates {
		if p.Serves(country) {
			out = append(out, p)
		}
	}
	return out
}

// Serves reports whether the post's district has the country or a part of it.
func (p Consulate) Serves(country string) bool {
	return slices.ContainsFunc(p.District, func(d District) bool { return d.Country == country })
}

// HolidaysOf are the dates of the public holidays that the post keeps: those of
// its country and its own, in order and each once; nil for an unknown post.
func (c *Config) HolidaysOf(consulate string) []capacity.Date {
	p, ok := c.Consulate(consulate)
	if !ok {
		return nil
	}
	var out []capacity.Date
	for _, h := range slices.Concat(c.Holidays[p.Country.Code], p.Holidays) {
		if !slices.Contains(out, h.Date) {
			out = append(out, h.Date)
		}
	}
	slices.SortFunc(out, func(a, b capacity.Date) int {
		if a.Before(b) {
			return -1
		}
		if b.Before(a) {
			return 1
		}
		return 0
	})
	return out
}
