package capacity

import (
	"sort"
	"time"
)

// Expand lays the slots of every opening as seats, earliest first. Slots start
// at the opening's start and follow each other in local wall time; a remainder
// shorter than a slot has no seat. Closures and holidays take out every seat
// they touch.
//
// Clock changes: wall times that do not exist are skipped; wall times that
// occur twice mean the first occurrence; a slot across the change is skipped.
//
// The error is Errors with all faults of the schedule at once.
func Expand(w Week) ([]Seat, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	shut := w.Closures
	for _, d := range w.PublicHolidays() {
		shut = append(shut[:len(shut):len(shut)], Closure{Date: d})
	}
	var seats []Seat
	for _, c := range w.Counters {
		for _, o := range c.Openings {
			for from := range o.starts(w.SlotMinutes[o.Group]) {
				s, ok, err := w.seat(c.ID, o, from, shut)
				if err != nil {
					return nil, err
				}
				if ok {
					seats = append(seats, s)
				}
			}
		}
	}
	sort.Slice(seats, func(i, j int) bool {
		if !seats[i].Start.Equal(seats[j].Start) {
			return seats[i].Start.Before(seats[j].Start)
		}
		return seats[i].Counter < seats[j].Counter
	})
	return seats, nil
}

// starts yields the wall times at which slots of the given minutes start.
func (o Opening) starts(minutes int) func(yield func(TimeOfDay) bool) {
	return func(yield func(TimeOfDay) bool) {
		for t := o.From; t+TimeOfDay(minutes) <= o.To; t += TimeOfDay(minutes) {
			if !yield(t) {
				return
			}
		}
	}
}

// seat makes the seat of the slot that starts at wall time from, unless a
// closure or a clock change takes it out.
func (w Week) seat(counter string, o Opening, from TimeOfDay, shut []Closure) (Seat, bool, error) {
	day, minutes := w.ISOWeek.Day(o.Weekday), w.SlotMinutes[o.Group]
	for _, c := range shut {
		if c.hits(day, from, from+TimeOfDay(minutes)) {
			return Seat{}, false, nil
		}
	}
	start, ok := instant(day, from, w.Location)
	if !ok || offset(start) != offset(start.Add(time.Duration(minutes)*time.Minute-time.Second)) {
		return Seat{}, false, nil
	}
	id, err := SeatID(w.Consulate, counter, start, minutes)
	if err != nil {
		return Seat{}, false, err
	}
	return Seat{ID: id, Counter: counter, Group: o.Group, Pool: o.Pool, Start: start.UTC(), Minutes: minutes}, true, nil
}

func offset(t time.Time) int {
	_, o := t.Zone()
	return o
}

// instant is the first moment at which clocks at loc show day and t, and
// whether there is one. time.Date does not promise which of two it returns.
func instant(day Date, t TimeOfDay, loc *time.Location) (time.Time, bool) {
	wall := day.midnight().Add(time.Duration(t) * time.Minute)
	near := time.Date(day.Year, day.Month, day.Day, 0, int(t), 0, 0, loc)
	offsets := []int{offset(near)}
	from, to := near.ZoneBounds()
	if !from.IsZero() {
		offsets = append(offsets, offset(from.Add(-time.Second)))
	}
	if !to.IsZero() {
		offsets = append(offsets, offset(to))
	}
	var best time.Time
	for _, o := range offsets {
		at := wall.Add(-time.Duration(o) * time.Second).In(loc)
		if offset(at) == o && (best.IsZero() || at.Before(best)) {
			best = at
		}
	}
	return best, !best.IsZero()
}

// dayStart is the first moment of the day at loc, also where midnight is
// skipped by a clock change.
func dayStart(d Date, loc *time.Location) time.Time {
	for t := TimeOfDay(0); t < endOfDay; t++ {
		if at, ok := instant(d, t, loc); ok {
			return at
		}
	}
	// The whole day is missing, as at the date line: the next one starts it.
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, loc)
}
