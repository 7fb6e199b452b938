package booking

import (
	"errors"
	"fmt"
	"slices"
)

// Catalogue is what can be booked where: posts, service groups and services. It is immutable.
type Catalogue struct {
	consulates []Consulate
	services   []Service
	groups     []Group
}

// NewCatalogue checks that identifiers are unique and that every service's group exists; all errors at once.
func NewCatalogue(consulates []Consulate, groups []Group, services []Service) (*Catalogue, error) {
	var errs []error
	seen := map[string]bool{}
	unique := func(kind, id string) {
		if id == "" || seen[kind+id] {
			errs = append(errs, fmt.Errorf("%s %q is empty or not unique", kind, id))
		}
		seen[kind+id] = true
	}
	for _, c := range consulates {
		unique("consulate", string(c.ID))
		if c.Location == nil {
			errs = append(errs, fmt.Errorf("consulate %q has no time zone", c.ID))
		}
	}
	for _, g := range groups {
		unique("group", string(g.ID))
		if g.Minutes <= 0 {
			errs = append(errs, fmt.Errorf("group %q has no length", g.ID))
		}
	}
	for _, s := range services {
		unique("service", string(s.ID))
		if !seen["group"+string(s.Group)] {
			errs = append(errs, fmt.Errorf("service %q names the unknown group %q", s.ID, s.Group))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Catalogue{
		consulates: slices.Clone(consulates),
		services:   slices.Clone(services),
		groups:     slices.Clone(groups),
	}, nil
}

// Consulates lists all posts in the order of the configuration.
func (c *Catalogue) Consulates() []Consulate { return slices.Clone(c.consulates) }

// Services lists all services in the order of the configuration.
func (c *Catalogue) Services() []Service { return slices.Clone(c.services) }

// Groups lists all service groups.
func (c *Catalogue) Groups() []Group { return slices.Clone(c.groups) }

// Consulate finds a post, or refuses with CodeUnknownConsulate.
func (c *Catalogue) Consulate(id ConsulateID) (Consulate, error) {
	i := slices.IndexFunc(c.consulates, func(p Consulate) bool { return p.ID == id })
	if i < 0 {
		return Consulate{}, unknown(CodeUnknownConsulate, "/consulate", "there is no such post")
	}
	return c.consulates[i], nil
}

// Service finds a service, or refuses with CodeUnknownService.
func (c *Catalogue) Service(id ServiceID) (Service, error) {
	i := slices.IndexFunc(c.services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, unknown(CodeUnknownService, "/service", "there is no such service")
	}
	return c.services[i], nil
}

// Group finds a service group, or refuses with CodeUnknownService.
func (c *Catalogue) Group(id GroupID) (Group, error) {
	i := slices.IndexFunc(c.groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return Group{}, unknown(CodeUnknownService, "/service", "there is no such service group")
	}
	return c.groups[i], nil
}

// For lists the posts whose district covers the country of stay.
func (c *Catalogue) For(country string) []Consulate {
	var out []Consulate
	for _, p := range c.consulates {
		if p.Serves(country) {
			out = append(out, p)
		}
	}
	return out
}

func unknown(code Code, pointer, detail string) *Error {
	return &Error{Code: code, Detail: detail, Fields: []FieldError{{Pointer: pointer, Code: "unknown", Detail: detail}}}
}
