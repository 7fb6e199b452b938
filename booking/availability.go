package booking

import (
	"context"
	"time"

	"chesna/booking/capacity"
	"chesna/identity"
)

// Level is how much is free, without a number: a count would tell a watcher when somebody lets go.
type Level string

// The levels.
const (
	LevelNone Level = "none"
	LevelFew  Level = "few"
	LevelMany Level = "many"
)

// fewSeats is the most seats of a window that are still called few.
const fewSeats = 3

// OpenSlot is a start time that can be held now.
type OpenSlot struct {
	ID    SlotID
	Start time.Time
}

// OpenWindow is a half-day with the start times in it that can be held now.
type OpenWindow struct {
	ID       WindowID
	Day      capacity.Date
	From, To time.Time // first and last start
	Free     Level
	Slots    []OpenSlot
}

// Openings is what one person may book now at a post. When the post gives the service by draw and
// nothing is open, ByDraw is set, with the first day that has such seats.
type Openings struct {
	Consulate Consulate
	Service   Service
	Windows   []OpenWindow
	ByDraw    bool
	DrawFrom  time.Time // zero when no such seat is published
}

// Availability lists what the signed-in person may book now: windows with their free start times, nothing
// else of the timetable, no counters and no numbers.
func (o *Office) Availability(ctx context.Context, s identity.Session, c ConsulateID, id ServiceID) (Openings, error) {
	post, svc, err := o.admit(s, c, id)
	if err != nil {
		return Openings{}, err
	}
	out := Openings{Consulate: post, Service: svc, ByDraw: post.Pool == PoolDraw}
	now := o.Now()
	from, to := now.Add(o.Policy.Lead), now.Add(o.Policy.Horizon)
	free, err := o.Inventory.Free(ctx, post.ID, svc.Group, from, to)
	if err != nil {
		return Openings{}, err
	}
	if out.Windows, err = windows(post, svc.Group, free); err != nil {
		return Openings{}, err
	}
	if len(out.Windows) == 0 && out.ByDraw {
		out.DrawFrom, err = o.firstDrawn(ctx, post.ID, svc.Group, from, to)
	}
	return out, err
}

func (o *Office) firstDrawn(ctx context.Context, c ConsulateID, g GroupID, from, to time.Time) (time.Time, error) {
	counts, err := o.Ledger.NextSeats(ctx, c, g, from, to)
	if err != nil {
		return time.Time{}, err
	}
	for _, n := range counts {
		if n.Pool == PoolDraw && n.Seats > 0 {
			return n.Start, nil
		}
	}
	return time.Time{}, nil
}

// windows groups free start times, which come in order, by half-day.
func windows(c Consulate, g GroupID, free []FreeSlot) ([]OpenWindow, error) {
	var out []OpenWindow
	seats := 0
	for _, f := range free {
		if f.Seats <= 0 {
			continue
		}
		ref, err := capacity.StartWindow(string(c.ID), string(g), f.Start, c.Location)
		if err != nil {
			return nil, err
		}
		slot := capacity.SlotRef{Consulate: string(c.ID), Group: string(g), Start: f.Start}
		if n := len(out); n == 0 || out[n-1].ID != WindowID(ref.ID()) {
			out = append(out, OpenWindow{ID: WindowID(ref.ID()), Day: ref.Day, From: f.Start})
			seats = 0
		}
		w := &out[len(out)-1]
		seats += f.Seats
		w.To = f.Start
		w.Slots = append(w.Slots, OpenSlot{ID: SlotID(slot.ID()), Start: f.Start})
		w.Free = level(seats)
	}
	return out, nil
}

func level(seats int) Level {
	switch {
	case seats <= 0:
		return LevelNone
	case seats <= fewSeats:
		return LevelFew
	default:
		return LevelMany
	}
}

// halfDay is the local time of day at which the second window of a day begins.
const halfDay = 13

// windowSpan bounds the starts of a window: from its half-day's first to its last instant.
func windowSpan(w capacity.WindowRef, loc *time.Location) (from, to time.Time) {
	start := func(hour int) time.Time {
		return time.Date(w.Day.Year, w.Day.Month, w.Day.Day, hour, 0, 0, 0, loc)
	}
	if w.Half == capacity.AM {
		return start(0), start(halfDay).Add(-time.Second)
	}
	return start(halfDay), start(24).Add(-time.Second)
}

// dayBounds are the first instant of a local day (YYYY-MM-DD) and of the next.
func dayBounds(day string, loc *time.Location) (from, to time.Time, err error) {
	d, err := capacity.ParseDate(day)
	if err != nil {
		return from, to, &Error{
			Code: CodeInvalid, Detail: "not a date",
			Fields: []FieldError{{Pointer: "/day", Code: "malformed", Detail: "want YYYY-MM-DD"}},
		}
	}
	midnight := func(day int) time.Time { return time.Date(d.Year, d.Month, day, 0, 0, 0, 0, loc) }
	return midnight(d.Day), midnight(d.Day + 1), nil
}
