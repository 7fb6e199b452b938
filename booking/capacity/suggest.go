package capacity

import (
	"sort"
	"time"
)

// Suggestion is a span of local time in which opening one counter would add to
// the minutes that the law counts.
type Suggestion struct {
	Date    Date      `json:"date"`
	Weekday Weekday   `json:"weekday"`
	From    TimeOfDay `json:"from"`
	To      TimeOfDay `json:"to"`
	Minutes int       `json:"minutes"`
}

const defaultGrid = 5 // minutes

// officeFrames are the hours in which to look for room, best first: the usual
// afternoon, the morning, the lunch hour, then early and late.
func officeFrames() [5][2]TimeOfDay {
	return [5][2]TimeOfDay{
		{14 * 60, 18 * 60}, {9 * 60, 13 * 60}, {13 * 60, 14 * 60}, {8 * 60, 9 * 60}, {18 * 60, 20 * 60},
	}
}

// suggest proposes the least time that makes the week lawful, by the cheaper of
// the two rules; on a tie, by the week. For the week it fills the emptiest
// working days first, each up to what the rest needs. It may propose less than
// is needed when the days between 08:00 and 20:00 are full.
func suggest(r Report, spans map[Date][]span, in MeterInput) []Suggestion {
	grid := in.Grid
	if grid <= 0 {
		grid = defaultGrid
	}
	byDay := r.DayShortfall < r.WeekShortfall
	days := make([]DayReport, 0, len(r.Days))
	for _, d := range r.Days {
		if d.Working && (!byDay || d.Shortfall > 0) {
			days = append(days, d)
		}
	}
	sort.SliceStable(days, func(i, j int) bool { return days[i].Open < days[j].Open })
	need := r.WeekShortfall
	var out []Suggestion
	for _, d := range days {
		if byDay {
			need = d.Shortfall
		}
		for _, frame := range officeFrames() {
			for _, s := range freeIn(d.Date, frame, spans[d.Date], in.Location) {
				if need <= 0 {
					break
				}
				n := min(roundUp(need, grid), int(s.to-s.from))
				out = append(out, suggestion(d, span{s.from, s.from + int64(n)}, in.Location))
				need -= n
			}
		}
	}
	return out
}

func suggestion(d DayReport, s span, loc *time.Location) Suggestion {
	return Suggestion{
		Date: d.Date, Weekday: d.Weekday, Minutes: int(s.to - s.from),
		From: timeOfDay(time.Unix(s.from*60, 0).In(loc)),
		To:   timeOfDay(time.Unix(s.to*60, 0).In(loc)),
	}
}

// freeIn is what the taken spans leave of a frame of the day; nothing on a day
// whose clocks change within the frame.
func freeIn(d Date, frame [2]TimeOfDay, taken []span, loc *time.Location) []span {
	from, okFrom := instant(d, frame[0], loc)
	to, okTo := instant(d, frame[1], loc)
	if !okFrom || !okTo || offset(from) != offset(to) {
		return nil
	}
	at, end := from.Unix()/60, to.Unix()/60
	var out []span
	for _, t := range taken {
		if t.from >= end {
			break
		}
		if t.from > at {
			out = append(out, span{at, t.from})
		}
		at = max(at, t.to)
	}
	if at < end {
		out = append(out, span{at, end})
	}
	return out
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
