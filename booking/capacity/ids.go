package capacity

import (
	"strconv"
	"strings"
	"time"
)

// stampLayout is the start of a seat or slot inside its id: UTC, minutes.
const stampLayout = "20060102T1504Z"

// Half is a half of the local day.
type Half string

// The halves: starts before 13:00 local, and from 13:00.
const (
	AM Half = "am"
	PM Half = "pm"
)

// halfOf is the half in which local wall time t lies.
func halfOf(t TimeOfDay) Half {
	if t < 13*60 {
		return AM
	}
	return PM
}

// plain reports whether s is min to max letters a–z and digits.
func plain(s string, minLen, maxLen int) bool {
	if len(s) < minLen || len(s) > maxLen {
		return false
	}
	for i := range len(s) {
		if (s[i] < 'a' || s[i] > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

// CheckConsulateID wants [a-z0-9]{2,8}.
func CheckConsulateID(s string) error {
	if !plain(s, 2, 8) {
		return malformed("want a consulate id: 2 to 8 of a-z and 0-9")
	}
	return nil
}

// CheckCounterID wants [a-z0-9]{1,4}.
func CheckCounterID(s string) error {
	if !plain(s, 1, 4) {
		return malformed("want a counter id: 1 to 4 of a-z and 0-9")
	}
	return nil
}

// CheckGroupID wants [a-z0-9]{2,12}.
func CheckGroupID(s string) error {
	if !plain(s, 2, 12) {
		return malformed("want a service group id: 2 to 12 of a-z and 0-9")
	}
	return nil
}

func stamp(t time.Time) (string, error) {
	u := t.UTC()
	if u.Second() != 0 || u.Nanosecond() != 0 || u.Year() < MinYear || u.Year() > MaxYear {
		return "", &FieldError{Code: CodeOutOfRange, Detail: "want a start on a whole minute, in the years 2000 to 2199"}
	}
	return u.Format(stampLayout), nil
}

func parseStamp(s string) (time.Time, error) {
	t, err := time.Parse(stampLayout, s)
	if err != nil || t.Format(stampLayout) != s {
		return time.Time{}, malformed("want a start like 20261207T0820Z")
	}
	if _, err := stamp(t); err != nil {
		return time.Time{}, err
	}
	return t, nil
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// SeatRef is what a seat's id says.
type SeatRef struct {
	Consulate string
	Counter   string
	Start     time.Time // UTC
	Minutes   int       // MinSlot to MaxSlot
}

// SeatID names a seat: waw-c1-20261207T0820Z-20, at most 32 of [A-Za-z0-9-].
func SeatID(consulate, counter string, start time.Time, minutes int) (string, error) {
	at, err := stamp(start)
	if err := firstErr(CheckConsulateID(consulate), CheckCounterID(counter), err); err != nil {
		return "", err
	}
	if minutes < MinSlot || minutes > MaxSlot {
		return "", &FieldError{Code: CodeOutOfRange, Detail: "want 5 to 480 minutes"}
	}
	return consulate + "-" + counter + "-" + at + "-" + strconv.Itoa(minutes), nil
}

// ParseSeatID reads what SeatID writes and nothing else.
func ParseSeatID(id string) (SeatRef, error) {
	if len(id) > 32 {
		return SeatRef{}, malformed("want a seat id of at most 32 characters")
	}
	p := strings.Split(id, "-")
	if len(p) != 4 {
		return SeatRef{}, malformed("want a seat id like waw-c1-20261207T0820Z-20")
	}
	at, err := parseStamp(p[2])
	if err != nil {
		return SeatRef{}, err
	}
	n, err := strconv.Atoi(p[3])
	if err != nil || strconv.Itoa(n) != p[3] {
		return SeatRef{}, malformed("want a seat id that ends in minutes")
	}
	if _, err := SeatID(p[0], p[1], at, n); err != nil {
		return SeatRef{}, err
	}
	return SeatRef{Consulate: p[0], Counter: p[1], Start: at, Minutes: n}, nil
}

// SlotRef is what a slot's id says.
type SlotRef struct {
	Consulate string
	Group     string
	Start     time.Time // UTC
}

// SlotID names a slot: waw-passport-20261207T0820Z, at most 36 of [A-Za-z0-9-].
func SlotID(consulate, group string, start time.Time) (string, error) {
	at, err := stamp(start)
	if err := firstErr(CheckConsulateID(consulate), CheckGroupID(group), err); err != nil {
		return "", err
	}
	return consulate + "-" + group + "-" + at, nil
}

// ParseSlotID reads what SlotID writes and nothing else.
func ParseSlotID(id string) (SlotRef, error) {
	if len(id) > 36 {
		return SlotRef{}, malformed("want a slot id of at most 36 characters")
	}
	p := strings.Split(id, "-")
	if len(p) != 3 {
		return SlotRef{}, malformed("want a slot id like waw-passport-20261207T0820Z")
	}
	at, err := parseStamp(p[2])
	if err := firstErr(CheckConsulateID(p[0]), CheckGroupID(p[1]), err); err != nil {
		return SlotRef{}, err
	}
	return SlotRef{Consulate: p[0], Group: p[1], Start: at}, nil
}

// WindowRef is what a window's id says.
type WindowRef struct {
	Consulate string
	Group     string
	Day       Date // local to the consulate
	Half      Half
}

// WindowID names a window: waw-passport-20261207-am, at most 33 of [a-z0-9-].
func WindowID(consulate, group string, day Date, half Half) (string, error) {
	if err := firstErr(CheckConsulateID(consulate), CheckGroupID(group)); err != nil {
		return "", err
	}
	if !day.Valid() {
		return "", &FieldError{Code: CodeOutOfRange, Detail: "want an existing day in the years 2000 to 2199"}
	}
	if half != AM && half != PM {
		return "", malformed("want am or pm")
	}
	return consulate + "-" + group + "-" + day.compact() + "-" + string(half), nil
}

// ParseWindowID reads what WindowID writes and nothing else.
func ParseWindowID(id string) (WindowRef, error) {
	if len(id) > 33 {
		return WindowRef{}, malformed("want a window id of at most 33 characters")
	}
	p := strings.Split(id, "-")
	if len(p) != 4 {
		return WindowRef{}, malformed("want a window id like waw-passport-20261207-am")
	}
	day, err := parseDate("20060102", p[2])
	if err != nil {
		return WindowRef{}, err
	}
	if _, err := WindowID(p[0], p[1], day, Half(p[3])); err != nil {
		return WindowRef{}, err
	}
	return WindowRef{Consulate: p[0], Group: p[1], Day: day, Half: Half(p[3])}, nil
}
