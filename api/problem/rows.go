package problem

import (
	"slices"
	"sync"
	"time"

	"chesna/booking"
)

// Row is all that is said about one code.
type Row struct {
	Code   string
	Status int
	// Retry is Retry-After when the error names no time; zero: none.
	Retry time.Duration
	Title booking.Text
	// Text explains it to the person and says what to do.
	Text booking.Text
	// Adds tells that what the refusing package says adds figures or a cause to Text; it says so in English only.
	Adds bool
}

// Rows lists all rows in the order of docs/problems.md.
func Rows() []Row {
	return slices.Concat(inputRows(), sessionRows(), personRows(), bookingRows(), holdRows(), openingRows(), drawRows(), appointmentRows(), weekRows(), serverRows())
}

// byCode is made once and never changed.
var byCode = sync.OnceValue(func() map[string]Row {
	out := map[string]Row{}
	for _, r := range Rows() {
		out[r.Code] = r
	}
	return out
})

// Find returns the row of a code.
func Find(code string) (Row, bool) {
	r, ok := byCode()[code]
	return r, ok
}

func row(code string, status int, ukTitle, enTitle, ukText, enText string) Row {
	return Row{Code: code, Status: status, Title: booking.Text{UK: ukTitle, EN: enTitle}, Text: booking.Text{UK: ukText, EN: enText}}
}

// after sets the time to wait when the error names none.
func (r Row) after(d time.Duration) Row {
	r.Retry = d
	return r
}

// adding puts what the refusing package said after the text, in English.
func (r Row) adding() Row {
	r.Adds = true
	return r
}
