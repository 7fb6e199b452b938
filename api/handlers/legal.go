package handlers

import (
	"context"
	"errors"

	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
)

// legalWeeks is how many weeks are shown when nothing is said.
const legalWeeks = 4

// GetLegalMinimum implements GET /api/v1/consulates/{id}/legal-minimum, for everyone.
func (a *API) GetLegalMinimum(ctx context.Context, r oapi.GetLegalMinimumRequestObject) (oapi.GetLegalMinimumResponseObject, error) {
	post, err := a.d.Catalogue.Consulate(booking.ConsulateID(r.Id))
	if err != nil {
		return nil, err
	}
	from := capacity.DateOf(a.d.Server.Now().In(post.Location))
	if r.Params.From != nil {
		if from, err = dayOrWeek("/from", *r.Params.From); err != nil {
			return nil, err
		}
	}
	to := capacity.WeekOf(from).Add(legalWeeks - 1).Day(capacity.Sunday)
	if r.Params.To != nil {
		if to, err = dayOrWeek("/to", *r.Params.To); err != nil {
			return nil, err
		}
	}
	weeks, err := a.d.Bookings.LegalMinimum(ctx, post.ID, from, to)
	if err != nil {
		return nil, err
	}
	out := oapi.GetLegalMinimum200JSONResponse{Items: make([]oapi.LegalWeek, 0, len(weeks))}
	for _, w := range weeks {
		out.Items = append(out.Items, legalWeek(w))
	}
	return out, nil
}

// dayOrWeek reads a day, or takes the Monday of an ISO week: what is asked for is whole weeks anyway.
func dayOrWeek(pointer, raw string) (capacity.Date, error) {
	d, err := capacity.ParseDate(raw)
	if len(raw) > 5 && raw[5] == 'W' {
		var w capacity.ISOWeek
		if w, err = capacity.ParseISOWeek(raw); err == nil {
			d = w.Day(capacity.Monday)
		}
	}
	if err == nil {
		return d, nil
	}
	f := problem.Field{Pointer: pointer, In: "query", Code: problem.FieldMalformed}
	var e *capacity.FieldError
	if errors.As(err, &e) {
		f.Code, f.Detail = e.Code, e.Detail
	}
	return capacity.Date{}, problem.Refuse(problem.CodeInvalid, "", f)
}

func legalWeek(p booking.Publication) oapi.LegalWeek {
	m := p.Meter
	out := oapi.LegalWeek{
		Week: m.Week.String(), Published: p.Week.Revision > 0, Met: m.Met, Rule: oapi.LegalWeekRule(m.Rule),
		RequiredMinutes: m.Required, OpenMinutes: m.Open, OnlineMinutes: m.Online, WeekShortfallMinutes: m.WeekShortfall,
		DayShortfallMinutes: m.DayShortfall, ShortfallMinutes: m.Shortfall, Reason: optional(p.Week.Reason),
		Days: make([]oapi.LegalDay, 0, len(m.Days)), Suggestions: make([]oapi.Suggestion, 0, len(m.Suggestions)),
	}
	for _, d := range m.Days {
		out.Days = append(out.Days, oapi.LegalDay{
			Date: d.Date.String(), Weekday: d.Weekday.String(), Working: d.Working, Holiday: d.Holiday,
			OpenMinutes: d.Open, OnlineMinutes: d.Online, ShortfallMinutes: d.Shortfall,
		})
	}
	for _, s := range m.Suggestions {
		out.Suggestions = append(out.Suggestions, oapi.Suggestion{
			Date: s.Date.String(), Weekday: s.Weekday.String(), From: s.From.String(), To: s.To.String(), Minutes: s.Minutes,
		})
	}
	return out
}
