package app

import (
	"strings"

	"chesna/booking"
	"chesna/configs"
)

// catalogue turns the configured posts and services into the core's words.
func catalogue(c *configs.Config) (*booking.Catalogue, error) {
	posts := make([]booking.Consulate, 0, len(c.Consulates))
	for _, p := range c.Consulates {
		post := booking.Consulate{
			ID: booking.ConsulateID(p.ID), City: booking.Text(p.City), Country: booking.Text(p.Country.Name()), CountryID: p.Country.Code,
			Location: p.Location, Languages: p.Languages, Workdays: p.Workdays, Holidays: c.HolidaysOf(p.ID),
			Terminal: p.Terminal, Pool: booking.Pool(p.Pool),
		}
		for _, d := range p.District {
			post.District = append(post.District, booking.District{Country: d.Country, Regions: d.Regions})
		}
		posts = append(posts, post)
	}
	groups := make([]booking.Group, 0, len(c.Groups))
	for _, g := range c.Groups {
		groups = append(groups, booking.Group{ID: booking.GroupID(g.ID), Title: booking.Text(g.Title), Minutes: g.Minutes})
	}
	services := make([]booking.Service, 0, len(c.Services))
	for _, s := range c.Services {
		services = append(services, service(c, s))
	}
	return booking.NewCatalogue(posts, groups, services)
}

func service(c *configs.Config, s configs.Service) booking.Service {
	out := booking.Service{
		ID: booking.ServiceID(s.ID), Group: booking.GroupID(s.Group), Title: booking.Text(s.Title),
		Fee: fee(s.Fee), Applicants: booking.Applicants(s.Applicants), Presence: s.Presence,
	}
	for _, d := range s.Documents {
		out.Documents = append(out.Documents, booking.Text(d))
	}
	for _, code := range s.Reasons {
		if r, ok := c.Reason(code); ok {
			out.Reasons = append(out.Reasons, booking.ReasonCode{Code: r.Code, Title: booking.Text(r.Title)})
		}
	}
	return out
}

// fee is the consular fee as one line; using the queue itself is free.
func fee(f configs.Fee) booking.Text {
	sum := booking.Text{UK: f.Amount + " " + f.Currency, EN: f.Amount + " " + f.Currency}
	if strings.Trim(f.Amount, "0.") == "" {
		sum = booking.Text{UK: "безоплатно", EN: "free"}
	}
	return booking.Text{UK: strings.TrimSpace(sum.UK + ". " + f.Note.UK), EN: strings.TrimSpace(sum.EN + ". " + f.Note.EN)}
}
