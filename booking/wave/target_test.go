package wave

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
)

func TestGuarantee(t *testing.T) {
	losses := [9]int{50, 40, 30, 20, 10, 5, 4, 3, 2}
	for name, c := range map[string]struct {
		d    Demand
		want draw.GuaranteeInfo
	}{
		"too few waves":       {Demand{Waves: 2, Seats: 20, NewEntrants: 40, Losers: 10, GaveUp: 1, Losses: losses}, draw.GuaranteeInfo{Rho: "2.0000", GiveUp: "0.1000"}},
		"nothing known":       {Demand{}, draw.GuaranteeInfo{Rho: "0.0000", GiveUp: "0.0000"}},
		"nobody gives up":     {Demand{Waves: 12, Seats: 100, NewEntrants: 130, Losers: 30, Losses: losses}, draw.GuaranteeInfo{Rho: "1.3000", GiveUp: "0.0000"}},
		"ln 1.25 / -ln 0.9":   {Demand{Waves: 12, Seats: 1000, NewEntrants: 1250, Losers: 100, GaveUp: 10, Losses: losses}, draw.GuaranteeInfo{T: 4, Rho: "1.2500", GiveUp: "0.1000", Entries: 24, Draws: 5}},
		"supply is enough":    {Demand{Waves: 3, Seats: 100, NewEntrants: 80, Losers: 10, GaveUp: 1, Losses: losses}, draw.GuaranteeInfo{T: 1, Rho: "0.8000", GiveUp: "0.1000", Entries: 114, Draws: 23}},
		"everybody gives up":  {Demand{Waves: 3, Seats: 100, NewEntrants: 300, Losers: 10, GaveUp: 10}, draw.GuaranteeInfo{T: 1, Rho: "3.0000", GiveUp: "1.0000"}},
		"more than can count": {Demand{Waves: 12, Seats: 100, NewEntrants: 200, Losers: 1000, GaveUp: 5}, draw.GuaranteeInfo{Rho: "2.0000", GiveUp: "0.0050"}},
		"beyond eight":        {Demand{Waves: 12, Seats: 100, NewEntrants: 200, Losers: 100, GaveUp: 10, Losses: losses}, draw.GuaranteeInfo{T: 10, Rho: "2.0000", GiveUp: "0.1000", Entries: 2, Draws: 1}},
	} {
		if got := guarantee(c.d, 9); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestTargetIsLongEnough: T is at least 1.5·T*, and one less would not be.
func TestTargetIsLongEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Demand{Waves: 12, Seats: rapid.IntRange(1, 5000).Draw(t, "seats"), NewEntrants: rapid.IntRange(0, 9000).Draw(t, "new"), Losers: rapid.IntRange(0, 5000).Draw(t, "losers")}
		d.GaveUp = rapid.IntRange(0, d.Losers).Draw(t, "gave up")
		for i := range d.Losses {
			d.Losses[i] = rapid.IntRange(0, 100).Draw(t, "waiting")
		}
		seats := rapid.IntRange(1, 300).Draw(t, "of the wave")
		g := guarantee(d, seats)
		waiting := 0
		for _, n := range d.Losses {
			waiting += n
		}
		if g.T < 0 || g.T > mostLosses || g.Entries > waiting || (g.T == 0 && g.Entries+g.Draws > 0) {
			t.Fatalf("%+v of %+v", g, d)
		}
		if quota := (seats + 1) / 2; g.Draws*quota < g.Entries || (g.Draws > 0 && (g.Draws-1)*quota >= g.Entries) {
			t.Fatalf("%d draws of %d for %d", g.Draws, quota, g.Entries)
		}
	})
}

func TestWorkingDay(t *testing.T) {
	post := warsaw(t)
	post.Holidays = []capacity.Date{{Year: 2026, Month: time.December, Day: 25}}
	at := func(s string) time.Time {
		out, err := time.ParseInLocation("2006-01-02 15:04", s, post.Location)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct{ from, until, want string }{
		{"2026-12-07 08:00", "2026-12-10 08:00", "2026-12-10 08:00"},
		{"2026-12-04 10:00", "2026-12-07 10:00", "2026-12-07 18:00"}, // Friday to Monday
		{"2026-12-04 08:00", "2026-12-07 08:00", "2026-12-07 08:00"}, // Friday itself
		{"2026-12-24 10:00", "2026-12-27 10:00", "2026-12-28 18:00"}, // a holiday and a week-end
		{"2026-12-05 10:00", "2026-12-05 10:05", "2026-12-05 10:05"}, // a demonstration
	} {
		if got := workingDay(post, at(c.from), at(c.until)); !got.Equal(at(c.want)) {
			t.Errorf("%s to %s: %s, want %s", c.from, c.until, got.In(post.Location), c.want)
		}
	}
	post.Workdays = nil
	if got := workingDay(post, at("2026-12-04 10:00"), at("2026-12-07 10:00")); !got.Equal(at("2026-12-07 10:00")) {
		t.Errorf("a post that never works: %s", got)
	}
}

func TestSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for _, id := range []ID{"waw-passport-2026w50", "waw-passport-2026w51", "krk-passport-2026w50", "waw-notary-2026w50"} {
		d := spread(id, 12*time.Hour)
		if d < 0 || d > 12*time.Hour || d%time.Second != 0 || d != spread(id, 12*time.Hour) {
			t.Errorf("%s: %s", id, d)
		}
		seen[d] = true
	}
	if len(seen) < 4 || spread("x", time.Millisecond) != 0 {
		t.Error("closes are not spread")
	}
}

func TestChannels(t *testing.T) {
	p := Policy{Online: 34, Kiosk: 33, Today: 33}
	post := warsaw(t)
	seat := booking.Seat{Consulate: "waw", Group: "passport", Counter: "c1", Minutes: 20, Start: time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)}
	if got := p.Channel(post, seat); got != booking.PoolDraw {
		t.Fatalf("a post without a terminal: %s", got)
	}
	post.Terminal = true
	// Consecutive seats of a counter: a morning's twelve get four each, give or take two.
	for counter := range 20 {
		seat.Counter = booking.CounterID(string(rune('a' + counter)))
		for morning := range 50 {
			got := map[booking.Pool]int{}
			for i := range 12 {
				s := seat
				s.Start = s.Start.Add(time.Duration(morning)*24*time.Hour + time.Duration(i)*20*time.Minute)
				got[p.Channel(post, s)]++
			}
			for _, pool := range []booking.Pool{booking.PoolDraw, booking.PoolKiosk, booking.PoolToday} {
				if got[pool] < 2 || got[pool] > 6 {
					t.Fatalf("counter %s, morning %d: %v", seat.Counter, morning, got)
				}
			}
		}
	}
	if MayOpen(10, 10) || !MayOpen(9, 10) {
		t.Error("instant booking is for demand below supply")
	}
}
