package capacity

import (
	"slices"
	"sort"
	"time"
)

// The legal minimum, in minutes open to choice.
const (
	LegalWeekMinutes = 20 * 60 // of a working week without holidays
	LegalDayMinutes  = 4 * 60  // of a working day
)

// MeterInput is what the meter looks at. Seats of every pool and of any state
// but withdrawn belong in it; seats outside the week are ignored.
type MeterInput struct {
	Week     ISOWeek
	Location *time.Location
	Workdays []Weekday // the post's working weekdays
	Holidays []Date    // public holidays; those outside the week have no effect
	Seats    []Seat
	Grid     int // minutes; suggestions end on it; 0 means 5
}

// MeterInput is the meter's input for the week with the given seats, which are
// usually Expand's.
func (w Week) MeterInput(seats []Seat) MeterInput {
	return MeterInput{
		Week: w.ISOWeek, Location: w.Location, Workdays: w.Workdays,
		Holidays: w.PublicHolidays(), Seats: seats, Grid: w.Grid,
	}
}

// Rule says by which half of R-06 a week is lawful.
type Rule string

// The rules, in the order in which they are tried.
const (
	RuleWeek  Rule = "week"            // 20 hours in the working week
	RuleDay   Rule = "day"             // 4 hours on each working day
	RuleNone  Rule = "none"            // neither
	RuleNoDay Rule = "no-working-days" // the week has only holidays: nothing is required
)

// Report is the legal meter of one week. All figures are minutes.
type Report struct {
	Week ISOWeek `json:"week"`
	Met  bool    `json:"met"`
	Rule Rule    `json:"rule"`
	// Required is 20 hours, shortened in proportion to the working days that are
	// public holidays, rounded up.
	Required int `json:"requiredMinutes"`
	// Open is counter time open to choice on working days: the union over
	// counters and pools. Online is the same for the pools open and draw.
	Open   int `json:"openMinutes"`
	Online int `json:"onlineMinutes"`
	// WeekShortfall and DayShortfall are what each rule would still need.
	WeekShortfall int `json:"weekShortfallMinutes"`
	DayShortfall  int `json:"dayShortfallMinutes"`
	// Shortfall is the smaller of the two: the least that makes the week lawful.
	Shortfall   int          `json:"shortfallMinutes"`
	Days        []DayReport  `json:"days"`
	Suggestions []Suggestion `json:"suggestions,omitempty"`
}

// DayReport is one day of the week. Minutes on a day off are shown here but not
// counted in the week: the law speaks of the working week.
type DayReport struct {
	Date      Date    `json:"date"`
	Weekday   Weekday `json:"weekday"`
	Working   bool    `json:"working"` // a working weekday and no holiday
	Holiday   bool    `json:"holiday"`
	Open      int     `json:"openMinutes"`
	Online    int     `json:"onlineMinutes"`
	Shortfall int     `json:"shortfallMinutes"` // to 4 hours; 0 on a day off
}

// Meter measures a week against R-06. It never fails: an empty input has
// nothing open. A nil location means UTC.
func Meter(in MeterInput) Report {
	if in.Location == nil {
		in.Location = time.UTC
	}
	r := Report{Week: in.Week, Days: make([]DayReport, 0, 7)}
	all, left := 0, 0
	spans := in.spansByDay(func(Seat) bool { return true })
	online := in.spansByDay(func(s Seat) bool { return s.Pool.Online() })
	for _, d := range in.Week.Days() {
		day := DayReport{Date: d, Weekday: d.Weekday(), Open: minutes(spans[d]), Online: minutes(online[d])}
		workday := slices.Contains(in.Workdays, day.Weekday)
		day.Holiday = slices.Contains(in.Holidays, d)
		day.Working = workday && !day.Holiday
		if workday {
			all++
		}
		if day.Working {
			left++
			r.Open += day.Open
			r.Online += day.Online
			day.Shortfall = max(0, LegalDayMinutes-day.Open)
			r.DayShortfall += day.Shortfall
		}
		r.Days = append(r.Days, day)
	}
	r.judge(all, left)
	if !r.Met {
		r.Suggestions = suggest(r, spans, in)
	}
	return r
}

// judge sets the verdict from the sums, all working weekdays and those left.
func (r *Report) judge(all, left int) {
	if left > 0 {
		r.Required = (LegalWeekMinutes*left + all - 1) / all
	}
	r.WeekShortfall = max(0, r.Required-r.Open)
	r.Shortfall = min(r.WeekShortfall, r.DayShortfall)
	switch {
	case left == 0:
		r.Rule = RuleNoDay
	case r.WeekShortfall == 0:
		r.Rule = RuleWeek
	case r.DayShortfall == 0:
		r.Rule = RuleDay
	default:
		r.Rule = RuleNone
	}
	r.Met = r.Rule != RuleNone
}

// span is [from, to) in absolute minutes since the epoch.
type span struct {
	from, to int64
}

// spansByDay is, for each local day of the week, the union of the seats that
// pass the filter, in order.
func (in MeterInput) spansByDay(pass func(Seat) bool) map[Date][]span {
	raw := map[Date][]span{}
	for _, s := range in.Seats {
		d := DateOf(s.Start.In(in.Location))
		if s.Minutes > 0 && in.Week.Contains(d) && pass(s) {
			from := s.Start.Unix() / 60
			raw[d] = append(raw[d], span{from, from + int64(s.Minutes)})
		}
	}
	for d, list := range raw {
		raw[d] = union(list)
	}
	return raw
}

// union sorts and merges spans that touch or overlap.
func union(list []span) []span {
	sort.Slice(list, func(i, j int) bool { return list[i].from < list[j].from })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

func minutes(list []span) int {
	n := int64(0)
	for _, s := range list {
		n += s.to - s.from
	}
	return int(n)
}
