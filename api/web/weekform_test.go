package web

import (
	"net/url"
	"testing"

	"chesna/booking/capacity"
)

// FuzzWeekForm: no form makes the editor fail, whatever its buttons are pressed with; what can be read as a
// plan is laid out as a form that reads as the same plan.
func FuzzWeekForm(f *testing.F) {
	f.Add("c0.id=c1&c0.o0.weekday=mon&c0.o0.from=9:00&c0.o0.to=13:00&c0.o0.group=passport&c0.o0.pool=open&revision=3", "add-opening.0")
	f.Add("x0.date=2026-12-24&x0.reason=%D1%81%D0%B2%D1%8F%D1%82%D0%BE&x0.holiday=yes", "remove-closure.0")
	f.Add("c0.id=c1", "remove-opening.0.-1")
	f.Add("revision=x&c9.id=c1", "copy-opening.99999999999999999999")
	f.Fuzz(func(t *testing.T, query, button string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		form := readWeekForm(values)
		form.edit(button, []capacity.Weekday{capacity.Monday, capacity.Tuesday})
		if len(form.Counters) > capacity.MaxCounters || len(form.Closures) > capacity.MaxClosures {
			t.Fatalf("%d counters, %d closures", len(form.Counters), len(form.Closures))
		}
		plan, unread := form.plan()
		if len(unread) > 0 {
			return
		}
		again, unread := weekFormOf(plan, form.Revision).plan()
		if len(unread) > 0 || len(again.Counters) != len(plan.Counters) || len(again.Closures) != len(plan.Closures) {
			t.Fatalf("laid out and read again: %v", unread)
		}
	})
}

// FuzzReturnPath: whatever a cookie says, the way back stays on this site.
func FuzzReturnPath(f *testing.F) {
	for _, seed := range []string{"/book", "//evil.example", "/\\evil.example", "https://evil.example", "/../x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if !safePath(path) {
			return
		}
		u, err := url.Parse("/uk" + path)
		if err == nil && (u.Host != "" || u.Scheme != "") {
			t.Fatalf("%q leads to %s", path, u)
		}
	})
}

func TestButtonsOfTheWeekEditor(t *testing.T) {
	days := []capacity.Weekday{capacity.Monday, capacity.Tuesday, capacity.Friday}
	var w weekForm
	for _, button := range []string{"add-counter", "copy-opening.0", "add-counter", "remove-opening.0.1", "add-opening.0", "add-closure"} {
		if !w.edit(button, days) {
			t.Fatalf("%s did nothing", button)
		}
	}
	if len(w.Counters) != 2 || w.Counters[1].ID != "c2" || len(w.Counters[0].Openings) != 3 || len(w.Closures) != 1 {
		t.Fatalf("%+v", w)
	}
	for _, button := range []string{"publish", "preview", "", "remove-counter.2", "remove-opening.0.9", "remove-closure.-1"} {
		if w.edit(button, days) {
			t.Errorf("%q changed the form", button)
		}
	}
}
