package web

import (
	"math"
	"strconv"
	"strings"
	"time"

	"chesna/api/locale"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

// lot is a draw in words. Times are on the clock of the post.
type lot struct {
	wave.Wave
	Post     booking.Consulate
	Group    booking.Group
	Week     string // of the seats: "7–13 грудня 2026 року"
	Open     bool   // takes entries online now
	Soon     bool   // will take them
	Waiting  bool   // closed and not drawn yet
	Done     bool   // drawn
	Standby  bool
	AtPost   bool // its entries are taken at the post
	Opening  time.Time
	Closing  time.Time
	Round    time.Time // when its random value appears
	Until    time.Time // of offers; zero before the draw
	Spans    []span
	Unserved int
	Rho      string // new entries for each seat
	GiveUp   string // share of those who do not enter again
}

// span is a window in words.
type span struct {
	Number  int
	Name    string // "понеділок, 7 грудня, до обіду"
	Times   string // of the first and the last start: "09:20–12:40"
	Seats   int
	Morning bool // in all of it
	Evening bool // in none of it a morning
}

// lot describes a wave.
func (v *visit) lot(w wave.Wave) (lot, error) {
	post, err := v.site.Catalogue.Consulate(w.Consulate)
	if err != nil {
		return lot{}, err
	}
	group, err := v.site.Catalogue.Group(w.Group)
	if err != nil {
		return lot{}, err
	}
	now := v.site.Server.Now()
	d := lot{
		Wave: w, Post: post, Group: group, Standby: w.Kind == wave.KindStandby,
		AtPost:  w.Kind == wave.KindMain && (w.Pool == booking.PoolKiosk || w.Pool == booking.PoolToday),
		Waiting: w.State == wave.StateClosed || w.State == wave.StateStanding,
		Done:    w.State == wave.StateDrawn || w.State == wave.StateFinished,
		Opening: w.Opens.In(post.Location), Closing: w.Closes.In(post.Location),
		Round: roundTime(w.Beacon, w.Round).In(post.Location), Unserved: max(0, w.Entries-w.Served),
	}
	if week, err := capacity.ParseISOWeek(w.ISOWeek); err == nil {
		d.Week = locale.Span(v.lang, noon(week.Day(capacity.Monday)), noon(week.Day(capacity.Sunday)))
	}
	d.Rho, d.GiveUp = decimal(v.lang, w.Guarantee.Rho, 1, ""), decimal(v.lang, w.Guarantee.GiveUp, 100, " %")
	if !w.OfferUntil.IsZero() {
		d.Until = w.OfferUntil.In(post.Location)
	}
	if w.State == wave.StateAnnounced {
		d.Soon = !d.AtPost && now.Before(w.Opens)
		d.Open = !d.AtPost && !d.Soon && now.Before(w.Closes)
		d.Waiting = !now.Before(w.Closes)
	}
	for _, win := range w.Windows {
		d.Spans = append(d.Spans, v.span(win, post.Location))
	}
	return d, nil
}

// decimal writes a figure of an announcement, a decimal string, in the language of the page; as it is if it is none.
func decimal(l locale.Lang, figure string, times float64, unit string) string {
	f, err := strconv.ParseFloat(figure, 64)
	if err != nil {
		return figure
	}
	out := strconv.FormatFloat(math.Round(f*times*100)/100, 'f', -1, 64)
	if l == locale.Ukrainian {
		out = strings.Replace(out, ".", ",", 1)
	}
	return out + unit
}

// roundTime is when a round of the chain is due.
func roundTime(chain draw.BeaconInfo, round uint64) time.Time {
	return time.Unix(chain.Genesis+chain.Period*(int64(round)-1), 0)
}

// span describes a window; half-days are numbered from Monday morning, so that even ones are mornings.
func (v *visit) span(w wave.Window, loc *time.Location) span {
	from, to := w.From.In(loc), w.To.In(loc)
	alone := w.Number >= w.LastHalf
	morning := w.Number%2 == 0
	s := span{Number: w.Number, Seats: w.Seats, Morning: alone && morning, Evening: alone && !morning}
	half := func(t time.Time) string {
		if t.Hour() < 13 {
			return v.t("window.am")
		}
		return v.t("window.pm")
	}
	switch first, last := locale.DayOfYear(v.lang, from), locale.DayOfYear(v.lang, to); {
	case first == last && half(from) == half(to):
		s.Name = first + ", " + half(from)
		s.Times = locale.Clock(from) + "–" + locale.Clock(to)
	case first == last:
		s.Name = first
		s.Times = locale.Clock(from) + "–" + locale.Clock(to)
	default:
		s.Name = first + ", " + half(from) + " – " + last + ", " + half(to)
		s.Times = locale.Clock(from) + " – " + locale.Clock(to)
	}
	if from.Equal(to) {
		s.Times = locale.Clock(from)
	}
	return s
}

// accepted are the windows of a mask, in words.
func (d lot) accepted(mask uint64) (out []span) {
	for i, w := range d.Windows {
		if mask&w.Bit() != 0 {
			out = append(out, d.Spans[i])
		}
	}
	return out
}

// maskOf is the mask of the windows of these numbers; others are passed over.
func (d lot) maskOf(numbers []int) (mask uint64) {
	for _, w := range d.Windows {
		for _, n := range numbers {
			if n == w.Number {
				mask |= w.Bit()
			}
		}
	}
	return mask
}
