package web

import (
	"net/http"
	"time"

	"chesna/api"
	"chesna/booking"
)

// warnBefore is how long before its end the page of a hold warns (WCAG 2.2.1 asks for 20 s at least).
const warnBefore = 3 * time.Minute

type holdData struct {
	Hold     booking.Hold
	Post     booking.Consulate
	Service  booking.Service
	Start    time.Time // on the clock of the post
	End      time.Time
	Until    time.Time // end of the hold, on the clock of the post
	Minutes  int       // left, rounded up
	Seconds  int       // left
	Soon     bool
	Document string
	For      string // name of another person; empty: oneself
	Policy   booking.Policy
}

// holdID reads the hold of the address.
func (v *visit) holdID() (booking.HoldID, error) { return booking.ParseHoldID(v.Param("hold")) }

// holdPage shows exactly what will be signed, before anything is booked.
func holdPage(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	held, err := v.site.Bookings.Hold(v.Request().Context(), v.session, id)
	if err != nil {
		return v.confirmedOr(id, err)
	}
	return v.showHold(http.StatusOK, held, nil)
}

// confirmedOr leads to the appointment when a hold that is gone has become one: a reload is harmless.
func (v *visit) confirmedOr(id booking.HoldID, gone error) error {
	if !isCode(gone, booking.CodeOf, booking.CodeHoldNotFound, booking.CodeHoldExpired, booking.CodeAlreadyConfirmed) {
		return gone
	}
	list, err := v.site.Bookings.Appointments(v.Request().Context(), v.session)
	if err != nil {
		return gone
	}
	for _, a := range list {
		if a.Hold == id {
			return v.to("/appointments/" + a.ID.String())
		}
	}
	return gone
}

func (v *visit) showHold(status int, held booking.HeldSeat, faults []fault) error {
	h := held.Hold
	post, err := v.site.Catalogue.Consulate(h.Consulate)
	if err != nil {
		return err
	}
	svc, err := v.site.Catalogue.Service(h.Service)
	if err != nil {
		return err
	}
	name, err := v.nameOf(h.Applicant, h.ID)
	if err != nil {
		return err
	}
	start := h.Start.In(post.Location)
	left := h.ExpiresAt.Sub(v.site.Server.Now())
	who := "self"
	if h.Applicant != h.Person {
		who = h.Applicant.String()
	}
	p := v.view("hold.title")
	p.Active, p.Faults = "book", faults
	p.Back = "/book/time" + choice{Post: post, Service: svc, For: who}.Query()
	p.Path, p.Query = "/holds/"+string(h.ID), ""
	p.Data = holdData{
		Hold: h, Post: post, Service: svc, Start: start, End: start.Add(time.Duration(h.Minutes) * time.Minute),
		Until: h.ExpiresAt.In(post.Location), Minutes: max(0, int((left+time.Minute-1)/time.Minute)), Seconds: max(0, int(left/time.Second)), Soon: left < warnBefore,
		Document: string(held.Document), For: name, Policy: v.site.Policy,
	}
	return v.show(status, "hold", p)
}

// holdDocument is the text as a file: the very bytes to sign.
func holdDocument(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	held, err := v.site.Bookings.Hold(v.Request().Context(), v.session, id)
	if err != nil {
		return err
	}
	return v.file("chesna-"+string(id)+".txt", "text/plain; charset=utf-8", held.Document)
}

// extendHold prolongs it once; asking again changes nothing.
func extendHold(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	_, err = v.site.Bookings.Extend(v.Request().Context(), v.session, id)
	if err != nil && !isCode(err, booking.CodeOf, booking.CodeAlreadyExtended) {
		return err
	}
	return v.to("/holds/" + string(id) + "?done=extended")
}

// releasePage says what releasing means before it is done.
func releasePage(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	held, err := v.site.Bookings.Hold(v.Request().Context(), v.session, id)
	if err != nil {
		return v.confirmedOr(id, err)
	}
	post, err := v.site.Catalogue.Consulate(held.Hold.Consulate)
	if err != nil {
		return err
	}
	p := v.view("release.title")
	p.Active, p.Back = "book", "/holds/"+string(id)
	p.Data = holdData{Hold: held.Hold, Post: post, Start: held.Hold.Start.In(post.Location), Policy: v.site.Policy}
	return v.show(http.StatusOK, "release", p)
}

func releaseHold(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	err = v.site.Bookings.Release(v.Request().Context(), v.session, id)
	if err != nil && !isCode(err, booking.CodeOf, booking.CodeHoldNotFound, booking.CodeHoldExpired) {
		return err
	}
	return v.to("/book?done=released")
}

// confirmHold books: the signature over the text of the hold. The same signature again gives the same page.
func confirmHold(v *visit) error {
	id, err := v.holdID()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.refuseHold(id, http.StatusUnprocessableEntity, []fault{{field, v.t(wrong)}})
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	a, err := v.site.Bookings.Confirm(ctx, v.session, id, signature)
	if err == nil {
		return v.to("/appointments/" + a.ID.String())
	}
	switch codeOf(err) {
	case "signature-rejected", "signer-mismatch", "signature-reused", "invalid":
		if faults, status, ok := v.refused(err, field, nil); ok {
			return v.refuseHold(id, status, faults)
		}
	}
	return v.confirmedOr(id, err)
}

func (v *visit) refuseHold(id booking.HoldID, status int, faults []fault) error {
	held, err := v.site.Bookings.Hold(v.Request().Context(), v.session, id)
	if err != nil {
		return v.confirmedOr(id, err)
	}
	return v.showHold(status, held, faults)
}
