package capacity

import (
	"fmt"
	"strings"
	"time"
)

// Bounds of the years this package deals in; within them every IANA zone is a
// whole number of minutes from UTC.
const (
	MinYear = 2000
	MaxYear = 2199
)

// Date is a day on the calendar, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the calendar day that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads "2026-12-07". Days that do not exist are refused.
func ParseDate(s string) (Date, error) { return parseDate("2006-01-02", s) }

func parseDate(layout, s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Format(layout) != s {
		return Date{}, malformed("want an existing day, like 2026-12-07")
	}
	d := DateOf(t)
	if d.Year < MinYear || d.Year > MaxYear {
		return Date{}, &FieldError{Code: CodeOutOfRange, Detail: "want a year from 2000 to 2199"}
	}
	return d, nil
}

// midnight is the day's start on the UTC clock; only for arithmetic.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Valid reports whether the day exists and lies within MinYear and MaxYear.
func (d Date) Valid() bool {
	return d.Year >= MinYear && d.Year <= MaxYear && DateOf(d.midnight()) == d
}

// AddDays is the day n days later (earlier for a negative n).
func (d Date) AddDays(n int) Date { return DateOf(d.midnight().AddDate(0, 0, n)) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.midnight().Before(e.midnight()) }

// IsZero reports whether d was never set.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday is the day of the week.
func (d Date) Weekday() Weekday { return weekdayOf(d.midnight().Weekday()) }

// String is "2026-12-07".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

func (d Date) compact() string { return fmt.Sprintf("%04d%02d%02d", d.Year, int(d.Month), d.Day) }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with ParseDate.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// TimeOfDay is local wall time in minutes since midnight, 0 to 1440 ("24:00",
// allowed as an end only).
type TimeOfDay int

// endOfDay is "24:00".
const endOfDay TimeOfDay = 24 * 60

// ParseTimeOfDay reads "HH:MM", two digits each, "00:00" to "24:00".
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	bad := malformed("want a time of day, like 09:30")
	if len(s) != 5 || s[2] != ':' {
		return 0, bad
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, bad
		}
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	if h > 24 || m > 59 || (h == 24 && m > 0) {
		return 0, bad
	}
	return TimeOfDay(h*60 + m), nil
}

// String is "09:30".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// MarshalText implements encoding.TextMarshaler.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with ParseTimeOfDay.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	v, err := ParseTimeOfDay(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}

// timeOfDay is the wall time that t shows in its own location.
func timeOfDay(t time.Time) TimeOfDay { return TimeOfDay(t.Hour()*60 + t.Minute()) }

// Weekday is a day of the ISO week: Monday is 1, Sunday is 7. The zero value is
// no day.
type Weekday int

// The days of the week.
const (
	Monday Weekday = iota + 1
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
)

func weekdayNames() [7]string { return [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

func weekdayOf(w time.Weekday) Weekday { return Weekday((int(w)+6)%7 + 1) }

// Valid reports whether w is one of the seven days.
func (w Weekday) Valid() bool { return w >= Monday && w <= Sunday }

// String is "mon" to "sun", or "none".
func (w Weekday) String() string {
	if !w.Valid() {
		return "none"
	}
	return weekdayNames()[w-1]
}

// ParseWeekday reads "mon" to "sun", in any case.
func ParseWeekday(s string) (Weekday, error) {
	for i, n := range weekdayNames() {
		if strings.EqualFold(s, n) {
			return Weekday(i + 1), nil
		}
	}
	return 0, malformed("want mon, tue, wed, thu, fri, sat or sun")
}

// MarshalText implements encoding.TextMarshaler.
func (w Weekday) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with ParseWeekday.
func (w *Weekday) UnmarshalText(b []byte) error {
	v, err := ParseWeekday(string(b))
	if err != nil {
		return err
	}
	*w = v
	return nil
}
