package app

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func isoWeek(year, week int) string { return fmt.Sprintf("%04d-W%02d", year, week) }

// weekPlan opens one counter for passports on the five working days from a time of Monday on.
func weekPlan(mondayFrom, to string) map[string]any {
	var openings []map[string]any
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		from := "09:00"
		if day == "mon" {
			from = mondayFrom
		}
		openings = append(openings, map[string]any{"weekday": day, "from": from, "to": to, "group": "passport", "pool": "open"})
	}
	return map[string]any{"counters": []any{map[string]any{"id": "c1", "openings": openings}}}
}

func publishAWeek(t *testing.T, d demo) {
	officer, me := d.visitor(t, "officer-waw"), d.visitor(t, "kateryna")
	post := me.openPosts()[5]
	monday := time.Now().UTC().AddDate(0, 0, 7*6) // behind what the demo publishes
	week := isoWeek(monday.ISOWeek())
	path := "/consulates/" + post + "/weeks/" + week
	me.call("PUT", path, weekPlan("09:00", "14:00")).want(403, "forbidden")
	stranger(t, d.app.URL()).call("PUT", path, weekPlan("09:00", "14:00")).want(401, "unauthenticated")
	first := officer.call("PUT", path, weekPlan("09:00", "14:00"), "If-Match", `"0"`).want(200, "")
	officer.call("PUT", path, weekPlan("09:20", "14:00")).want(428, "if-match-required")
	officer.call("PUT", path, weekPlan("09:20", "14:00"), "If-Match", `"99"`).want(412, "stale")

	// Somebody books the first seat of the week; then it cannot vanish.
	slot := ""
	for _, w := range me.windows(post, "passport-adult") {
		for _, s := range w.Slots {
			if slot == "" && isoWeek(s.Start.ISOWeek()) == week {
				slot = s.ID
			}
		}
	}
	h := me.call("POST", "/holds", map[string]any{"consulate": post, "service": "passport-adult", "slot": slot}).want(201, "")
	held := officer.call("PUT", path, weekPlan("10:00", "14:00"), "If-Match", first.header.Get("ETag")).want(409, "seats-taken")
	booked := me.confirm(h.text("holdId"), h.document()).want(201, "")
	taken := officer.call("PUT", path, weekPlan("10:00", "14:00"), "If-Match", first.header.Get("ETag")).want(409, "seats-taken")
	for _, refused := range []answer{held, taken} {
		if seats, _ := refused.member("seats").([]any); len(seats) != 1 {
			t.Errorf("seats that stand in the way: %s", refused.body)
		}
	}
	if got := me.call("GET", "/appointments/"+booked.text("id"), nil).want(200, ""); got.text("state") != "booked" {
		t.Errorf("the appointment: %s", got.body)
	}

	// A short week is refused with the text to sign; the same request with the signature is taken.
	short := weekPlan("09:00", "12:00")
	officer.call("PUT", path, short, "If-Match", first.header.Get("ETag")).want(409, "below-legal-minimum")
	short["reason"] = "ремонт приміщення"
	refused := officer.call("PUT", path, short, "If-Match", first.header.Get("ETag")).want(409, "below-legal-minimum")
	short["signature"] = me.sign(refused.document(), true)
	officer.call("PUT", path, short, "If-Match", first.header.Get("ETag")).want(403, "signer-mismatch")
	short["signature"] = officer.sign(refused.document(), true)
	officer.call("PUT", path, short, "If-Match", first.header.Get("ETag")).want(200, "")
	var legal struct {
		Items []struct {
			Met    bool
			Reason string
		}
	}
	stranger(t, d.app.URL()).call("GET", "/consulates/"+post+"/legal-minimum?from="+week+"&to="+week, nil).want(200, "").into(&legal)
	if len(legal.Items) != 1 || legal.Items[0].Met || legal.Items[0].Reason != "ремонт приміщення" {
		t.Errorf("the public page: %+v", legal)
	}

	// Displacing keeps the claim of the citizen.
	tag := officer.call("GET", path, nil).want(200, "").header.Get("ETag")
	moved := weekPlan("10:00", "14:00")
	moved["displace"] = true
	officer.call("PUT", path, moved, "If-Match", tag).want(200, "")
	if got := me.call("GET", "/appointments/"+booked.text("id"), nil).want(200, ""); got.text("state") != "displaced" {
		t.Errorf("displaced: %s", got.body)
	}
	me.holdAt(post, "passport-adult").want(409, "already-booked")
	var record struct{ Items []struct{ Type string } }
	me.call("GET", "/record", nil).want(200, "").into(&record)
	if !slices.ContainsFunc(record.Items, func(e struct{ Type string }) bool { return e.Type == "appointment.displaced" }) {
		t.Errorf("her record: %+v", record)
	}
}
