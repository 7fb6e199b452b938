package handlers_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/opening"
	"chesna/identity"
)

const openingID = "waw-passport-20261201T080000Z"

// oneOpening has one opening, in which everyone waits at place 35 after arriving and is called when she looks again.
type oneOpening struct{}

func (oneOpening) Openings(context.Context) ([]opening.Opening, error) {
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	return []opening.Opening{{ID: openingID, Consulate: "waw", Group: "passport", OpensAt: at, State: opening.StateCalling, Waiting: 1234, Terms: opening.Terms{
		LobbyFrom: at.Add(-time.Hour), GatherUntil: at.Add(time.Hour), PerMinute: 30, Turn: 10 * time.Minute, Round: 77,
	}}}, nil
}

func (oneOpening) Order(_ context.Context, id booking.OpeningID) ([]byte, error) {
	return []byte("chesna/opening/v1\nopening " + string(id) + "\n"), nil
}

func (oneOpening) Arrive(_ context.Context, _ identity.Session, id booking.OpeningID) (opening.View, error) {
	if id != openingID {
		return opening.View{}, &booking.Error{Code: booking.CodeLobbyClosed, RetryAfter: 90 * time.Second}
	}
	return opening.View{State: opening.PlaceWaiting, Place: 35, Ahead: 30, Waiting: 99, Wait: time.Minute, PollAfter: 6 * time.Second}, nil
}

func (oneOpening) Place(context.Context, identity.Session, booking.OpeningID) (opening.View, error) {
	return opening.View{State: opening.PlaceCalled, CalledUntil: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), PollAfter: 30 * time.Second}, nil
}

func TestOpenings(t *testing.T) {
	w := newWorld(t)
	list := w.call("", "GET", "/api/v1/openings", "").want(200, "").items()
	one, _ := list[0].(map[string]any)
	if one["id"] != openingID || one["opensAt"] != "2026-12-01T09:00:00+01:00" || one["waiting"] != 1300.0 || one["turnMinutes"] != 10.0 {
		t.Error(one)
	}
	path := "/api/v1/openings/" + openingID
	if got := string(w.call("", "GET", path+"/order", "").want(200, "").body); !strings.HasPrefix(got, "chesna/opening/v1\n") {
		t.Error(got)
	}
	waits := w.call("olena", "POST", path+"/place", "").want(200, "")
	if got := waits.json(); got["state"] != "waiting" || got["place"] != 35.0 || got["ahead"] != 30.0 || got["expectedSeconds"] != 60.0 || got["enough"] != false ||
		got["waiting"] != 99.0+1 || got["pollAfter"] != 6.0 || waits.header.Get("Retry-After") != "6" {
		t.Error(got, waits.header)
	}
	if got := w.call("olena", "GET", path+"/place", "").want(200, "").json(); got["state"] != "called" || got["calledUntil"] != "2026-12-01T09:00:00Z" || got["place"] != nil {
		t.Error(got)
	}
	early := w.call("olena", "POST", "/api/v1/openings/waw-passport-20261202T080000Z/place", "{}").want(409, "lobby-closed")
	if early.header.Get("Retry-After") != "90" {
		t.Error(early.header)
	}
	w.call("olena", "GET", "/api/v1/openings/none/place", "").want(400, "")
}
