package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

// posts are those where the person is an officer.
func (v *visit) posts() []booking.Consulate {
	var out []booking.Consulate
	for _, c := range v.site.Catalogue.Consulates() {
		if v.session.HasAt(identity.RoleOfficer, string(c.ID)) {
			out = append(out, c)
		}
	}
	return sortedBy(v.lang, out, func(c booking.Consulate) booking.Consulate { return c })
}

// post is the one of the address, or the officer's first.
func (v *visit) post(id string) (booking.Consulate, error) {
	mine := v.posts()
	if id == "" && len(mine) > 0 {
		return mine[0], nil
	}
	if i := slices.IndexFunc(mine, func(c booking.Consulate) bool { return string(c.ID) == id }); i >= 0 {
		return mine[i], nil
	}
	return booking.Consulate{}, booking.Refuse(booking.CodeForbidden, "not an officer of this post")
}

type deskLine struct {
	appointmentData
	Name string // of who comes
	Due  bool   // has begun: an outcome can be written
}

type deskData struct {
	Post       booking.Consulate
	Posts      []booking.Consulate
	Day        capacity.Date
	Date       time.Time
	Prev, Next string
	Lines      []deskLine
}

// deskPage is the list of a day at a post.
func deskPage(v *visit) error { return v.showDesk(http.StatusOK, nil) }

func (v *visit) showDesk(status int, faults []fault) error {
	post, err := v.post(v.param("consulate"))
	if err != nil {
		return err
	}
	day := capacity.DateOf(v.site.Server.Now().In(post.Location))
	if typed := v.param("day"); typed != "" {
		d, err := capacity.ParseDate(typed)
		if err != nil {
			faults = append(faults, fault{"day", v.t("fault.day")})
		} else {
			day = d
		}
	}
	list, err := v.site.Bookings.Desk(v.Request().Context(), v.session, post.ID, day.String())
	if err != nil {
		return err
	}
	d := deskData{
		Post: post, Posts: v.posts(), Day: day, Prev: day.AddDays(-1).String(), Next: day.AddDays(1).String(),
		Date: time.Date(day.Year, day.Month, day.Day, 12, 0, 0, 0, post.Location),
	}
	for _, a := range list {
		line, err := v.deskLine(a)
		if err != nil {
			return err
		}
		d.Lines = append(d.Lines, line)
	}
	p := v.view("desk.title")
	p.Active, p.Wide, p.Faults, p.Data = "desk", true, faults, d
	p.Query = "?consulate=" + string(post.ID) + "&day=" + day.String()
	return v.show(status, "desk", p)
}

func (v *visit) deskLine(a booking.Appointment) (deskLine, error) {
	post, err := v.site.Catalogue.Consulate(a.Consulate)
	if err != nil {
		return deskLine{}, err
	}
	svc, err := v.site.Catalogue.Service(a.Service)
	if err != nil {
		return deskLine{}, err
	}
	names, err := v.site.People.NamesIn(v.Request().Context(), a.Person, a.Applicant, string(a.Hold))
	if err != nil && identity.CodeOf(err) != identity.CodePersonUnknown {
		return deskLine{}, err
	}
	local := a.Start.In(post.Location)
	return deskLine{
		appointmentData: appointmentData{
			Appointment: a, Post: post, Service: svc, Local: local,
			End: local.Add(time.Duration(a.Minutes) * time.Minute), Active: a.State.Active(),
		},
		Name: names.Full(), Due: !v.site.Server.Now().Before(a.Start),
	}, nil
}

// recordOutcome writes what happened at the desk.
func recordOutcome(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	id, err := uuid.Parse(form.Get("appointment"))
	if err != nil {
		return booking.Refuse(booking.CodeAppointmentAbsent, "no such appointment")
	}
	_, err = v.site.Bookings.RecordOutcome(v.Request().Context(), v.session, id, booking.Outcome(form.Get("outcome")), form.Get("reason"))
	if err != nil {
		faults, status, ok := v.refused(err, "reason-"+id.String(), nil)
		if !ok || isCode(err, booking.CodeOf, booking.CodeForbidden, booking.CodeAppointmentAbsent) {
			return err
		}
		return v.showDesk(status, faults)
	}
	return v.to("/desk?consulate=" + form.Get("consulate") + "&day=" + form.Get("day") + "&done=outcome")
}
