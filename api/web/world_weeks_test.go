package web_test

import (
	"cmp"
	"context"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

func (w *world) publish(c booking.Consulate, iso capacity.ISOWeek, expected int64, plan booking.WeekPlan) (booking.Publication, error) {
	week := capacity.Week{Consulate: string(c.ID), ISOWeek: iso, Location: c.Location, Workdays: c.Workdays, Holidays: c.Holidays, SlotMinutes: map[string]int{"passport": 20, "notary": 30}, Grid: 5, Counters: plan.Counters, Closures: plan.Closures}
	seats, err := capacity.Expand(week)
	if err != nil {
		return booking.Publication{}, err
	}
	key := string(c.ID) + iso.String()
	old := w.weeks[key]
	if old.Revision != expected {
		return booking.Publication{}, booking.Refuse(booking.CodeStale, "")
	}
	next := booking.PublishedWeek{Consulate: c.ID, ISOWeek: iso.String(), Revision: expected + 1, Plan: mustJSON(plan), Reason: plan.Reason}
	for _, s := range seats {
		next.Seats = append(next.Seats, booking.Seat{ID: booking.SeatID(s.ID), Consulate: c.ID, Counter: booking.CounterID(s.Counter), Group: booking.GroupID(s.Group), Pool: booking.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes, State: booking.SeatOpen})
	}
	w.weeks[key] = next
	return booking.Publication{Week: next, Meter: capacity.Meter(week.MeterInput(seats))}, nil
}

func (w *world) measured(c booking.Consulate, iso capacity.ISOWeek) booking.Publication {
	p := w.weeks[string(c.ID)+iso.String()]
	p.ISOWeek = iso.String()
	in := capacity.MeterInput{Week: iso, Location: c.Location, Workdays: c.Workdays, Grid: 5}
	for _, s := range p.Seats {
		in.Seats = append(in.Seats, capacity.Seat{ID: string(s.ID), Counter: string(s.Counter), Group: string(s.Group), Pool: capacity.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes})
	}
	return booking.Publication{Week: p, Meter: capacity.Meter(in)}
}

func (w *world) LegalMinimum(_ context.Context, c booking.ConsulateID, from, to capacity.Date) ([]booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, err := w.catalogue.Consulate(c)
	if err != nil {
		return nil, err
	}
	var out []booking.Publication
	for iso := capacity.WeekOf(from); !capacity.WeekOf(to).Before(iso); iso = iso.Add(1) {
		out = append(out, w.measured(post, iso))
	}
	return out, nil
}

func (w *world) Week(_ context.Context, _ identity.Session, c booking.ConsulateID, iso string) (booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, _ := w.catalogue.Consulate(c)
	i, err := capacity.ParseISOWeek(iso)
	return w.measured(post, i), err
}

func (w *world) PublishWeek(_ context.Context, s identity.Session, c booking.ConsulateID, iso string, expected int64, p booking.WeekPlan) (booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, _ := w.catalogue.Consulate(c)
	i, _ := capacity.ParseISOWeek(iso)
	if len(w.taken) > 0 {
		return booking.Publication{}, &booking.Error{Code: booking.CodeSeatsTaken, Seats: w.taken}
	}
	before := w.weeks[string(c)+iso]
	out, err := w.publish(post, i, expected, p)
	if err != nil || out.Meter.Met {
		return out, err
	}
	document := []byte("ЧЕСНА — короткий тиждень\nПричина: " + p.Reason + "\n")
	name, err := signer(p.Signature, document)
	if err == nil && w.people[name].ID == s.Person {
		return out, nil
	}
	w.weeks[string(c)+iso] = before
	if len(p.Signature) == 0 {
		return out, &booking.Error{Code: booking.CodeBelowMinimum, Document: document}
	}
	return out, &identity.Error{Code: identity.CodeSignerMismatch}
}

func (w *world) Availability(_ context.Context, s identity.Session, c booking.ConsulateID, id booking.ServiceID) (booking.Openings, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, err := w.catalogue.Consulate(c)
	svc, err2 := w.catalogue.Service(id)
	if err := cmp.Or(w.broken, err, err2); err != nil {
		return booking.Openings{}, err
	}
	if !post.Serves(s.Country) {
		return booking.Openings{}, booking.Refuse(booking.CodeOutsideDistrict, "")
	}
	out := booking.Openings{Consulate: post, Service: svc, ByDraw: post.Pool == booking.PoolDraw}
	if out.ByDraw {
		out.DrawFrom = w.now.Add(9 * 24 * time.Hour)
		return out, nil
	}
	byWindow := map[string]int{}
	for _, iso := range []int{0, 1, 2, 3} {
		week := w.weeks[string(c)+capacity.WeekOf(capacity.DateOf(w.now)).Add(iso).String()]
		for _, seat := range week.Seats {
			if seat.Group != svc.Group || seat.Start.Before(w.now.Add(2*time.Hour)) || w.busy(seat.ID) {
				continue
			}
			ref, _ := capacity.StartWindow(string(c), string(svc.Group), seat.Start, post.Location)
			i, ok := byWindow[ref.ID()]
			if !ok {
				i = len(out.Windows)
				byWindow[ref.ID()] = i
				out.Windows = append(out.Windows, booking.OpenWindow{ID: booking.WindowID(ref.ID()), Day: ref.Day, From: seat.Start, Free: booking.LevelMany})
			}
			win := &out.Windows[i]
			win.To = seat.Start
			win.Slots = append(win.Slots, booking.OpenSlot{ID: booking.SlotID(capacity.SlotRef{Consulate: string(c), Group: string(svc.Group), Start: seat.Start}.ID()), Start: seat.Start})
		}
	}
	return out, nil
}
