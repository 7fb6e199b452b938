package capacity

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// zoneNames are zones with every kind of clock change there is: none, north and
// south, at midnight, by half an hour, by two hours, backwards in winter, whole
// days skipped, quarter-hour offsets.
func zoneNames() []string {
	return []string{
		"UTC", "Europe/Kyiv", "Europe/Warsaw", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Atlantic/Azores",
		"Europe/Chisinau", "Europe/Istanbul", "Asia/Jerusalem", "Asia/Beirut", "Africa/Cairo", "Asia/Amman",
		"Asia/Tehran", "Asia/Dubai", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tashkent", "Asia/Almaty", "Asia/Tokyo",
		"Asia/Shanghai", "Asia/Gaza", "Asia/Hebron", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg",
		"Africa/Windhoek", "Africa/Khartoum", "America/New_York", "America/Chicago", "America/Los_Angeles",
		"America/Toronto", "America/Edmonton", "America/St_Johns", "America/Havana", "America/Asuncion",
		"America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Mexico_City",
		"America/Caracas", "America/Scoresbysund", "America/Nuuk", "Antarctica/Troll", "Australia/Sydney",
		"Australia/Lord_Howe", "Australia/Eucla", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
		"Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Easter", "Pacific/Norfolk",
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("zone %s: %v", name, err)
	}
	return loc
}

func drawZone(t *rapid.T) *time.Location {
	name := rapid.SampledFrom(zoneNames()).Draw(t, "zone")
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("zone %s: %v", name, err)
	}
	return loc
}

func drawISOWeek(t *rapid.T) ISOWeek {
	days := rapid.IntRange(0, 40*365).Draw(t, "day")
	return WeekOf(Date{Year: 2000, Month: time.February, Day: 1}.AddDays(days))
}

// drawWeek makes a schedule without faults: each counter's day is cut at some
// grid points, and some of the pieces are openings.
func drawWeek(t *rapid.T) Week {
	w := Week{
		Consulate: "waw", ISOWeek: drawISOWeek(t), Location: drawZone(t), Grid: 5,
		Workdays:    []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday},
		SlotMinutes: map[string]int{"passport": 20, "docs": 15, "civil": 30},
	}
	pools := []Pool{PoolOpen, PoolDraw, PoolKiosk, PoolToday}
	for i := range rapid.IntRange(1, 3).Draw(t, "counters") {
		c := Counter{ID: fmt.Sprintf("c%d", i+1)}
		for d := Monday; d <= Sunday; d++ {
			cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 288), 0, 6, rapid.ID[int]).Draw(t, "cuts")
			for j := 0; j+1 < len(cuts); j += 2 {
				from, to := TimeOfDay(min(cuts[j], cuts[j+1])*5), TimeOfDay(max(cuts[j], cuts[j+1])*5)
				o := Opening{
					Weekday: d, From: from, To: to,
					Group: rapid.SampledFrom([]string{"passport", "docs", "civil"}).Draw(t, "group"),
					Pool:  rapid.SampledFrom(pools).Draw(t, "pool"),
				}
				if int(to-from) >= w.SlotMinutes[o.Group] && !overlapsAny(c.Openings, o) {
					c.Openings = append(c.Openings, o)
				}
			}
		}
		w.Counters = append(w.Counters, c)
	}
	if rapid.Bool().Draw(t, "holiday") {
		w.Holidays = append(w.Holidays, w.ISOWeek.Day(Weekday(rapid.IntRange(1, 7).Draw(t, "holidayDay"))))
	}
	if rapid.Bool().Draw(t, "closure") {
		from := TimeOfDay(rapid.IntRange(0, 1000).Draw(t, "closedFrom"))
		to := from + TimeOfDay(rapid.IntRange(1, 400).Draw(t, "closedFor"))
		day := w.ISOWeek.Day(Weekday(rapid.IntRange(1, 7).Draw(t, "closedDay")))
		w.Closures = append(w.Closures, Closure{Date: day, From: &from, To: &to, Reason: "Ремонт"})
	}
	return w
}

func overlapsAny(list []Opening, o Opening) bool {
	for _, p := range list {
		if p.Weekday == o.Weekday && p.From < o.To && o.From < p.To {
			return true
		}
	}
	return false
}

// plainWeek is a small schedule without faults that tests spoil.
func plainWeek(t testing.TB) Week {
	return Week{
		Consulate: "waw", ISOWeek: ISOWeek{2026, 50}, Location: zone(t, "Europe/Warsaw"), Grid: 5,
		Workdays:    []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday},
		SlotMinutes: map[string]int{"passport": 20},
		Counters: []Counter{{ID: "c1", Openings: []Opening{
			{Weekday: Monday, From: 9 * 60, To: 10 * 60, Group: "passport", Pool: PoolOpen},
		}}},
	}
}
