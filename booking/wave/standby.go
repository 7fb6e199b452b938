package wave

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
)

// What counts as a working day for an offer: these hours of it, by the post's clocks.
const (
	workFrom = 9
	workTo   = 18
)

// openAt draws when a seat that nobody was given opens: at any moment within the published span, and a booking lead
// before its start at the latest. A seat that starts sooner gets no time: it stays returned, for those present.
func (s *Scheduler) openAt(now, start time.Time) (time.Time, error) {
	span := min(s.d.Policy.OpenWithin, start.Add(-s.d.BookingLead).Sub(now))
	if span <= 0 {
		return time.Time{}, nil
	}
	n, err := rand.Int(s.d.Rand, big.NewInt(int64(span)))
	if err != nil {
		return time.Time{}, fmt.Errorf("draw a time to open: %w", err)
	}
	return now.Add(time.Duration(n.Int64())), nil
}

// workingDay moves the end of a span so that it holds the working hours of at least one working day of the post. Spans
// under a day are for demonstrations and stay; so do those of a post that does not work within two weeks.
func workingDay(post booking.Consulate, from, until time.Time) time.Time {
	if until.Sub(from) < 24*time.Hour {
		return until
	}
	day := capacity.DateOf(from.In(post.Location))
	for range 15 {
		if slices.Contains(post.Workdays, day.Weekday()) && !slices.Contains(post.Holidays, day) {
			begin := time.Date(day.Year, day.Month, day.Day, workFrom, 0, 0, 0, post.Location)
			end := time.Date(day.Year, day.Month, day.Day, workTo, 0, 0, 0, post.Location)
			if !begin.Before(from) {
				return later(until, end)
			}
		}
		day = day.AddDays(1)
	}
	return until
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
