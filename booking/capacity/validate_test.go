package capacity

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	w := plainWeek(t)
	nine, ten := TimeOfDay(9*60), TimeOfDay(10*60)
	w.Consulate, w.Location, w.Grid = "WAW", nil, 7
	w.Workdays = []Weekday{Monday, Monday}
	w.Holidays = []Date{{2026, 2, 30}}
	w.SlotMinutes = map[string]int{"passport": 20, "a/b": 1}
	w.Counters = []Counter{
		{ID: "c1", Openings: []Opening{
			{Weekday: Monday, From: nine, To: ten, Group: "passport", Pool: PoolOpen},
			{Weekday: Monday, From: nine + 30, To: ten + 30, Group: "notary", Pool: "vip"},
			{Weekday: 0, From: ten, To: nine, Group: "passport", Pool: PoolDraw},
			{Weekday: Monday, From: 11 * 60, To: 11*60 + 10, Group: "passport", Pool: PoolDraw},
			{Weekday: Monday, From: 23 * 60, To: 25 * 60, Group: "passport", Pool: PoolDraw},
		}},
		{ID: "c1"},
		{ID: "counter"},
	}
	w.Closures = []Closure{
		{Date: Date{2026, 12, 14}, Reason: "Ремонт"},
		{Date: Date{2026, 12, 7}, From: &nine},
		{Date: Date{2026, 12, 7}, From: &ten, To: &nine, Reason: "\x00", PublicHoliday: true},
	}
	var list Errors
	if err := w.Validate(); !errors.As(err, &list) {
		t.Fatalf("want Errors, got %v", err)
	}
	got := map[string]bool{}
	for _, e := range list {
		got[e.Pointer+" "+e.Code] = true
		if e.Detail == "" || strings.Contains(e.Detail, "vip") || strings.Contains(e.Detail, "WAW") {
			t.Errorf("%s: detail %q", e.Pointer, e.Detail)
		}
	}
	for _, want := range []string{
		"/consulate malformed", "/location required", "/workdays/1 duplicate", "/holidays/0 out-of-range",
		"/slotMinutes/a~1b malformed", "/slotMinutes/a~1b out-of-range", "/slotMinutes/passport off-grid",
		"/counters/0/openings/0/from off-grid", "/counters/0/openings/1 overlap", "/counters/0/openings/1/group unknown",
		"/counters/0/openings/1/pool unknown", "/counters/0/openings/2/weekday required",
		"/counters/0/openings/2/to empty-span", "/counters/0/openings/3/to shorter-than-slot",
		"/counters/0/openings/4/to out-of-range", "/counters/1/id duplicate", "/counters/2/id malformed",
		"/closures/0/date outside-week", "/closures/1/to required", "/closures/1/reason required",
		"/closures/2/to empty-span", "/closures/2/reason malformed", "/closures/2/publicHoliday malformed",
	} {
		if !got[want] {
			t.Errorf("missing %s", want)
		}
	}
	if seats, err := Expand(w); err == nil || seats != nil {
		t.Error("Expand must refuse what Validate refuses")
	}
}

func TestValidateOverlapsBehindALongOpening(t *testing.T) {
	w := plainWeek(t)
	w.Counters[0].Openings = []Opening{
		{Weekday: Monday, From: 9 * 60, To: 17 * 60, Group: "passport", Pool: PoolOpen},
		{Weekday: Monday, From: 10 * 60, To: 11 * 60, Group: "passport", Pool: PoolOpen},
		{Weekday: Monday, From: 12 * 60, To: 13 * 60, Group: "passport", Pool: PoolOpen},
		{Weekday: Monday, From: 17 * 60, To: 18 * 60, Group: "passport", Pool: PoolOpen},
		{Weekday: Tuesday, From: 10 * 60, To: 11 * 60, Group: "passport", Pool: PoolOpen},
	}
	var list Errors
	if err := w.Validate(); !errors.As(err, &list) || len(list) != 2 ||
		list[0].Pointer != "/counters/0/openings/1" || list[1].Pointer != "/counters/0/openings/2" {
		t.Errorf("%v", list)
	}
}

func TestValidateBoundsTheWork(t *testing.T) {
	w := plainWeek(t)
	w.SlotMinutes["passport"], w.Counters = 5, nil
	for i := range MaxCounters {
		c := Counter{ID: string(rune('a'+i/10)) + string(rune('0'+i%10))}
		for d := Monday; d <= Sunday; d++ {
			c.Openings = append(c.Openings, Opening{Weekday: d, To: 24 * 60, Group: "passport", Pool: PoolOpen})
		}
		w.Counters = append(w.Counters, c)
	}
	var list Errors
	if err := w.Validate(); !errors.As(err, &list) || list[0].Code != CodeTooMany {
		t.Errorf("%v", list)
	}
	w.Counters = make([]Counter, MaxCounters+1)
	if err := w.Validate(); !errors.As(err, &list) || len(list) != 1 || list[0].Pointer != "/counters" {
		t.Errorf("%v", list)
	}
}

// The body that an officer sends is these JSON names.
func TestWeekFromJSON(t *testing.T) {
	const body = `{"counters":[{"id":"c1","openings":[{"weekday":"mon","from":"09:00","to":"10:00","group":"passport","pool":"open"}]}],
		"closures":[{"date":"2026-12-07","from":"09:30","to":"10:00","reason":"Збори"}]}`
	w := plainWeek(t)
	want := plainWeek(t)
	w.Counters = nil
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Counters, w.Counters); d != "" {
		t.Error(d)
	}
	if seats := mustExpand(t, w); len(seats) != 1 {
		t.Errorf("%v", seats)
	}
	for _, bad := range []string{`"8:00"`, `"08:0"`, `"24:01"`, `"0８:00"`, `480`} {
		var at TimeOfDay
		if json.Unmarshal([]byte(bad), &at) == nil {
			t.Errorf("%s was read as %v", bad, at)
		}
	}
}
