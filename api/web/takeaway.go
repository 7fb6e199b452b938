package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/skip2/go-qrcode"
)

// qrPixels is the side of a QR image: enough for a telephone at arm's length.
const qrPixels = 368

// calendarFile is the appointment for the person's own calendar. It names no one.
func calendarFile(v *visit) error {
	d, err := v.one()
	if err != nil {
		return err
	}
	lang := string(v.lang)
	cal := ics.NewCalendarFor("Chesna")
	cal.SetMethod(ics.MethodPublish)
	e := cal.AddEvent(d.ID.String() + "@" + strings.TrimPrefix(strings.TrimPrefix(v.site.Server.PublicURL(), "https://"), "http://"))
	e.SetDtStampTime(d.BookedAt)
	e.SetStartAt(d.Start)
	e.SetEndAt(d.Start.Add(time.Duration(d.Minutes) * time.Minute))
	e.SetSummary(d.Service.Title.In(lang) + " — " + d.Reference)
	e.SetLocation(d.Post.City.In(lang) + ", " + d.Post.Country.In(lang))
	e.SetURL(v.site.Server.PublicURL() + "/" + lang + "/appointments/" + d.ID.String())
	var lines []string
	for _, doc := range d.Service.Documents {
		lines = append(lines, "• "+doc.In(lang))
	}
	e.SetDescription(v.t("calendar.bring") + "\n" + strings.Join(lines, "\n"))
	sequence := 0
	if !d.Active || d.Displaced() {
		e.SetStatus(ics.ObjectStatusCancelled)
		sequence++
	}
	e.SetSequence(sequence)
	file := cal.Serialize(ics.WithNewLineWindows) // RFC 5545, 3.1: CRLF on every system
	return v.file("chesna-"+d.Reference+".ics", "text/calendar; charset=utf-8", []byte(file))
}

// qrImage is the reference and the address of the appointment for the desk.
func qrImage(v *visit) error {
	d, err := v.one()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s/%s/appointments/%s#%s", v.site.Server.PublicURL(), v.lang, d.ID, d.Reference)
	png, err := qrcode.Encode(text, qrcode.Medium, qrPixels)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	return v.Blob(http.StatusOK, "image/png", png)
}
