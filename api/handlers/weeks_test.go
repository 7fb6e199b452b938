package handlers_test

import (
	"strings"
	"testing"
)

// plan is a week of one counter: every working day from 9 to the given hour.
func plan(to string) map[string]any {
	var openings []map[string]any
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri"} {
		openings = append(openings, map[string]any{"weekday": d, "from": "09:00", "to": to, "group": "passport", "pool": "open"})
	}
	return map[string]any{"counters": []any{map[string]any{"id": "c1", "openings": openings}}}
}

func (w *world) weekPath() string { return "/api/v1/consulates/waw/weeks/" + w.week.String() }

// publish opens 09:00 to 14:00 on the five working days: 50 seats.
func (w *world) publish() {
	w.t.Helper()
	w.call("ivanna", "PUT", w.weekPath(), encode(w.t, plan("14:00"))).want(200, "")
}

func TestPublishWeek(t *testing.T) {
	w := newWorld(t)
	path := w.weekPath()
	w.call("olena", "PUT", path, encode(t, plan("14:00"))).want(403, "forbidden")
	w.call("ivanna", "PUT", strings.Replace(path, "waw", "wdc", 1), encode(t, plan("14:00"))).want(403, "forbidden")
	first := w.call("ivanna", "PUT", path, encode(t, plan("14:00")), "If-Match", `"0"`).want(200, "")
	if first.header.Get("ETag") != `"1"` {
		t.Errorf("ETag %q", first.header.Get("ETag"))
	}
	w.call("ivanna", "PUT", path, encode(t, plan("13:30"))).want(428, "if-match-required")
	w.call("ivanna", "PUT", path, encode(t, plan("13:30")), "If-Match", `"7"`).want(412, "stale")

	// A short week is refused with what has to be signed; the same request with the signature passes.
	short := plan("12:00")
	w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(409, "below-legal-minimum")
	short["reason"] = "ремонт приміщення"
	refused := w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(409, "below-legal-minimum")
	short["signature"] = sign("ivanna", refused.document())
	w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(200, "")

	got := w.call("ivanna", "GET", path, "").want(200, "")
	if got.header.Get("ETag") != `"2"` || got.text("reason") != "ремонт приміщення" {
		t.Errorf("week: %s", got.body)
	}
	public := w.call("", "GET", "/api/v1/consulates/waw/legal-minimum?from="+w.week.String()+"&to="+w.week.String(), "").want(200, "").items()
	if one := public[0].(map[string]any); len(public) != 1 || one["met"] != false || one["reason"] != "ремонт приміщення" {
		t.Errorf("legal minimum: %v", public)
	}
}

func TestTakenSeatsCannotVanish(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	w.call("olena", "POST", "/api/v1/holds/"+held.text("holdId")+"/confirm", encode(t, map[string]string{"signature": sign("olena", held.document())})).want(201, "")
	less := plan("14:00")
	openings := less["counters"].([]any)[0].(map[string]any)["openings"].([]map[string]any)
	openings[0]["from"] = "09:30"
	refused := w.call("ivanna", "PUT", w.weekPath(), encode(t, less), "If-Match", `"1"`).want(409, "seats-taken")
	if seats, _ := refused.json()["seats"].([]any); len(seats) != 1 {
		t.Errorf("seats: %s", refused.body)
	}
	day := w.week.Day(1).String()
	if n := len(w.call("ivanna", "GET", "/api/v1/consulates/waw/appointments?day="+day, "").want(200, "").items()); n != 1 {
		t.Errorf("%d at the desk", n)
	}
	w.call("olena", "GET", "/api/v1/consulates/waw/appointments?day="+day, "").want(403, "forbidden")
	w.call("ivanna", "GET", "/api/v1/consulates/waw/appointments?day=2026-02-31", "").want(400, "invalid")
}
