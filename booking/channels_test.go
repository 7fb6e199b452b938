package booking_test

import (
	"fmt"
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
)

func TestShareOut(t *testing.T) {
	monday := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	var seats []capacity.Seat
	for i := range 30 {
		seats = append(seats,
			capacity.Seat{ID: fmt.Sprint("a", i), Counter: "c1", Group: "passport", Pool: capacity.PoolDraw, Start: monday.Add(time.Duration(i) * 20 * time.Minute), Minutes: 20},
			capacity.Seat{ID: fmt.Sprint("b", i), Counter: "c2", Group: "notary", Pool: capacity.PoolDraw, Start: monday.Add(time.Duration(i) * 20 * time.Minute), Minutes: 20})
	}
	seats = append(seats, capacity.Seat{ID: "k", Counter: "c3", Group: "notary", Pool: capacity.PoolKiosk, Start: monday, Minutes: 20})
	third := func(_ booking.Consulate, s booking.Seat) booking.Pool {
		return []booking.Pool{booking.PoolDraw, booking.PoolKiosk, booking.PoolToday}[s.Start.Unix()/1200%3]
	}
	count := func(post booking.Consulate) map[string]int {
		n := map[string]int{}
		for _, s := range booking.ShareOut(post, seats, third) {
			n[s.Group+" "+string(s.Pool)]++
		}
		return n
	}
	with := count(booking.Consulate{Terminal: true})
	if with["passport draw"] != 10 || with["passport kiosk"] != 10 || with["passport today"] != 10 || with["notary draw"] != 30 || with["notary kiosk"] != 1 {
		t.Errorf("with a terminal: %v", with)
	}
	if without := count(booking.Consulate{}); without["passport draw"] != 30 || without["notary draw"] != 30 {
		t.Errorf("without one: %v", without)
	}
	if seats[0].Pool != capacity.PoolDraw {
		t.Error("the caller's seats were changed")
	}
}
