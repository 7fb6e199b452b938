package booking

import (
	"context"
	"encoding/json"
	"fmt"

	"chesna/booking/capacity"
	"chesna/identity"
)

// Week returns a published week of the post for its officers.
func (o *Office) Week(ctx context.Context, s identity.Session, c ConsulateID, isoWeek string) (Publication, error) {
	if !s.HasAt(identity.RoleOfficer, string(c)) {
		return Publication{}, Refuse(CodeForbidden, "only an officer of the post sees its schedule")
	}
	w, err := capacity.ParseISOWeek(isoWeek)
	if err != nil {
		return Publication{}, invalidFields("/isoWeek", err)
	}
	return o.measured(ctx, c, w)
}

// LegalMinimum measures a post's published weeks against R-06, for everyone to see: at most 26 weeks.
func (o *Office) LegalMinimum(ctx context.Context, c ConsulateID, from, to capacity.Date) ([]Publication, error) {
	first, last := capacity.WeekOf(from), capacity.WeekOf(to)
	if last.Before(first) || first.Add(26).Before(last) {
		return nil, &Error{Code: CodeInvalid, Detail: "at most 26 weeks, in order", Fields: []FieldError{{Pointer: "/to", Code: "out-of-range", Detail: "within 26 weeks after from"}}}
	}
	var out []Publication
	for w := first; !last.Before(w); w = w.Add(1) {
		p, err := o.measured(ctx, c, w)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (o *Office) measured(ctx context.Context, c ConsulateID, w capacity.ISOWeek) (Publication, error) {
	post, err := o.Catalogue.Consulate(c)
	if err != nil {
		return Publication{}, err
	}
	p, err := o.Weeks.Week(ctx, c, w.String())
	if err != nil {
		return Publication{}, err
	}
	seats := make([]capacity.Seat, 0, len(p.Seats))
	for _, s := range p.Seats {
		seats = append(seats, capacity.Seat{
			ID: string(s.ID), Counter: string(s.Counter), Group: string(s.Group), Pool: capacity.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes,
		})
	}
	var plan WeekPlan
	if len(p.Plan) > 0 {
		if err := json.Unmarshal(p.Plan, &plan); err != nil {
			return Publication{}, fmt.Errorf("read the plan of %s: %w", w, err)
		}
	}
	week := capacity.Week{
		Consulate: string(c), ISOWeek: w, Location: post.Location, Workdays: post.Workdays, Holidays: post.Holidays,
		Grid: o.Policy.Grid, Closures: plan.Closures,
	}
	return Publication{Week: p, Meter: capacity.Meter(week.MeterInput(seats))}, nil
}
