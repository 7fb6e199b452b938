package handlers

import (
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/skip2/go-qrcode"

	"chesna/booking"
)

// qrPixels is the side of a QR code: enough for a telephone at arm's length.
const qrPixels = 368

// calendar is the appointment for the person's own calendar; it names nobody.
func (a *API) calendar(b booking.Appointment, lang string) ([]byte, error) {
	post, err := a.d.Catalogue.Consulate(b.Consulate)
	if err != nil {
		return nil, err
	}
	svc, err := a.d.Catalogue.Service(b.Service)
	if err != nil {
		return nil, err
	}
	public := a.d.Server.PublicURL()
	_, host, _ := strings.Cut(public, "://")
	cal := ics.NewCalendarFor("Chesna")
	cal.SetMethod(ics.MethodPublish)
	e := cal.AddEvent(b.ID.String() + "@" + host)
	e.SetDtStampTime(a.d.Server.Now())
	e.SetStartAt(b.Start)
	e.SetEndAt(b.Start.Add(time.Duration(b.Minutes) * time.Minute))
	e.SetSummary(svc.Title.In(lang) + " — " + b.Reference)
	e.SetLocation(post.City.In(lang) + ", " + post.Country.In(lang))
	e.SetURL(public + "/" + lang + "/appointments/" + b.ID.String())
	var papers []string
	for _, d := range svc.Documents {
		papers = append(papers, "• "+d.In(lang))
	}
	e.SetDescription(strings.Join(papers, "\n"))
	sequence := 0 // a calendar takes over only what is newer than what it has (RFC 5545, 3.8.7.4)
	if b.State == booking.AppointmentCancelled || b.State == booking.AppointmentDisplaced {
		e.SetStatus(ics.ObjectStatusCancelled)
		sequence++
	}
	e.SetSequence(sequence)
	return []byte(cal.Serialize(ics.WithNewLineWindows)), nil // RFC 5545, 3.1: CRLF on every system
}

// qr is the address of the appointment with its reference: no personal data, and of no use to anybody who is
// not signed in as its owner.
func (a *API) qr(b booking.Appointment, lang string) ([]byte, error) {
	png, err := qrcode.Encode(fmt.Sprintf("%s/%s/appointments/%s#%s", a.d.Server.PublicURL(), lang, b.ID, b.Reference), qrcode.Medium, qrPixels)
	if err != nil {
		return nil, fmt.Errorf("draw the QR code: %w", err)
	}
	return png, nil
}
