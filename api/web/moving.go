package web

import (
	"net/http"
	"time"
)

type moveData struct {
	appointmentData
	Left  int // changes that are left
	Draws []lot
}

// Late tells whether cancelling now is late: it then costs the weight and pauses online entry.
func (d appointmentData) Late() bool {
	return d.Booked && d.rules.LateCancel > 0 && !d.now.Before(d.Start.Add(-d.rules.LateCancel))
}

// LateFrom is when a cancellation begins to be late, on the clock of the post.
func (d appointmentData) LateFrom() time.Time { return d.Local.Add(-d.rules.LateCancel) }

// PauseDays is how long online entry pauses after a late cancellation or a no-show.
func (d appointmentData) PauseDays() int { return days(d.rules.Pause) }

// ChangesLeft is how often the appointment can still be moved.
func (d appointmentData) ChangesLeft() int { return max(0, d.rules.MaxChanges-d.Changes) }

// Movable tells whether it can be moved by entering another draw: one that the post has displaced always, another
// before it begins and as often as the policy has it.
func (d appointmentData) Movable() bool {
	return d.drawn && (d.Displaced() || d.Booked && d.Coming && d.ChangesLeft() > 0)
}

// days is a span of time in whole days, rounded up.
func days(d time.Duration) int { return int((d + 24*time.Hour - 1) / (24 * time.Hour)) }

// movePage leads from an appointment to the draws by which it can be replaced; it is kept until an offer is signed.
func movePage(v *visit) error {
	if _, err := v.draws(); err != nil {
		return err
	}
	d, err := v.one()
	if err != nil {
		return err
	}
	if !d.Movable() {
		return v.to("/appointments/" + d.ID.String())
	}
	person, err := v.site.People.Person(v.Request().Context(), v.session.Person)
	if err != nil {
		return err
	}
	out := moveData{appointmentData: d, Left: d.ChangesLeft()}
	for _, post := range v.postsFor(person) {
		list, err := v.openDraws(post.ID, d.Group)
		if err != nil {
			return err
		}
		out.Draws = append(out.Draws, list...)
	}
	p := v.view("move.title")
	p.Active, p.Back, p.Data = "appointments", "/appointments/"+d.ID.String(), out
	return v.show(http.StatusOK, "move", p)
}

// entryQuery leads from a choice of the booking steps into a draw.
func (c choice) entryQuery() string {
	w := wish{}
	if c.For != "" {
		w.Members = []member{{c.For, c.Service.ID}}
	}
	return w.Query()
}

// EntryQuery is entryQuery, for templates.
func (d timeData) EntryQuery() string { return d.entryQuery() }
