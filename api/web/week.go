package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"chesna/api/locale"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
)

// weeksShown is how many weeks from the running one the officer's list has.
const weeksShown = 9

type weeksData struct {
	Post  booking.Consulate
	Posts []booking.Consulate
	Weeks []booking.Publication
}

func weeksPage(v *visit) error {
	post, err := v.post(v.param("consulate"))
	if err != nil {
		return err
	}
	from := capacity.DateOf(v.site.Server.Now().In(post.Location))
	weeks, err := v.site.Bookings.LegalMinimum(v.Request().Context(), post.ID, from, from.AddDays(7*(weeksShown-1)))
	if err != nil {
		return err
	}
	p := v.view("weeks.title")
	p.Active, p.Data = "weeks", weeksData{Post: post, Posts: v.posts(), Weeks: weeks}
	return v.show(http.StatusOK, "weeks", p)
}

type weekData struct {
	Post     booking.Consulate
	ISO      string
	Week     capacity.ISOWeek
	Monday   time.Time
	Form     weekForm
	Groups   []option
	Pools    []option
	Weekdays []option
	Days     []option // dates of the week
	Meter    *capacity.Report
	Seats    int
	Grid     int
	Taken    []takenSeat // seats that stand in the way of publishing
	Empty    bool        // never published
}

type takenSeat struct {
	Start   time.Time
	Counter string
}

// weekOf reads the post and the week of the address.
func (v *visit) weekOf() (booking.Consulate, capacity.ISOWeek, error) {
	post, err := v.post(v.Param("consulate"))
	if err != nil {
		return post, capacity.ISOWeek{}, err
	}
	w, err := capacity.ParseISOWeek(v.Param("week"))
	if err != nil {
		return post, w, problem.Refuse(problem.CodeNotFound, "")
	}
	return post, w, nil
}

// weekPage is the editor with the published plan in it, or with the plan of the week before when asked for.
func weekPage(v *visit) error {
	post, w, err := v.weekOf()
	if err != nil {
		return err
	}
	published, err := v.published(post, w)
	if err != nil {
		return err
	}
	plan, err := planOf(published)
	if err != nil {
		return err
	}
	form := weekFormOf(plan, published.Week.Revision)
	if v.QueryParam("from") == "last" {
		last, err := v.published(post, w.Add(-1))
		if err != nil {
			return err
		}
		before, err := planOf(last)
		if err != nil {
			return err
		}
		before.Closures, before.Reason = nil, ""
		form = weekFormOf(before, published.Week.Revision)
	}
	meter := published.Meter
	return v.showWeek(http.StatusOK, post, w, form, nil, func(d *weekData) {
		d.Meter, d.Seats, d.Empty = &meter, len(published.Week.Seats), published.Week.Revision == 0
	})
}

func (v *visit) published(post booking.Consulate, w capacity.ISOWeek) (booking.Publication, error) {
	return v.site.Bookings.Week(v.Request().Context(), v.session, post.ID, w.String())
}

func planOf(p booking.Publication) (booking.WeekPlan, error) {
	var plan booking.WeekPlan
	if len(p.Week.Plan) == 0 {
		return plan, nil
	}
	if err := json.Unmarshal(p.Week.Plan, &plan); err != nil {
		return plan, fmt.Errorf("read the plan of %s: %w", p.Week.ISOWeek, err)
	}
	return plan, nil
}

func (v *visit) showWeek(status int, post booking.Consulate, w capacity.ISOWeek, form weekForm, faults []fault, more func(*weekData)) error {
	monday := w.Day(capacity.Monday)
	d := weekData{
		Post: post, ISO: w.String(), Week: w, Form: form, Grid: v.site.Policy.Grid,
		Monday: time.Date(monday.Year, monday.Month, monday.Day, 12, 0, 0, 0, post.Location),
	}
	for _, g := range v.site.Catalogue.Groups() {
		d.Groups = append(d.Groups, option{Value: string(g.ID), Text: fmt.Sprintf("%s, %s", g.Title.In(string(v.lang)), locale.Hours(v.lang, g.Minutes))})
	}
	d.Pools = []option{{Value: "open", Text: v.t("pool.open")}, {Value: "draw", Text: v.t("pool.draw")}, {Value: "kiosk", Text: v.t("pool.kiosk")}, {Value: "today", Text: v.t("pool.today")}}
	for i, day := range w.Days() {
		name := locale.Weekday(v.lang, time.Weekday((i+1)%7))
		d.Weekdays = append(d.Weekdays, option{Value: day.Weekday().String(), Text: locale.Capital(name)})
		d.Days = append(d.Days, option{Value: day.String(), Text: locale.Capital(locale.DayOfYear(v.lang, d.Monday.AddDate(0, 0, i)))})
	}
	if more != nil {
		more(&d)
	}
	p := v.view("week.title")
	p.Active, p.Wide, p.Faults, p.Back = "weeks", true, faults, "/weeks?consulate="+string(post.ID)
	p.Path, p.Query = "/weeks/"+string(post.ID)+"/"+w.String(), ""
	p.Data = d
	return v.show(status, "week", p)
}

// changeWeek carries out the button of the editor: a change of rows, the preview, or publishing.
func changeWeek(v *visit) error {
	post, w, err := v.weekOf()
	if err != nil {
		return err
	}
	values, err := v.form()
	if err != nil {
		return err
	}
	form := readWeekForm(values)
	button := values.Get("do")
	if form.edit(button, post.Workdays) {
		return v.showWeek(http.StatusOK, post, w, form, nil, nil)
	}
	plan, unread := form.plan()
	if len(unread) > 0 {
		return v.showWeek(http.StatusUnprocessableEntity, post, w, form, v.unreadFaults(unread), nil)
	}
	if button != "publish" {
		return v.preview(post, w, form, plan)
	}
	return v.publish(post, w, form, plan)
}

