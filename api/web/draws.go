package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"chesna/booking"
	"chesna/booking/wave"
)

// lots mounts the pages of draws: what everyone may see, and what a signed-in person does. The others say that there
// is no such draw where nothing is given by draw.
func (s *Site) lots(get, post mount) {
	get("/draws", draws)
	get("/draws/:draw", drawPage)
	in := func(m mount) mount { return func(path string, a action) { m(path, signedIn(a)) } }
	get, post = in(get), in(post)
	get("/draws/:draw/enter", known(windowsPage))
	get("/draws/:draw/enter/who", known(whoPage))
	get("/draws/:draw/enter/person", known(newMemberPage))
	post("/draws/:draw/enter/person", known(newMember))
	get("/draws/:draw/enter/sign", known(entrySignPage))
	post("/draws/:draw/enter/sign", known(signEntry))
	get("/draws/:draw/enter/document", known(entryDocument))
	get("/draws/:draw/entry", entryPage)
	get("/draws/:draw/entry/:file", entryFile)
	get("/draws/:draw/leave", leavePage)
	post("/draws/:draw/leave", signLeaving)
	get("/draws/:draw/leave/document", leaveDocument)
	get("/draws/:draw/card", cardPage)
	get("/entries", entries)
	get("/offers", offers)
	get("/offers/:offer", offerPage)
	get("/offers/:offer/document", offerDocument)
	post("/offers/:offer/sign", signOffer)
	get("/offers/:offer/decline", declinePage)
	post("/offers/:offer/decline", declineOffer)
	get("/appointments/:appointment/move", known(movePage))
}

// draws are the waves, where this installation has them.
func (v *visit) draws() (Draws, error) {
	if v.site.Draws == nil {
		return nil, booking.Refuse(booking.CodeDrawAbsent, "nothing is given by draw here")
	}
	return v.site.Draws, nil
}

// Draws on one part of the list.
const (
	pendingDraws = 100
	pastDraws    = 20
)

type drawsData struct {
	Posts    []booking.Consulate
	Post     string // the chosen one; empty: all
	Open     []lot  // take entries now, the one that closes first on top
	Soon     []lot
	Closed   []lot // wait for their random value
	Past     []lot
	Earlier  string // query of the page before; empty: none
	Filtered bool
}

// draws is the list that everyone may see.
func draws(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	d := drawsData{Post: v.QueryParam("consulate"), Posts: sortedBy(v.lang, v.site.Catalogue.Consulates(), func(c booking.Consulate) booking.Consulate { return c })}
	f := wave.Filter{Consulate: booking.ConsulateID(d.Post), Limit: pendingDraws}
	if d.Post != "" {
		if _, err := v.site.Catalogue.Consulate(f.Consulate); err != nil {
			return err
		}
		d.Filtered = true
	}
	ctx := v.Request().Context()
	f.States = []wave.State{wave.StateAnnounced, wave.StateClosed, wave.StateStanding}
	pending, err := source.Draws(ctx, f)
	if err != nil {
		return err
	}
	for _, w := range pending {
		one, err := v.lot(w)
		if err != nil {
			return err
		}
		switch {
		case one.Open:
			d.Open = append(d.Open, one)
		case one.Soon:
			d.Soon = append(d.Soon, one)
		default:
			d.Closed = append(d.Closed, one)
		}
	}
	sooner := func(a, b lot) int { return cmp.Or(a.Closes.Compare(b.Closes), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(d.Open, sooner)
	slices.SortFunc(d.Soon, sooner)
	if err := v.pastDraws(source, f, &d); err != nil {
		return err
	}
	p := v.view("draws.title")
	p.Active, p.Back, p.Data = "draws", "/", d
	return v.show(http.StatusOK, "draws", p)
}

// pastDraws fills in a page of those that are drawn.
func (v *visit) pastDraws(source Draws, f wave.Filter, d *drawsData) error {
	f.States = []wave.State{wave.StateDrawn, wave.StateFinished, wave.StateCancelled}
	f.Limit = pastDraws
	if before, err := time.Parse(time.RFC3339, v.QueryParam("before")); err == nil {
		f.Before = before
	}
	list, err := source.Draws(v.Request().Context(), f)
	if err != nil {
		return err
	}
	for _, w := range list {
		one, err := v.lot(w)
		if err != nil {
			return err
		}
		d.Past = append(d.Past, one)
	}
	if len(list) == pastDraws {
		d.Earlier = "?before=" + list[len(list)-1].Closes.UTC().Format("2006-01-02T15:04:05Z")
		if d.Post != "" {
			d.Earlier += "&consulate=" + d.Post
		}
	}
	return nil
}

// openDraws are the draws of a post and group that take entries online, now or later, the one that closes first on top.
func (v *visit) openDraws(c booking.ConsulateID, g booking.GroupID) ([]lot, error) {
	if v.site.Draws == nil {
		return nil, nil
	}
	f := wave.Filter{Consulate: c, Group: g, States: []wave.State{wave.StateAnnounced}, Limit: pendingDraws}
	list, err := v.site.Draws.Draws(v.Request().Context(), f)
	if err != nil {
		return nil, err
	}
	var out []lot
	for _, w := range list {
		one, err := v.lot(w)
		if err != nil {
			return nil, err
		}
		if one.Open || one.Soon {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b lot) int { return a.Closes.Compare(b.Closes) })
	return out, nil
}

type drawData struct {
	lot
	Entry  *wave.EntryView // the person's, if she has one
	Policy wave.Policy
}

// drawPage is what everyone may know of one draw, with the person's own part in it if she is signed in.
func drawPage(v *visit) error {
	one, err := v.lotOf()
	if err != nil {
		return err
	}
	d := drawData{lot: one, Policy: v.site.Release}
	if v.signed {
		e, err := v.site.Draws.Entry(v.Request().Context(), v.session, one.ID)
		switch {
		case err == nil:
			d.Entry = &e
		case booking.CodeOf(err) != booking.CodeEntryAbsent:
			return err
		}
	}
	p := v.view("draw.title")
	p.Title = v.t("draw.of", "City", one.Post.City.In(string(v.lang)), "Group", one.Group.Title.In(string(v.lang)), "Week", one.Week)
	p.Active, p.Back, p.Data = "draws", "/draws", d
	return v.show(http.StatusOK, "draw", p)
}

// lotOf is the draw of the address.
func (v *visit) lotOf() (lot, error) {
	source, err := v.draws()
	if err != nil {
		return lot{}, err
	}
	w, err := source.Draw(v.Request().Context(), wave.ID(v.Param("draw")))
	if err != nil {
		return lot{}, err
	}
	return v.lot(w)
}
