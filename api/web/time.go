package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

// daysShown is how many days with free times stand on one page of the list.
const daysShown = 5

// dayOpen is one day with its windows.
type dayOpen struct {
	Day     capacity.Date
	Date    time.Time // local midnight or later, for spelling out
	Windows []booking.OpenWindow
}

type timeData struct {
	choice
	Openings booking.Openings
	Days     []dayOpen // on this page
	Earlier  string    // address parts of the pages before and after; empty: none
	Later    string
	Calendar []month
	Shown    string // the day chosen in the calendar
	View     string
	Zone     string
	Policy   booking.Policy
	Draws    []lot            // that take entries for the group here, now or later
	Booked   *appointmentData // what the applicant has in this group already; nil: nothing
}

// Local is a time on the clock of the post.
func (d timeData) Local(t time.Time) time.Time { return t.In(d.Post.Location) }

func timePage(v *visit) error {
	c, err := v.chosen()
	if err != nil {
		return err
	}
	if c.For == "" {
		return v.to("/book/applicant" + c.Query())
	}
	return v.showTimes(http.StatusOK, c, nil)
}

func (v *visit) showTimes(status int, c choice, faults []fault) error {
	open, err := v.site.Bookings.Availability(v.Request().Context(), v.session, c.Post.ID, c.Service.ID)
	if err != nil {
		return err
	}
	now := v.site.Server.Now().In(c.Post.Location)
	d := timeData{choice: c, Openings: open, View: "list", Zone: c.Post.Location.String(), Policy: v.site.Policy}
	d.choice.Post = c.Post
	if d.Booked, err = v.bookedIn(c); err != nil {
		return err
	}
	if d.Draws, err = v.openDraws(c.Post.ID, c.Service.Group); err != nil {
		return err
	}
	all := byDay(open.Windows, c.Post.Location)
	if v.param("view") == "calendar" {
		d.View, d.Shown = "calendar", v.param("day")
		d.Calendar = v.calendar(all, now, d.Shown)
		d.Days = slices.DeleteFunc(all, func(o dayOpen) bool { return o.Day.String() != d.Shown })
	} else {
		d.Days, d.Earlier, d.Later = pageOf(all, v.param("from"))
	}
	p := v.view("time.title")
	p.Active, p.Faults, p.Back = "book", faults, "/book/applicant"+c.Query()
	if c.Service.Applicants == booking.ForSelf {
		p.Back = "/book/service" + c.Query()
	}
	if !v.reads() {
		p.Query = c.Query()
	}
	p.Typed.Set("choice", v.param("choice"))
	p.Data = d
	return v.show(status, "time", p)
}

// byDay groups windows, which come in order, by their local day.
func byDay(windows []booking.OpenWindow, loc *time.Location) []dayOpen {
	var out []dayOpen
	for _, w := range windows {
		if n := len(out); n == 0 || out[n-1].Day != w.Day {
			out = append(out, dayOpen{Day: w.Day, Date: w.From.In(loc)})
		}
		out[len(out)-1].Windows = append(out[len(out)-1].Windows, w)
	}
	return out
}

// pageOf is the page of the list that begins with the first day not before from; the pages start at the first
// day that has something, so that nobody begins on an empty date.
func pageOf(all []dayOpen, from string) (page []dayOpen, earlier, later string) {
	start := 0
	if d, err := capacity.ParseDate(from); err == nil {
		for start < len(all)-1 && all[start].Day.Before(d) {
			start++
		}
	}
	if start > 0 {
		earlier = all[max(0, start-daysShown)].Day.String()
	}
	end := min(start+daysShown, len(all))
	if end < len(all) {
		later = all[end].Day.String()
	}
	return all[start:end], earlier, later
}

// chooseTime takes a hold on a time, or on any time of a half-day, and shows what to sign for it.
func chooseTime(v *visit) error {
	c, err := v.chosen()
	if err != nil {
		return err
	}
	if c.For == "" {
		return v.to("/book/applicant" + c.Query())
	}
	request := booking.ReserveRequest{Consulate: c.Post.ID, Service: c.Service.ID}
	kind, id, _ := strings.Cut(v.param("choice"), ":")
	switch {
	case kind == "slot" && id != "":
		request.Slot = booking.SlotID(id)
	case kind == "window" && id != "":
		request.Window = booking.WindowID(id)
	default:
		return v.showTimes(http.StatusUnprocessableEntity, c, []fault{{"choice", v.t("fault.choice")}})
	}
	if request.Applicant, err = v.applicant(c); err != nil {
		return err
	}
	held, err := v.site.Bookings.Reserve(v.Request().Context(), v.session, request)
	if isCode(err, booking.CodeOf, booking.CodeSoldOut, booking.CodeInvalid) {
		row, _ := problem.Find(string(booking.CodeSoldOut))
		return v.showTimes(http.StatusConflict, c, []fault{{"choice", row.Text.In(string(v.lang))}})
	}
	if err != nil {
		return err
	}
	if !asked(request, held.Hold, c.Post) {
		return v.to("/holds/" + string(held.Hold.ID) + "?done=kept") // there was a hold in this group already
	}
	return v.to("/holds/" + string(held.Hold.ID))
}

// asked tells whether a hold is for the time of the request, and not one that its person had before.
func asked(r booking.ReserveRequest, h booking.Hold, post booking.Consulate) bool {
	if r.Slot != "" {
		return h.Slot == r.Slot
	}
	w, err := capacity.StartWindow(string(h.Consulate), string(h.Group), h.Start, post.Location)
	return err == nil && booking.WindowID(w.ID()) == r.Window
}

// applicant is the person for whom the service is asked; nil for oneself.
func (v *visit) applicant(c choice) (*identity.Applicant, error) {
	if c.For == "self" {
		return nil, nil
	}
	list, err := v.site.People.Applicants(v.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Person == c.Applicant {
			return &a.Applicant, nil
		}
	}
	return nil, booking.Refuse(booking.CodeApplicantRefused, "no such applicant of this person")
}

// month is a sheet of the calendar.
type month struct {
	Name  string
	Heads []string
	Weeks [][7]cell
}

// cell is a day of the calendar; Link is set when something is free on it.
type cell struct {
	Number  int // 0: belongs to another month
	Name    string
	Link    string
	Current bool
}

// calendar lays the days with free times out by month, from the month of the first to that of the last.
func (v *visit) calendar(days []dayOpen, now time.Time, shown string) []month {
	if len(days) == 0 {
		return nil
	}
	free := map[capacity.Date]dayOpen{}
	for _, d := range days {
		free[d.Day] = d
	}
	last := days[len(days)-1].Date
	var out []month
	first := days[0].Date
	for m := time.Date(first.Year(), first.Month(), 1, 12, 0, 0, 0, now.Location()); !m.After(last); m = m.AddDate(0, 1, 0) {
		out = append(out, v.sheet(m, free, shown))
	}
	return out
}
