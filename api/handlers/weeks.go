package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
)

// GetWeek implements GET /api/v1/consulates/{id}/weeks/{isoWeek}.
func (a *API) GetWeek(ctx context.Context, r oapi.GetWeekRequestObject) (oapi.GetWeekResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.d.Bookings.Week(ctx, s, booking.ConsulateID(r.Id), r.IsoWeek)
	if err != nil {
		return nil, err
	}
	out, err := week(p)
	return oapi.GetWeek200JSONResponse{WeekJSONResponse: out}, err
}

// PublishWeek implements PUT /api/v1/consulates/{id}/weeks/{isoWeek}. Without If-Match only a week that was
// never published is taken.
func (a *API) PublishWeek(ctx context.Context, r oapi.PublishWeekRequestObject) (oapi.PublishWeekResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	var expected int64
	if r.Params.IfMatch != nil {
		if expected, err = revision(*r.Params.IfMatch); err != nil {
			return nil, err
		}
	}
	plan, err := weekPlan(*r.Body)
	if err != nil {
		return nil, err
	}
	p, err := a.d.Bookings.PublishWeek(ctx, s, booking.ConsulateID(r.Id), r.IsoWeek, expected, plan)
	if r.Params.IfMatch == nil && errors.Is(err, &booking.Error{Code: booking.CodeStale}) {
		return nil, problem.Refuse(problem.CodeIfMatchRequired, "", problem.Field{Pointer: "/If-Match", In: "header", Code: problem.FieldRequired})
	}
	if err != nil {
		return nil, err
	}
	out, err := week(p)
	return oapi.PublishWeek200JSONResponse{WeekJSONResponse: out}, err
}

// revision reads an If-Match that is one strong entity tag with a revision in it.
func revision(header string) (int64, error) {
	wrong := problem.Refuse(problem.CodeInvalid, "", problem.Field{
		Pointer: "/If-Match", In: "header", Code: problem.FieldMalformed, Detail: `want the ETag of the week, like "3"`,
	})
	if len(header) < 3 || len(header) > 20 || header[0] != '"' || header[len(header)-1] != '"' {
		return 0, wrong
	}
	digits := header[1 : len(header)-1]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != digits {
		return 0, wrong
	}
	return n, nil
}

// weekPlan reads what the contract has already bounded; dates may still not exist.
func weekPlan(in oapi.WeekPlan) (booking.WeekPlan, error) {
	out := booking.WeekPlan{OpensAt: in.OpensAt, Reason: value(in.Reason), Displace: in.Displace != nil && *in.Displace}
	if in.Signature != nil {
		raw, err := signatureBytes(*in.Signature)
		if err != nil {
			return booking.WeekPlan{}, err
		}
		out.Signature = raw
	}
	f := planFaults{}
	for i, c := range in.Counters {
		counter := capacity.Counter{ID: c.Id}
		for j, o := range c.Openings {
			at := fmt.Sprintf("/counters/%d/openings/%d", i, j)
			counter.Openings = append(counter.Openings, capacity.Opening{
				Weekday: read(&f, at+"/weekday", string(o.Weekday), capacity.ParseWeekday),
				From:    read(&f, at+"/from", o.From, capacity.ParseTimeOfDay),
				To:      read(&f, at+"/to", o.To, capacity.ParseTimeOfDay),
				Group:   o.Group, Pool: capacity.Pool(o.Pool),
			})
		}
		out.Counters = append(out.Counters, counter)
	}
	if in.Closures != nil {
		for i, c := range *in.Closures {
			out.Closures = append(out.Closures, f.closure(fmt.Sprintf("/closures/%d", i), c))
		}
	}
	return out, f.err()
}

// planFaults collects what cannot be read.
type planFaults []problem.Field

func (f *planFaults) closure(at string, c oapi.Closure) capacity.Closure {
	out := capacity.Closure{
		Date: read(f, at+"/date", c.Date, capacity.ParseDate), Reason: c.Reason,
		PublicHoliday: c.PublicHoliday != nil && *c.PublicHoliday,
	}
	if c.From != nil {
		t := read(f, at+"/from", *c.From, capacity.ParseTimeOfDay)
		out.From = &t
	}
	if c.To != nil {
		t := read(f, at+"/to", *c.To, capacity.ParseTimeOfDay)
		out.To = &t
	}
	return out
}

func (f planFaults) err() error {
	if len(f) == 0 {
		return nil
	}
	return problem.Refuse(problem.CodeInvalid, "", f...)
}

func read[T any](f *planFaults, pointer, raw string, parse func(string) (T, error)) T {
	v, err := parse(raw)
	if err != nil {
		field := problem.Field{Pointer: pointer, In: "body", Code: problem.FieldMalformed}
		var e *capacity.FieldError
		if errors.As(err, &e) {
			field.Code, field.Detail = e.Code, e.Detail
		}
		*f = append(*f, field)
	}
	return v
}

// week shows a publication with its plan as it was sent.
func week(p booking.Publication) (oapi.WeekJSONResponse, error) {
	tag := `"` + strconv.FormatInt(p.Week.Revision, 10) + `"`
	out := oapi.Week{
		Consulate: string(p.Week.Consulate), Week: p.Meter.Week.String(), Revision: p.Week.Revision,
		Reason: optional(p.Week.Reason), UpdatedAt: optionalTime(p.Week.UpdatedAt),
		Counters: []oapi.Counter{}, Closures: []oapi.Closure{}, Seats: make([]oapi.Seat, 0, len(p.Week.Seats)), Legal: legalWeek(p),
	}
	if len(p.Week.Plan) > 0 {
		// The plan was written from the same words, so it reads back as they are.
		var plan struct {
			Counters []oapi.Counter `json:"counters"`
			Closures []oapi.Closure `json:"closures"`
		}
		if err := json.Unmarshal(p.Week.Plan, &plan); err != nil {
			return oapi.WeekJSONResponse{}, fmt.Errorf("read the plan of a week: %w", err)
		}
		out.Counters = append(out.Counters, plan.Counters...)
		out.Closures = append(out.Closures, plan.Closures...)
	}
	for i, c := range out.Counters {
		if c.Openings == nil {
			out.Counters[i].Openings = []oapi.Opening{}
		}
	}
	for _, s := range p.Week.Seats {
		out.Seats = append(out.Seats, oapi.Seat{
			Id: string(s.ID), Counter: string(s.Counter), Group: string(s.Group), Pool: string(s.Pool),
			Start: utc(s.Start), Minutes: s.Minutes, State: string(s.State),
		})
	}
	return oapi.WeekJSONResponse{Body: out, Headers: oapi.WeekResponseHeaders{ETag: &tag}}, nil
}
