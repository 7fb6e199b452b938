package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"chesna/booking"
)

// TestAnOldTokenDoesNotPassTheDistrict: the session of an old token names the old country; the seat is refused.
func TestAnOldTokenDoesNotPassTheDistrict(t *testing.T) {
	w := newWorld(t)
	w.publish()
	body := encode(t, map[string]any{
		"consulate": "waw", "service": "passport-adult", "window": "waw-passport-" + strings.ReplaceAll(w.week.Day(1).String(), "-", "") + "-am",
	})
	w.people.stale = "PL"
	w.people.persons["olena"].Country = "US"
	w.call("olena", "POST", "/api/v1/holds", body).want(http.StatusForbidden, "outside-district")
	w.people.persons["olena"].Country = "PL"
	w.call("olena", "POST", "/api/v1/holds", body).want(http.StatusCreated, "")
}

// TestDrawFromHasTheOffsetOfThePost: like every other start.
func TestDrawFromHasTheOffsetOfThePost(t *testing.T) {
	w := newWorld(t)
	w.ledger.next = []booking.SeatCount{{Start: time.Date(2040, 1, 9, 8, 0, 0, 0, time.UTC), Pool: booking.PoolDraw, Seats: 1}}
	w.people.persons["olena"].Country = "DE"
	got := w.call("olena", "GET", "/api/v1/consulates/ber/availability?service=passport-adult", "").want(http.StatusOK, "")
	if got.text("drawFrom") != "2040-01-09T09:00:00+01:00" || got.json()["byDraw"] != true {
		t.Errorf("%s", got.body)
	}
	window := `{"consulate":"ber","service":"passport-adult","window":"ber-passport-` + strings.ReplaceAll(w.week.Day(1).String(), "-", "") + `-am"}`
	w.call("olena", "POST", "/api/v1/holds", window).want(http.StatusConflict, "by-draw")
}
