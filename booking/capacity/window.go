package capacity

import (
	"sort"
	"time"
)

// Slot is a start of a service group with at least one seat.
type Slot struct {
	ID    string    // SlotID
	Start time.Time // UTC
	Seats []string  // seat ids, sorted; never shown to citizens
}

// Window is a half-day of a service group with at least one seat.
type Window struct {
	ID    string // WindowID
	Group string
	Day   Date // local to the consulate
	Half  Half
	First time.Time // first start, UTC
	Last  time.Time // last start, UTC
	Slots []Slot    // by start
}

// SeatWindow is the window of a seat of the consulate that keeps local time loc.
func SeatWindow(consulate string, s Seat, loc *time.Location) (WindowRef, error) {
	return StartWindow(consulate, s.Group, s.Start, loc)
}

// StartWindow is the window in which a start of a service group lies. It fails
// on malformed ids and on a nil location.
func StartWindow(consulate, group string, start time.Time, loc *time.Location) (WindowRef, error) {
	if loc == nil {
		return WindowRef{}, &FieldError{Code: CodeRequired, Detail: "want a location"}
	}
	local := start.In(loc)
	ref := WindowRef{Consulate: consulate, Group: group, Day: DateOf(local), Half: halfOf(timeOfDay(local))}
	if _, err := WindowID(ref.Consulate, ref.Group, ref.Day, ref.Half); err != nil {
		return WindowRef{}, err
	}
	return ref, nil
}

// ID is the window's id; empty when the reference is not valid.
func (r WindowRef) ID() string {
	id, err := WindowID(r.Consulate, r.Group, r.Day, r.Half)
	if err != nil {
		return ""
	}
	return id
}

// ID is the slot's id; empty when the reference is not valid.
func (r SlotRef) ID() string {
	id, err := SlotID(r.Consulate, r.Group, r.Start)
	if err != nil {
		return ""
	}
	return id
}

// Windows groups seats of one consulate by window and slot, windows by day,
// half and group. All pools are grouped alike: filter before. It fails on the
// first seat that cannot be named.
func Windows(consulate string, seats []Seat, loc *time.Location) ([]Window, error) {
	byWindow := map[string]*Window{}
	slots := map[string]map[string]*Slot{}
	for _, s := range seats {
		ref, err := SeatWindow(consulate, s, loc)
		if err != nil {
			return nil, err
		}
		slotID, err := SlotID(consulate, s.Group, s.Start)
		if err != nil {
			return nil, err
		}
		id := ref.ID()
		if byWindow[id] == nil {
			byWindow[id] = &Window{ID: id, Group: ref.Group, Day: ref.Day, Half: ref.Half}
			slots[id] = map[string]*Slot{}
		}
		if slots[id][slotID] == nil {
			slots[id][slotID] = &Slot{ID: slotID, Start: s.Start.UTC()}
		}
		slots[id][slotID].Seats = append(slots[id][slotID].Seats, s.ID)
	}
	out := make([]Window, 0, len(byWindow))
	for id, w := range byWindow {
		for _, s := range slots[id] {
			sort.Strings(s.Seats)
			w.Slots = append(w.Slots, *s)
		}
		sort.Slice(w.Slots, func(i, j int) bool { return w.Slots[i].Start.Before(w.Slots[j].Start) })
		w.First, w.Last = w.Slots[0].Start, w.Slots[len(w.Slots)-1].Start
		out = append(out, *w)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Day != b.Day {
			return a.Day.Before(b.Day)
		}
		if a.Half != b.Half {
			return a.Half < b.Half
		}
		return a.Group < b.Group
	})
	return out, nil
}
