package capacity

import (
	"fmt"
	"time"
)

// ISOWeek is a week of ISO 8601: Monday to Sunday, week 1 has the year's first
// Thursday.
type ISOWeek struct {
	Year int
	Week int
}

// ParseISOWeek reads "2026-W50". Weeks that the year does not have are refused.
func ParseISOWeek(s string) (ISOWeek, error) {
	bad := malformed("want an ISO week, like 2026-W50")
	if len(s) != 8 || s[4:6] != "-W" {
		return ISOWeek{}, bad
	}
	n := 0
	for _, i := range []int{0, 1, 2, 3, 6, 7} {
		if s[i] < '0' || s[i] > '9' {
			return ISOWeek{}, bad
		}
		n = n*10 + int(s[i]-'0')
	}
	w := ISOWeek{Year: n / 100, Week: n % 100}
	if w.Year < MinYear || w.Year > MaxYear {
		return ISOWeek{}, &FieldError{Code: CodeOutOfRange, Detail: "want a year from 2000 to 2199"}
	}
	if !w.Valid() {
		return ISOWeek{}, &FieldError{Code: CodeOutOfRange, Detail: "the year has no such week"}
	}
	return w, nil
}

// WeekOf is the ISO week that has the day.
func WeekOf(d Date) ISOWeek {
	y, w := d.midnight().ISOWeek()
	return ISOWeek{Year: y, Week: w}
}

// Valid reports whether the year is within bounds and has the week.
func (w ISOWeek) Valid() bool {
	return w.Year >= MinYear && w.Year <= MaxYear && w.Week >= 1 && w.Week <= 53 && WeekOf(w.Day(Monday)) == w
}

// Day is the date of the given weekday.
func (w ISOWeek) Day(d Weekday) Date {
	jan4 := Date{Year: w.Year, Month: time.January, Day: 4}
	return jan4.AddDays((w.Week-1)*7 + int(d) - int(jan4.Weekday()))
}

// Days are the seven dates, Monday first.
func (w ISOWeek) Days() [7]Date {
	var out [7]Date
	for i := range out {
		out[i] = w.Day(Weekday(i + 1))
	}
	return out
}

// Contains reports whether the day is in the week.
func (w ISOWeek) Contains(d Date) bool { return WeekOf(d) == w }

// Add is the week n weeks later.
func (w ISOWeek) Add(n int) ISOWeek { return WeekOf(w.Day(Monday).AddDays(7 * n)) }

// Before reports whether w is an earlier week than v.
func (w ISOWeek) Before(v ISOWeek) bool {
	return w.Year < v.Year || (w.Year == v.Year && w.Week < v.Week)
}

// Span is the week as absolute time at loc: from Monday's first instant up to,
// not including, the next Monday's.
func (w ISOWeek) Span(loc *time.Location) (from, to time.Time) {
	return dayStart(w.Day(Monday), loc), dayStart(w.Add(1).Day(Monday), loc)
}

// String is "2026-W50".
func (w ISOWeek) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Week) }

// MarshalText implements encoding.TextMarshaler.
func (w ISOWeek) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with ParseISOWeek.
func (w *ISOWeek) UnmarshalText(b []byte) error {
	v, err := ParseISOWeek(string(b))
	if err != nil {
		return err
	}
	*w = v
	return nil
}
