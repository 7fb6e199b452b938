package web

import (
	"time"

	"chesna/api/locale"
	"chesna/booking/capacity"
)

// sheet is one month, its first day given at noon.
func (v *visit) sheet(first time.Time, free map[capacity.Date]dayOpen, shown string) month {
	out := month{Name: locale.Capital(locale.Month(v.lang, first))}
	for i := range 7 {
		out.Heads = append(out.Heads, locale.WeekdayShort(v.lang, time.Weekday((i+1)%7)))
	}
	var row [7]cell
	at := (int(first.Weekday()) + 6) % 7
	for d := first; d.Month() == first.Month(); d = d.AddDate(0, 0, 1) {
		c := cell{Number: d.Day(), Name: locale.Day(v.lang, d)}
		day := capacity.DateOf(d)
		if _, ok := free[day]; ok {
			c.Link, c.Current = day.String(), day.String() == shown
		}
		row[at] = c
		if at++; at == 7 {
			out.Weeks, row, at = append(out.Weeks, row), [7]cell{}, 0
		}
	}
	if at > 0 {
		out.Weeks = append(out.Weeks, row)
	}
	return out
}

// noon is a calendar day as a time, for spelling out.
func noon(d capacity.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
}

// percent is a part of a whole, at most 100.
func percent(part, whole int) int {
	if whole <= 0 {
		return 100
	}
	return min(100, part*100/whole)
}
