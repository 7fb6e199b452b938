package capacity_test

import (
	"fmt"
	"time"

	"chesna/booking/capacity"
)

// A week is expanded, its seats shown as windows, and measured against R-06.
func Example() {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		panic(err)
	}
	week := capacity.Week{
		Consulate: "waw", ISOWeek: capacity.ISOWeek{Year: 2026, Week: 50}, Location: warsaw, Grid: 5,
		Workdays:    []capacity.Weekday{capacity.Monday, capacity.Tuesday, capacity.Wednesday, capacity.Thursday, capacity.Friday},
		SlotMinutes: map[string]int{"passport": 20},
		Counters: []capacity.Counter{{ID: "c1", Openings: []capacity.Opening{
			{Weekday: capacity.Monday, From: 9 * 60, To: 13*60 + 20, Group: "passport", Pool: capacity.PoolOpen},
		}}},
	}
	seats, err := capacity.Expand(week)
	if err != nil {
		panic(err)
	}
	windows, err := capacity.Windows("waw", seats, warsaw)
	if err != nil {
		panic(err)
	}
	for _, w := range windows {
		fmt.Println(w.ID, len(w.Slots), w.Slots[0].Seats[0])
	}
	r := capacity.Meter(week.MeterInput(seats))
	fmt.Println(r.Met, r.Open, r.Shortfall, r.Suggestions[0].Weekday, r.Suggestions[0].From)
	// Output:
	// waw-passport-20261207-am 12 waw-c1-20261207T0800Z-20
	// waw-passport-20261207-pm 1 waw-c1-20261207T1200Z-20
	// false 260 940 tue 09:00
}
