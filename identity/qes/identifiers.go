package qes

import (
	"strings"
	"time"
)

// ValidRNOKPP tells whether s is a tax number: ten digits with the right check digit (weights -1, 5, 7, 9, 4, 6, 10, 5, 7;
// the sum modulo 11, and that modulo 10) that is not all zeroes, which some providers write for "none".
func ValidRNOKPP(s string) bool {
	if !digits(s, 10) || placeholder(s) {
		return false
	}
	sum := 0
	for i, weight := range [9]int{-1, 5, 7, 9, 4, 6, 10, 5, 7} {
		sum += weight * int(s[i]-'0')
	}
	return ((sum%11)+11)%11%10 == int(s[9]-'0')
}

// ValidUNZR tells whether s has the form of a number of the demographic register: YYYYMMDD-NNNNN, beginning with a real
// day of birth from 1850 on.
func ValidUNZR(s string) bool {
	_, ok := BirthDateOfUNZR(s)
	return ok
}

// BirthDateOfUNZR is the day of birth (UTC midnight) that the number begins with.
func BirthDateOfUNZR(s string) (time.Time, bool) {
	if len(s) != 14 || s[8] != '-' || !digits(s[:8], 8) || !digits(s[9:], 5) {
		return time.Time{}, false
	}
	day, err := time.Parse("20060102", s[:8])
	return day, err == nil && day.Year() >= 1850
}

// ValidEDRPOU tells whether s has the form of a register number of a legal person: eight digits.
func ValidEDRPOU(s string) bool { return digits(s, 8) && !placeholder(s) }

// placeholder tells whether s stands for a missing number: providers write nothing, or zeroes. Taken for a number it would
// make one person of everybody who has none.
func placeholder(s string) bool { return strings.Trim(s, "0") == "" }

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}
