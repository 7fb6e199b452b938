package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/booking"
	"chesna/booking/wave"
)

// offerNote is what the notice above the pages says of open offers.
type offerNote struct {
	Count int
	ID    uuid.UUID // the one that ends first
	Until time.Time // on the clock of the post
}

// openOffer finds the person's open offers for the notice. A page does not fail for want of it.
func (v *visit) openOffer() offerNote {
	if !v.signed || v.site.Draws == nil {
		return offerNote{}
	}
	ctx := v.Request().Context()
	list, err := v.site.Draws.Offers(ctx, v.session)
	if err != nil {
		v.site.Logger.WarnContext(ctx, "look for open offers", "error", err)
		return offerNote{}
	}
	var n offerNote
	for _, o := range list {
		if !v.canSign(o.Offer) {
			continue
		}
		post, err := v.site.Catalogue.Consulate(o.Offer.Consulate)
		if err != nil {
			continue
		}
		n.Count++
		if n.Until.IsZero() || o.Offer.Until.Before(n.Until) {
			n.ID, n.Until = o.Offer.ID, o.Offer.Until.In(post.Location)
		}
	}
	return n
}

// canSign tells whether an offer still waits for its signature.
func (v *visit) canSign(o wave.Offer) bool {
	return o.State == wave.OfferOpen && v.site.Server.Now().Before(o.Until)
}

// offerData is an offer in words.
type offerData struct {
	lot
	Offer    wave.Offer
	Seats    []offeredSeat
	Document string
	Can      bool // it can be signed or declined now
	Ends     time.Time
	Moved    *appointmentData // what it replaces
	Policy   wave.Policy
}

type offeredSeat struct {
	Start, End time.Time // on the clock of the post
	Service    booking.Service
	Name       string // empty: oneself
	Booked     string // identifier of the appointment that it became; empty: none
}

// describeOffer says an offer in words.
func (v *visit) describeOffer(t wave.OfferText) (offerData, error) {
	o := t.Offer
	w, err := v.site.Draws.Draw(v.Request().Context(), o.Wave)
	if err != nil {
		return offerData{}, err
	}
	one, err := v.lot(w)
	if err != nil {
		return offerData{}, err
	}
	d := offerData{lot: one, Offer: o, Document: string(t.Document), Can: v.canSign(o), Ends: o.Until.In(one.Post.Location), Policy: v.site.Release}
	for i, s := range o.Seats {
		seat := offeredSeat{Start: s.Seat.Start.In(one.Post.Location)}
		seat.End = seat.Start.Add(time.Duration(s.Seat.Minutes) * time.Minute)
		if seat.Service, err = v.site.Catalogue.Service(s.Service); err != nil {
			return d, err
		}
		if s.Applicant != v.session.Person {
			if seat.Name, err = v.nameOf(s.Applicant, wave.HoldOf(o.Consulate, o.ID, i)); err != nil {
				return d, err
			}
			if seat.Name == "" {
				seat.Name = v.t("entry.other")
			}
		}
		if i < len(o.Appointments) {
			seat.Booked = o.Appointments[i].String()
		}
		d.Seats = append(d.Seats, seat)
	}
	if o.Reschedules != uuid.Nil {
		a, err := v.site.Bookings.Appointment(v.Request().Context(), v.session, o.Reschedules)
		if err != nil {
			return d, err
		}
		moved, err := v.describe(a)
		if err != nil {
			return d, err
		}
		d.Moved = &moved
	}
	return d, nil
}

type offersData struct {
	Open, Past []offerData
}

// offers are the person's own, newest first.
func offers(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	list, err := source.Offers(v.Request().Context(), v.session)
	if err != nil {
		return err
	}
	var d offersData
	for _, o := range list {
		one, err := v.describeOffer(o)
		if err != nil {
			return err
		}
		if one.Can {
			d.Open = append(d.Open, one)
		} else {
			d.Past = append(d.Past, one)
		}
	}
	p := v.view("offers.title")
	p.Active, p.Data = "offers", d
	return v.show(http.StatusOK, "offers", p)
}

// offerOf is the offer of the address.
func (v *visit) offerOf() (offerData, error) {
	source, err := v.draws()
	if err != nil {
		return offerData{}, err
	}
	id, err := v.offerID()
	if err != nil {
		return offerData{}, err
	}
	o, err := source.Offer(v.Request().Context(), v.session, id)
	if err != nil {
		return offerData{}, err
	}
	return v.describeOffer(o)
}

func (v *visit) offerID() (uuid.UUID, error) {
	id, err := uuid.Parse(v.Param("offer"))
	if err != nil {
		return uuid.Nil, booking.Refuse(booking.CodeOfferAbsent, "no such offer")
	}
	return id, nil
}

// offerPage shows the seats and exactly what will be signed for them.
func offerPage(v *visit) error {
	d, err := v.offerOf()
	if err != nil {
		return err
	}
	return v.showOffer(http.StatusOK, d, nil)
}

func (v *visit) showOffer(status int, d offerData, faults []fault) error {
	p := v.view("offer.title")
	p.Active, p.Back, p.Faults = "offers", "/offers", faults
	p.Path, p.Data = "/offers/"+d.Offer.ID.String(), d
	return v.show(status, "offer", p)
}

// offerDocument is the text as a file: the very bytes to sign.
func offerDocument(v *visit) error {
	d, err := v.offerOf()
	switch {
	case err != nil:
		return err
	case d.Document == "":
		return booking.Refuse(booking.CodeOfferEnded, "there is nothing to sign any more")
	}
	return v.file("chesna-"+d.Offer.ID.String()+".txt", "text/plain; charset=utf-8", []byte(d.Document))
}

// signOffer books what was offered. The same signature again gives the same page.
func signOffer(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	id, err := v.offerID()
	if err != nil {
		return err
	}
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.refuseOffer(http.StatusUnprocessableEntity, []fault{{field, v.t(wrong)}})
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	_, made, err := source.Sign(v.Request().Context(), v.session, id, signature)
	switch {
	case err == nil && len(made) == 1:
		return v.to("/appointments/" + made[0].ID.String())
	case err == nil:
		return v.to("/offers/" + id.String() + "?done=signed")
	}
	if faults, status, ok := v.badSignature(err, field); ok {
		return v.refuseOffer(status, faults)
	}
	return err
}

func (v *visit) refuseOffer(status int, faults []fault) error {
	d, err := v.offerOf()
	if err != nil {
		return err
	}
	return v.showOffer(status, d, faults)
}

// declinePage says what declining means before it is done.
func declinePage(v *visit) error {
	d, err := v.offerOf()
	if err != nil {
		return err
	}
	if !d.Can {
		return v.to("/offers/" + d.Offer.ID.String())
	}
	p := v.view("decline.title")
	p.Active, p.Back, p.Data = "offers", "/offers/"+d.Offer.ID.String(), d
	return v.show(http.StatusOK, "decline", p)
}

// declineOffer gives the seats back; declining again changes nothing.
func declineOffer(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	id, err := v.offerID()
	if err != nil {
		return err
	}
	if _, err := source.Decline(v.Request().Context(), v.session, id); err != nil {
		return err
	}
	return v.to("/offers?done=declined")
}

// PauseDays is how long two unsigned offers pause online entry.
func (d offerData) PauseDays() int { return days(d.Policy.Pause) }
