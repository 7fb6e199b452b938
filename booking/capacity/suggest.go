package capacity

import (
	"slices"
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

// frame is hours of a day in which to look for room.
type frame struct{ from, to TimeOfDay }

// morning is what a day that is closed is proposed first: with the legal 4 hours.
func morning() frame { return frame{9 * 60, 13 * 60} }

// officeFrames are the hours that are proposed beyond, best first: the usual
// afternoon, the morning, the lunch hour, then early and late.
func officeFrames() []frame {
	return []frame{{14 * 60, 18 * 60}, morning(), {13 * 60, 14 * 60}, {8 * 60, 9 * 60}, {18 * 60, 20 * 60}}
}

// proposal collects suggestions until nothing more is needed.
type proposal struct {
	in    MeterInput
	spans map[Date][]span // taken, by seats and by what is proposed
	need  int
	out   []Suggestion
}

// suggest proposes the least time that makes the week lawful, by the cheaper of
// the two rules; on a tie, by the week. Days that are closed are opened in the
// morning, for 4 hours; what the rest needs goes into the afternoons, the
// emptiest day first, and only then into other hours. It may propose less than
// is needed when the days between 08:00 and 20:00 are full.
func suggest(r Report, spans map[Date][]span, in MeterInput) []Suggestion {
	if in.Grid <= 0 {
		in.Grid = defaultGrid
	}
	var days []DayReport
	for _, d := range r.Days {
		if d.Working {
			days = append(days, d)
		}
	}
	p := proposal{in: in, spans: spans, need: r.WeekShortfall}
	if r.DayShortfall < r.WeekShortfall {
		for _, d := range days {
			p.need = d.Shortfall
			p.fill([]DayReport{d})
		}
	} else {
		p.fill(days)
	}
	sort.SliceStable(p.out, func(i, j int) bool {
		x, y := p.out[i], p.out[j]
		return x.Date.Before(y.Date) || (x.Date == y.Date && x.From < y.From)
	})
	return p.out
}

// fill proposes what is needed on the days.
func (p *proposal) fill(days []DayReport) {
	for _, d := range days {
		if d.Open == 0 {
			p.take(d, morning())
		}
	}
	sort.SliceStable(days, func(i, j int) bool { return minutes(p.spans[days[i].Date]) < minutes(p.spans[days[j].Date]) })
	for _, f := range officeFrames() {
		for _, d := range days {
			p.take(d, f)
		}
	}
}

// take proposes what is free of the frame, as long as something is needed.
func (p *proposal) take(d DayReport, f frame) {
	for _, s := range freeIn(d.Date, f, p.spans[d.Date], p.in.Location) {
		if p.need <= 0 {
			return
		}
		n := min(roundUp(p.need, p.in.Grid), int(s.to-s.from))
		one := span{s.from, s.from + int64(n)}
		p.out = append(p.out, suggestion(d, one, p.in.Location))
		p.spans[d.Date] = union(append(slices.Clone(p.spans[d.Date]), one))
		p.need -= n
	}
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
func freeIn(d Date, f frame, taken []span, loc *time.Location) []span {
	from, okFrom := instant(d, f.from, loc)
	to, okTo := instant(d, f.to, loc)
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
