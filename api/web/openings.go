package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"chesna/booking"
	"chesna/booking/opening"
	"chesna/identity"
)

// Openings is what the pages need of openings; *opening.Office satisfies it.
type Openings interface {
	Openings(ctx context.Context) ([]opening.Opening, error)
	Opening(ctx context.Context, id booking.OpeningID) (opening.Opening, error)
	Arrive(ctx context.Context, s identity.Session, id booking.OpeningID) (opening.View, error)
	Place(ctx context.Context, s identity.Session, id booking.OpeningID) (opening.View, error)
}

// queues mounts the pages of openings.
func (s *Site) queues(get, post mount) {
	get("/openings", openings)
	get("/openings/:opening", openingPage)
	get("/openings/:opening/sign-in", signedIn(func(v *visit) error { return v.to("/openings/" + v.Param("opening")) }))
	post("/openings/:opening", signedIn(arrive))
}

// openings are the openings, where this installation has them.
func (v *visit) openings() (Openings, error) {
	if v.site.Openings == nil {
		return nil, booking.Refuse(booking.CodeOpeningAbsent, "nothing is opened by turns here")
	}
	return v.site.Openings, nil
}

// queue is an opening in words. Times are on the clock of the post.
type queue struct {
	opening.Opening
	Post     booking.Consulate
	Group    booking.Group
	Lobby    time.Time
	Opens    time.Time
	Until    time.Time // of gathering
	Soon     bool      // its lobby is not open yet
	Gathers  bool      // whoever comes now is placed by lot
	Over     bool
	Ordered  bool // its order is published
	People   int  // who wait, rounded
	TurnMins int
}

func (v *visit) queue(o opening.Opening) (queue, error) {
	post, err := v.site.Catalogue.Consulate(o.Consulate)
	if err != nil {
		return queue{}, err
	}
	group, err := v.site.Catalogue.Group(o.Group)
	if err != nil {
		return queue{}, err
	}
	now := v.site.Server.Now()
	return queue{
		Opening: o, Post: post, Group: group,
		Lobby: o.LobbyFrom.In(post.Location), Opens: o.OpensAt.In(post.Location), Until: o.GatherUntil.In(post.Location),
		Soon: o.State == opening.StatePlanned || now.Before(o.LobbyFrom), Gathers: now.Before(o.GatherUntil), Over: o.State == opening.StateEnded,
		Ordered: o.Signature != [48]byte{}, People: opening.Rounded(o.Waiting), TurnMins: minutes(o.Turn),
	}, nil
}

// minutes rounds a span up.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// openings is the list that everyone may see.
func openings(v *visit) error {
	source, err := v.openings()
	if err != nil {
		return err
	}
	list, err := source.Openings(v.Request().Context())
	if err != nil {
		return err
	}
	out := make([]queue, 0, len(list))
	for _, o := range list {
		q, err := v.queue(o)
		if err != nil {
			return err
		}
		out = append(out, q)
	}
	p := v.view("queues.title")
	p.Back, p.Data = "/", out
	return v.show(http.StatusOK, "openings", p)
}

type openingData struct {
	queue
	Mine    *opening.View // nil: she has no place
	Ticket  string
	Called  time.Time // until when she can choose, on the clock of the post
	Minutes int       // to wait, at the full pace
	Refresh int       // seconds to the next look; 0: the page stays as it is
	Still   bool      // she asked for that
}

// soonestRefresh is the least number of seconds after which the page asks again by itself.
const soonestRefresh = 10

// openingPage is one opening, with the place of a signed-in person. It asks again by itself, by a header that works
// without scripts; ?still=1 turns that off. Its title says what matters, so that a screen reader begins with it.
func openingPage(v *visit) error {
	source, err := v.openings()
	if err != nil {
		return err
	}
	ctx, id := v.Request().Context(), booking.OpeningID(v.Param("opening"))
	one, err := source.Opening(ctx, id)
	if err != nil {
		return err
	}
	d := openingData{Still: v.QueryParam("still") != ""}
	if d.queue, err = v.queue(one); err != nil {
		return err
	}
	p := v.view("queue.title")
	p.Back = "/openings"
	if v.signed {
		mine, err := source.Place(ctx, v.session, id)
		switch {
		case err == nil:
			d.place(mine)
			p.Title = v.placeTitle(mine)
		case booking.CodeOf(err) != booking.CodePlaceAbsent:
			return err
		}
	}
	if d.Still {
		d.Refresh = 0
	}
	if d.Refresh > 0 {
		v.Response().Header().Set("Refresh", strconv.Itoa(d.Refresh))
	}
	p.Data = d
	return v.show(http.StatusOK, "opening", p)
}

func (d *openingData) place(mine opening.View) {
	d.Mine, d.Ticket = &mine, hex.EncodeToString(mine.Ticket[:])
	d.Called, d.Minutes = mine.CalledUntil.In(d.Post.Location), max(1, minutes(mine.Wait))
	switch mine.State {
	case opening.PlaceGathering, opening.PlaceWaiting:
		d.Refresh = max(soonestRefresh, int(mine.PollAfter/time.Second))
	}
}

// placeTitle is the title of the page for somebody with a place.
func (v *visit) placeTitle(mine opening.View) string {
	switch mine.State {
	case opening.PlaceGathering:
		return v.t("queue.in")
	case opening.PlaceWaiting:
		return v.t("queue.place", "Place", mine.Place)
	case opening.PlaceCalled:
		return v.t("queue.called")
	case opening.PlaceLapsed:
		return v.t("queue.lapsed")
	}
	return v.t("queue.done")
}

// arrive takes a place, or finds the one that is there.
func arrive(v *visit) error {
	source, err := v.openings()
	if err != nil {
		return err
	}
	id := booking.OpeningID(v.Param("opening"))
	if _, err := source.Arrive(v.Request().Context(), v.session, id); err != nil {
		return err
	}
	return v.to("/openings/" + string(id))
}
