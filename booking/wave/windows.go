package wave

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
)

// enoughSeats is what a window should have: with fewer, half-days are merged with their neighbours.
const enoughSeats = 4

// halfOf is the half-day of the week in which a seat starts, by the post's clocks: 0 is Monday morning, 13 Sunday
// afternoon.
func halfOf(post booking.Consulate, week capacity.ISOWeek, s booking.Seat) (int, error) {
	ref, err := capacity.StartWindow(string(post.ID), string(s.Group), s.Start, post.Location)
	if err != nil {
		return 0, fmt.Errorf("seat %s: %w", s.ID, err)
	}
	if !week.Contains(ref.Day) {
		return 0, fmt.Errorf("seat %s does not start in week %s", s.ID, week)
	}
	half := 2 * (int(ref.Day.Weekday()) - int(capacity.Monday))
	if ref.Half == capacity.PM {
		half++
	}
	return half, nil
}

// merge makes windows of the half-days that have seats: each gets as many neighbours as it needs for four seats, and
// the smallest neighbours are put together until there are at most ten.
func merge(seats [HalfDays]int) []Window {
	var out []Window
	for half, n := range seats {
		if n == 0 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].Seats < enoughSeats {
			out[last].LastHalf, out[last].Seats = half, out[last].Seats+n
			continue
		}
		out = append(out, Window{Number: half, LastHalf: half, Seats: n})
	}
	if last := len(out) - 1; last > 0 && out[last].Seats < enoughSeats {
		out = join(out, last-1)
	}
	for len(out) > MaxWindows {
		least := 0
		for i := 1; i+1 < len(out); i++ {
			if out[i].Seats+out[i+1].Seats < out[least].Seats+out[least+1].Seats {
				least = i
			}
		}
		out = join(out, least)
	}
	return out
}

// join puts windows i and i+1 together.
func join(w []Window, i int) []Window {
	w[i].LastHalf, w[i].Seats = w[i+1].LastHalf, w[i].Seats+w[i+1].Seats
	return slices.Delete(w, i+1, i+2)
}

// assign gives each seat its window. A family that has windows keeps them: its entries are about them. A half-day that
// none of them covers makes a window of its own, while the wave has room for one; its seats are left out otherwise. The
// windows come back with the spans and numbers of these seats, those without seats not at all.
func assign(post booking.Consulate, week capacity.ISOWeek, family []Window, seats []Seat) ([]Seat, []Window, error) {
	halves := make([]int, len(seats))
	var counts [HalfDays]int
	for i, s := range seats {
		half, err := halfOf(post, week, s.Seat)
		if err != nil {
			return nil, nil, err
		}
		halves[i] = half
		counts[half]++
	}
	windows := layout(family, counts)
	out := make([]Seat, 0, len(seats))
	for i := range windows {
		windows[i].Seats = 0
		if windows[i].Label == "" {
			windows[i].Label = label(week, windows[i])
		}
	}
	for i, s := range seats {
		at := covering(windows, halves[i])
		if at < 0 {
			continue
		}
		w := &windows[at]
		if w.Seats == 0 || s.Start.Before(w.From) {
			w.From = s.Start
		}
		if w.Seats == 0 || s.Start.After(w.To) {
			w.To = s.Start
		}
		w.Seats++
		s.Window = w.Number
		out = append(out, s)
	}
	return out, slices.DeleteFunc(windows, func(w Window) bool { return w.Seats == 0 }), nil
}

// layout is the windows of a wave with so many seats in each half-day, sorted by number.
func layout(family []Window, counts [HalfDays]int) []Window {
	if len(family) == 0 {
		return merge(counts)
	}
	windows := slices.Clone(family)
	used, added := map[int]bool{}, []int{}
	for half, n := range counts {
		switch at := covering(windows, half); {
		case n == 0:
		case at >= 0:
			used[windows[at].Number] = true
		default:
			added = append(added, half)
		}
	}
	if room := max(0, MaxWindows-len(used)); len(added) > room {
		added = added[:room]
	}
	for _, half := range added {
		windows = append(windows, Window{Number: half, LastHalf: half})
	}
	slices.SortFunc(windows, func(a, b Window) int { return cmp.Compare(a.Number, b.Number) })
	return windows
}

// covering is the index of the window that holds the half-day, or -1.
func covering(windows []Window, half int) int {
	return slices.IndexFunc(windows, func(w Window) bool { return w.Number <= half && half <= w.LastHalf })
}

// label names a window by the post's local dates.
func label(week capacity.ISOWeek, w Window) string {
	name := func(half int) string {
		part := capacity.AM
		if half%2 == 1 {
			part = capacity.PM
		}
		return week.Day(capacity.Weekday(half/2+1)).String() + " " + string(part)
	}
	if w.Number == w.LastHalf {
		return name(w.Number)
	}
	return name(w.Number) + " – " + name(w.LastHalf)
}

// startForm is how the manifest writes a start: the post's local time with its offset.
const startForm = "2006-01-02T15:04:05-07:00"

// manifest writes the file of the seats, reads it back, and returns both.
func manifest(post booking.Consulate, seats []Seat) ([]byte, *draw.Manifest, error) {
	seats = slices.Clone(seats)
	slices.SortFunc(seats, func(a, b Seat) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Counter, b.Counter), cmp.Compare(a.ID, b.ID))
	})
	var b bytes.Buffer
	for _, s := range seats {
		fmt.Fprintf(&b, "%s %d %s %d %s\n", s.ID, s.Window, s.Start.In(post.Location).Format(startForm), s.Minutes, s.Counter)
	}
	m, err := draw.ParseManifest(b.Bytes())
	if err != nil {
		return nil, nil, fmt.Errorf("write the manifest: %w", err)
	}
	return b.Bytes(), m, nil
}

// ceilSecond is the first whole second at or after t, in UTC.
func ceilSecond(t time.Time) time.Time {
	whole := t.UTC().Truncate(time.Second)
	if whole.Before(t) {
		whole = whole.Add(time.Second)
	}
	return whole
}