// unreadFaults lists what could not be read, in the order of the form.
func (v *visit) unreadFaults(unread map[string]error) []fault {
	var out []fault
	for _, field := range slices.Sorted(maps.Keys(unread)) {
		key := "fault.clock"
		if strings.HasSuffix(field, "date") {
			key = "fault.day"
		}
		out = append(out, fault{field, v.t(key)})
	}
	return out
}

// preview measures the plan without publishing anything.
func (v *visit) preview(post booking.Consulate, w capacity.ISOWeek, form weekForm, plan booking.WeekPlan) error {
	week := capacity.Week{
		Consulate: string(post.ID), ISOWeek: w, Location: post.Location, Workdays: post.Workdays, Holidays: post.Holidays,
		SlotMinutes: map[string]int{}, Grid: v.site.Policy.Grid, Counters: plan.Counters, Closures: plan.Closures,
	}
	for _, g := range v.site.Catalogue.Groups() {
		week.SlotMinutes[string(g.ID)] = g.Minutes
	}
	seats, err := capacity.Expand(week)
	var many capacity.Errors
	if errors.As(err, &many) {
		refusal := &booking.Error{Code: booking.CodeInvalid}
		for _, f := range many {
			refusal.Fields = append(refusal.Fields, booking.FieldError{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail})
		}
		return v.refuseWeek(refusal, post, w, form)
	}
	if err != nil {
		return err
	}
	meter := capacity.Meter(week.MeterInput(seats))
	return v.showWeek(http.StatusOK, post, w, form, nil, func(d *weekData) { d.Meter, d.Seats = &meter, len(seats) })
}

func (v *visit) publish(post booking.Consulate, w capacity.ISOWeek, form weekForm, plan booking.WeekPlan) error {
	_, err := v.site.Bookings.PublishWeek(v.Request().Context(), v.session, post.ID, w.String(), form.Revision, plan)
	var refusal *booking.Error
	switch {
	case err == nil:
		return v.to("/weeks/" + string(post.ID) + "/" + w.String() + "?done=published")
	case errors.As(err, &refusal) && refusal.Code == booking.CodeBelowMinimum:
		if plan.Reason == "" {
			refusal.Fields = []booking.FieldError{{Pointer: "/reason", Code: "required"}}
			return v.refuseWeek(refusal, post, w, form)
		}
		return v.showWeekSign(http.StatusConflict, post, w, weekToSign{Plan: plan, Revision: form.Revision}, refusal.Document, nil)
	}
	return v.refuseWeek(err, post, w, form)
}

// refuseWeek shows the editor with what is wrong, and everything that was typed.
func (v *visit) refuseWeek(err error, post booking.Consulate, w capacity.ISOWeek, form weekForm) error {
	var refusal *booking.Error
	faults, status, ok := v.refused(err, "do", map[string]string{"/reason": "reason"})
	if !ok || !errors.As(err, &refusal) || refusal.Code == booking.CodeForbidden {
		return err
	}
	if len(refusal.Seats) > 0 {
		faults = []fault{{"taken", v.t("week.taken")}}
	}
	if len(refusal.Fields) > 0 {
		faults = nil
		for _, f := range problem.Of(err, string(v.lang), "").Errors {
			field := fieldOfPointer(f.Pointer)
			faults = append(faults, fault{field, v.whereOf(field) + v.fieldFault(cmp.Or(field, "do"), f)})
		}
	}
	return v.showWeek(status, post, w, form, faults, func(d *weekData) {
		for _, id := range refusal.Seats {
			if s, err := capacity.ParseSeatID(string(id)); err == nil {
				d.Taken = append(d.Taken, takenSeat{s.Start.In(post.Location), s.Counter})
			}
		}
	})
}

// fieldOfPointer is the form's field for a pointer into the plan: /counters/0/openings/1/from is c0.o1.from.
func fieldOfPointer(pointer string) string {
	p := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	switch {
	case len(p) >= 5 && p[0] == "counters" && p[2] == "openings":
		return "c" + p[1] + ".o" + p[3] + "." + p[4]
	case len(p) == 4 && p[0] == "counters" && p[2] == "openings":
		return "c" + p[1] + ".o" + p[3] + ".from"
	case len(p) >= 2 && p[0] == "counters":
		return "c" + p[1] + ".id"
	case len(p) >= 2 && p[0] == "closures":
		return "x" + p[1] + "." + cmp.Or(strings.Join(p[2:], ""), "date")
	case p[0] == "reason":
		return "reason"
	}
	return "do"
}

// whereOf says in which row a faulty field is.
func (v *visit) whereOf(field string) string {
	var i, j int
	if n, _ := fmt.Sscanf(field, "c%d.o%d.", &i, &j); n == 2 {
		return v.t("week.where.opening", "Counter", i+1, "Row", j+1) + ": "
	}
	if n, _ := fmt.Sscanf(field, "c%d.", &i); n == 1 {
		return v.t("week.where.counter", "Counter", i+1) + ": "
	}
	if n, _ := fmt.Sscanf(field, "x%d.", &i); n == 1 {
		return v.t("week.where.closure", "Row", i+1) + ": "
	}
	return ""
}
