package locale

import (
	"fmt"
	"strings"
	"time"
)

func weekdays(l Lang) [7]string {
	if l == English {
		return [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	}
	return [7]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"}
}

func months(l Lang) [12]string {
	if l == English {
		return [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	}
	return [12]string{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"}
}

// Weekday names a day of the week as it stands inside a sentence.
func Weekday(l Lang, d time.Weekday) string { return weekdays(l)[d] }

// WeekdayShort is at most two letters, for calendars.
func WeekdayShort(l Lang, d time.Weekday) string {
	if l == English {
		return weekdays(l)[d][:2]
	}
	return [7]string{"нд", "пн", "вт", "ср", "чт", "пт", "сб"}[d]
}

// Date spells out a day without its weekday: "7 грудня 2026 року", "7 December 2026".
func Date(l Lang, t time.Time) string {
	s := fmt.Sprintf("%d %s %d", t.Day(), months(l)[t.Month()-1], t.Year())
	if l == Ukrainian {
		s += " року"
	}
	return s
}

// Day spells out a day with its weekday: "понеділок, 7 грудня 2026 року", "Monday 7 December 2026".
func Day(l Lang, t time.Time) string {
	if l == English {
		return Weekday(l, t.Weekday()) + " " + Date(l, t)
	}
	return Weekday(l, t.Weekday()) + ", " + Date(l, t)
}

// DayOfYear is Day without the year, for lists of near days.
func DayOfYear(l Lang, t time.Time) string {
	sep := ", "
	if l == English {
		sep = " "
	}
	return fmt.Sprintf("%s%s%d %s", Weekday(l, t.Weekday()), sep, t.Day(), months(l)[t.Month()-1])
}

// Span is the days from one date to another, "7–13 грудня 2026 року", without saying a month or year twice.
func Span(l Lang, from, to time.Time) string {
	switch {
	case from.Year() != to.Year():
		return Date(l, from) + " – " + Date(l, to)
	case from.Month() != to.Month():
		return fmt.Sprintf("%d %s – %s", from.Day(), months(l)[from.Month()-1], Date(l, to))
	default:
		return fmt.Sprintf("%d–%s", from.Day(), Date(l, to))
	}
}

// Month heads a calendar: "грудень 2026", "December 2026".
func Month(l Lang, t time.Time) string {
	name := months(l)[t.Month()-1]
	if l != English {
		name = [12]string{"січень", "лютий", "березень", "квітень", "травень", "червень", "липень", "серпень", "вересень", "жовтень", "листопад", "грудень"}[t.Month()-1]
	}
	return fmt.Sprintf("%s %d", name, t.Year())
}

// Clock is a time of day, "09:05".
func Clock(t time.Time) string { return t.Format("15:04") }

// Zone is the distance from UTC, "UTC+2" or "UTC+5:30".
func Zone(t time.Time) string {
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	s := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if m := seconds % 3600 / 60; m != 0 {
		s += fmt.Sprintf(":%02d", m)
	}
	return s
}

// Hours writes minutes as hours and minutes: "18 год 40 хв", "18 h 40 min".
func Hours(l Lang, minutes int) string {
	h, m := " год", " хв"
	if l == English {
		h, m = " h", " min"
	}
	var parts []string
	if minutes >= 60 || minutes == 0 {
		parts = append(parts, fmt.Sprint(minutes/60)+h)
	}
	if minutes%60 != 0 {
		parts = append(parts, fmt.Sprint(minutes%60)+m)
	}
	return strings.Join(parts, " ")
}

// Capital makes the first letter a capital, for the start of a sentence.
func Capital(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
