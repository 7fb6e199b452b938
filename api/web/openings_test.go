package web_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"chesna/api/web"
	"chesna/api/web/webtest"
	"chesna/booking"
	"chesna/booking/opening"
	"chesna/identity"
)

const queuePath = "/openings/waw-passport-20261123T080000Z"

// queueDesk is one opening of Warsaw; view is what everyone who has a place sees.
type queueDesk struct {
	mu    sync.Mutex
	one   opening.Opening
	view  opening.View
	taken bool
}

func newQueue(w *world) *queueDesk {
	at := w.now.Add(5 * time.Minute)
	return &queueDesk{one: opening.Opening{
		ID: booking.OpeningID(queuePath[len("/openings/"):]), Consulate: "waw", Group: "passport", OpensAt: at, State: opening.StateAnnounced, Waiting: 1234, Terms: opening.Terms{
			LobbyFrom: at.Add(-30 * time.Minute), GatherUntil: at.Add(10 * time.Minute), PerMinute: 30, Turn: 10 * time.Minute, Delay: 30 * time.Second, Round: 9,
		},
	}}
}

func withQueue(q *queueDesk) func(*web.Deps) { return func(d *web.Deps) { d.Openings = q } }

func (q *queueDesk) set(v opening.View, change ...func(*opening.Opening)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range change {
		f(&q.one)
	}
	v.Opening, q.view, q.taken = q.one, v, true
}

func (q *queueDesk) Openings(context.Context) ([]opening.Opening, error) {
	return []opening.Opening{q.one}, nil
}

func (q *queueDesk) Opening(_ context.Context, id booking.OpeningID) (opening.Opening, error) {
	if id != q.one.ID {
		return opening.Opening{}, booking.Refuse(booking.CodeOpeningAbsent, "none")
	}
	return q.one, nil
}

func (q *queueDesk) Arrive(context.Context, identity.Session, booking.OpeningID) (opening.View, error) {
	q.set(opening.View{State: opening.PlaceGathering, PollAfter: time.Minute})
	return q.view, nil
}

func (q *queueDesk) Place(context.Context, identity.Session, booking.OpeningID) (opening.View, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.taken {
		return opening.View{}, booking.Refuse(booking.CodePlaceAbsent, "none")
	}
	return q.view, nil
}

func TestQueue(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	q := newQueue(w)
	v := visit(t, serve(t, w, true, withQueue(q)))
	v.get("/en/openings").want(http.StatusOK, "/en"+queuePath)
	v.get("/en"+queuePath).want(http.StatusOK, "Arriving earlier gives no advantage", "Sign in to take a place", "About 1300 people")
	v.get("/en" + queuePath + "/sign-in").at("/en/sign-in")
	v.signIn("en", "olena")
	v.get("/en"+queuePath).want(http.StatusOK, "Take a place in the queue")
	if v.header.Get("Refresh") != "" {
		t.Error("the page asks again though there is nothing to wait for")
	}
	v.post("/en" + queuePath).at("/en" + queuePath)
	v.want(http.StatusOK, "You are in the queue; the order is not drawn yet", "You can close this page", "Arriving earlier gives no advantage")
	if v.header.Get("Refresh") != "60" {
		t.Errorf("it asks again after %q", v.header.Get("Refresh"))
	}
	v.get("/en"+queuePath+"?still=1").want(http.StatusOK, "does not refresh by itself")
	if v.header.Get("Refresh") != "" {
		t.Error("it asks again though it was told not to")
	}
	ordered := func(o *opening.Opening) { o.State, o.Signature[0] = opening.StateCalling, 1 }
	q.set(opening.View{State: opening.PlaceWaiting, Place: 81, Ahead: 60, Wait: 2 * time.Minute, PollAfter: 5 * time.Second}, ordered)
	v.get("/en"+queuePath).want(http.StatusOK, "Your place in the queue: 81", "60 people are before you", "You wait about 2 minutes", "fewer free seats than people", "/order")
	if v.header.Get("Refresh") != "10" {
		t.Errorf("it asks again after %q", v.header.Get("Refresh"))
	}
	q.set(opening.View{State: opening.PlaceWaiting, Place: 81, Ahead: 0, Enough: true, PollAfter: 5 * time.Second})
	v.get("/en"+queuePath).want(http.StatusOK, "0 people are before you", "there are free seats for everyone")
	q.set(opening.View{State: opening.PlaceCalled, Place: 81, CalledUntil: w.now.Add(10 * time.Minute), PollAfter: time.Minute})
	v.get("/uk"+queuePath).want(http.StatusOK, "Ваша черга: оберіть час", "/uk/book/service?consulate=waw")
	q.set(opening.View{State: opening.PlaceLapsed, Place: 81, PollAfter: time.Minute})
	v.get("/en"+queuePath).want(http.StatusOK, "Stand at the end of the queue")
	q.set(opening.View{State: opening.PlaceDone, PollAfter: time.Minute}, func(o *opening.Opening) { o.State = opening.StateEnded })
	v.get("/en"+queuePath).want(http.StatusOK, "Booking is free for everyone")
	v.get("/en/openings/none").want(http.StatusNotFound, "There is no such opening", "/en/openings")
}

func TestNoOpenings(t *testing.T) {
	v := visit(t, serve(t, newWorld(monday), false))
	v.get("/en/openings").want(http.StatusNotFound, "There is no such opening")
}

// TestQueueInABrowser looks at each state of the page with axe-core, wide and narrow.
func TestQueueInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	for _, c := range []struct {
		lang, name string
		width      int64
	}{{"uk", "uk-wide-", 1280}, {"en", "en-narrow-", 320}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(monday)
			w.settle("olena", "PL")
			q := newQueue(w)
			b := webtest.Open(t, webtest.Options{
				Base: serve(t, w, true, withQueue(q)).URL, Script: true, Shots: shots(), Prefix: c.name, Width: c.width, Zone: "Europe/Kyiv",
			})
			at := "/" + c.lang + queuePath
			look := func(name string) {
				t.Helper()
				b.Audit(axe)
				b.Shot(name)
			}
			b.Go("/" + c.lang + "/openings")
			look("openings")
			b.Go(at)
			look("opening-stranger")
			b.Press("#take")
			b.Press("#demo-open")
			b.Choose("#person", "olena")
			b.Press("main form button")
			b.Press("#demo-return")
			look("opening")
			b.Press("#take")
			look("opening-in")
			for name, view := range map[string]opening.View{
				"opening-waiting": {State: opening.PlaceWaiting, Place: 81, Ahead: 60, Wait: 2 * time.Minute, PollAfter: time.Minute},
				"opening-called":  {State: opening.PlaceCalled, CalledUntil: w.now.Add(10 * time.Minute)},
				"opening-lapsed":  {State: opening.PlaceLapsed},
				"opening-done":    {State: opening.PlaceDone},
			} {
				q.set(view)
				b.Go(at)
				look(name)
			}
		})
	}
}
