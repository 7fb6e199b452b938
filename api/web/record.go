package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"chesna/api/locale"
	"chesna/booking"
	"chesna/identity"
)

// recordLines is how much of the record of actions is shown.
const recordLines = 200

// recordLine is something that was done to the person's bookings, data or rights.
type recordLine struct {
	At          time.Time
	Type        string // of the event; "person." and the kind of an action of identity's
	Detail      string // what it was changed to; a post
	Actor       string // a key of the words
	Certificate [32]byte
}

// record is everything that was done by the person or to what is hers, the newest first. Who another
// citizen or an officer is stays out.
func record(v *visit) error {
	ctx := v.Request().Context()
	events, err := v.site.Bookings.Record(ctx, v.session, recordLines)
	if err != nil {
		return err
	}
	actions, err := v.site.People.Actions(ctx, v.session.Person, recordLines)
	if err != nil {
		return err
	}
	var lines []recordLine
	// Both lists are in order; so is what is taken from their heads.
	for len(lines) < recordLines && len(events)+len(actions) > 0 {
		if len(actions) == 0 || (len(events) > 0 && !events[0].At.Before(actions[0].At)) {
			lines, events = append(lines, v.eventLine(events[0])), events[1:]
		} else {
			lines, actions = append(lines, v.actionLine(actions[0])), actions[1:]
		}
	}
	p := v.view("record.title")
	p.Active, p.Data = "record", lines
	return v.show(http.StatusOK, "record", p)
}

func (v *visit) eventLine(e booking.Event) recordLine {
	line := recordLine{At: e.At, Type: string(e.Type), Actor: "actor.system"}
	switch identity.Role(e.Actor.Role) {
	case identity.RoleCitizen:
		line.Actor = "actor.citizen"
	case identity.RoleOfficer:
		line.Actor = "actor.officer"
	}
	if post, err := v.site.Catalogue.Consulate(e.Consulate); err == nil {
		line.Detail = post.City.In(string(v.lang))
	}
	return line
}

func (v *visit) actionLine(a identity.Action) recordLine {
	line := recordLine{At: a.At, Type: "person." + string(a.Kind), Detail: a.Detail, Actor: "actor.administrator", Certificate: a.Certificate}
	switch {
	case a.By == v.session.Person:
		line.Actor = "actor.citizen"
	case a.By == uuid.Nil:
		line.Actor = "actor.system"
	case a.Kind == identity.ActionApplicant:
		line.Actor = "actor.other"
	}
	switch a.Kind {
	case identity.ActionCountry:
		line.Detail = locale.Country(v.lang, a.Detail)
	case identity.ActionApplicant:
		line.Detail = ""
	}
	return line
}
