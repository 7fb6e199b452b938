package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// appointmentData is an appointment in words.
type appointmentData struct {
	booking.Appointment
	Post    booking.Consulate
	Service booking.Service
	Local   time.Time // start on the clock of the post
	End     time.Time
	For     string // another person's name; empty: oneself
	Active  bool
	Booked  bool // its time holds: come
	Coming  bool // can still be cancelled
	Policy  booking.Policy
	rules   wave.Policy
	now     time.Time
	drawn   bool // seats are given by draw here
}

// Displaced tells whether the post has taken the time away: nobody comes, and the claim is kept.
func (d appointmentData) Displaced() bool { return d.State == booking.AppointmentDisplaced }

// nameOf is the name of another person as the text of a hold gives it; empty for herself.
func (v *visit) nameOf(applicant uuid.UUID, in booking.HoldID) (string, error) {
	if applicant == v.session.Person {
		return "", nil
	}
	n, err := v.site.People.NamesIn(v.Request().Context(), v.session.Person, applicant, string(in))
	if err != nil && identity.CodeOf(err) != identity.CodePersonUnknown {
		return "", err
	}
	return n.Full(), nil
}

func (v *visit) describe(a booking.Appointment) (appointmentData, error) {
	d := appointmentData{
		Appointment: a, Active: a.State.Active(), Booked: a.State == booking.AppointmentBooked, Policy: v.site.Policy,
		rules: v.site.Release, now: v.site.Server.Now(), drawn: v.site.Draws != nil,
	}
	var err error
	if d.Post, err = v.site.Catalogue.Consulate(a.Consulate); err != nil {
		return d, err
	}
	if d.Service, err = v.site.Catalogue.Service(a.Service); err != nil {
		return d, err
	}
	if d.For, err = v.nameOf(a.Applicant, a.Hold); err != nil {
		return d, err
	}
	d.Local = a.Start.In(d.Post.Location)
	d.End = d.Local.Add(time.Duration(a.Minutes) * time.Minute)
	d.Coming = d.Active && (d.Displaced() || v.site.Server.Now().Before(a.Start))
	return d, nil
}

type appointmentsData struct {
	Coming, Past []appointmentData
}

func appointments(v *visit) error {
	list, err := v.site.Bookings.Appointments(v.Request().Context(), v.session)
	if err != nil {
		return err
	}
	var d appointmentsData
	for _, a := range list {
		one, err := v.describe(a)
		if err != nil {
			return err
		}
		if one.Active {
			d.Coming = append(d.Coming, one)
		} else {
			d.Past = append(d.Past, one)
		}
	}
	p := v.view("appointments.title")
	p.Active, p.Data = "appointments", d
	return v.show(http.StatusOK, "appointments", p)
}

// one reads the appointment of the address.
func (v *visit) one() (appointmentData, error) {
	id, err := uuid.Parse(v.Param("appointment"))
	if err != nil {
		return appointmentData{}, booking.Refuse(booking.CodeAppointmentAbsent, "no such appointment")
	}
	a, err := v.site.Bookings.Appointment(v.Request().Context(), v.session, id)
	if err != nil {
		return appointmentData{}, err
	}
	return v.describe(a)
}

// appointment is the confirmation: reference, place, time, what to bring.
func appointment(v *visit) error {
	d, err := v.one()
	if err != nil {
		return err
	}
	p := v.view("appointment.title")
	p.Active, p.Back, p.Data = "appointments", "/appointments", d
	switch {
	case d.Booked:
		p.Title = v.t("appointment.booked")
	case d.Displaced():
		p.Title = v.t("appointment.displaced")
	}
	return v.show(http.StatusOK, "appointment", p)
}

func cancelPage(v *visit) error {
	d, err := v.one()
	if err != nil {
		return err
	}
	if !d.Coming {
		return v.to("/appointments/" + d.ID.String())
	}
	p := v.view("cancel.title")
	p.Active, p.Back, p.Data = "appointments", "/appointments/"+d.ID.String(), d
	return v.show(http.StatusOK, "cancel", p)
}

// cancelAppointment ends it; cancelling again changes nothing.
func cancelAppointment(v *visit) error {
	id, err := uuid.Parse(v.Param("appointment"))
	if err != nil {
		return booking.Refuse(booking.CodeAppointmentAbsent, "no such appointment")
	}
	if _, err := v.site.Bookings.Cancel(v.Request().Context(), v.session, id); err != nil {
		return err
	}
	return v.to("/appointments?done=cancelled")
}
