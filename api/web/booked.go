package web

import "chesna/booking"

// services is the second step's data.
func (v *visit) services(post booking.Consulate) (serviceChoice, error) {
	d := serviceChoice{choice: choice{Post: post}, Services: v.site.Catalogue.Services(), Mine: map[booking.GroupID]bool{}}
	list, err := v.site.Bookings.Appointments(v.Request().Context(), v.session)
	if err != nil {
		return d, err
	}
	for _, a := range list {
		if a.State.Active() && a.Applicant == v.session.Person {
			d.Mine[a.Group] = true
		}
	}
	return d, nil
}

// Has tells whether the person is booked herself for what a service would be asked for.
func (d serviceChoice) Has(s booking.Service) bool {
	return s.Applicants != booking.ForChild && d.Mine[s.Group]
}

// bookedIn is the active appointment that the chosen applicant has in the group of the chosen service; nil: none.
// Another one would be refused only after a time is chosen, so that the page says it before.
func (v *visit) bookedIn(c choice) (*appointmentData, error) {
	who := c.Applicant
	if c.For == "self" {
		who = v.session.Person
	}
	list, err := v.site.Bookings.Appointments(v.Request().Context(), v.session)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.State.Active() && a.Applicant == who && a.Group == c.Service.Group {
			d, err := v.describe(a)
			return &d, err
		}
	}
	return nil, nil
}
