package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking/capacity"
	"chesna/identity"
)

// ReserveRequest is a citizen's wish for a seat: one slot, or any seat of a window. Applicant is nil when
// she asks for herself.
type ReserveRequest struct {
	Consulate ConsulateID
	Service   ServiceID
	Slot      SlotID
	Window    WindowID
	Applicant *identity.Applicant
}

// HeldSeat is a hold together with the exact text to sign for it.
type HeldSeat struct {
	Hold     Hold
	Document []byte
	// Again tells that Reserve gave a hold that was there before it was asked.
	Again bool
}

// Reserve takes a seat for some minutes. Asking again in the same group, by the same person for the same
// applicant, gives the hold that is there. The district is judged by the country that is stored, not by the one in
// the session: a token outlives a change of country by some minutes.
//
// Refusals: CodeInvalid, CodeUnknownConsulate, CodeUnknownService, CodeOutsideDistrict, CodeCountryNeeded,
// CodeEmailNeeded, CodeApplicantRefused, CodeLiveEntry, CodeOfferOpen, CodeWaitForTurn, those of People.ResolveApplicant and of
// Inventory.Hold; CodeByDraw for CodeSoldOut at a post that gives its seats by draw.
func (o *Office) Reserve(ctx context.Context, s identity.Session, r ReserveRequest) (HeldSeat, error) {
	country, err := o.People.Country(ctx, s.Person)
	if err != nil {
		return HeldSeat{}, fmt.Errorf("find the country of stay: %w", err)
	}
	s.Country = country
	c, svc, err := o.admit(s, r.Consulate, r.Service)
	if err != nil {
		return HeldSeat{}, err
	}
	if o.Turnstile != nil {
		if err := o.Turnstile.Admitted(ctx, s.Person, c.ID, svc.Group); err != nil {
			return HeldSeat{}, err
		}
	}
	if o.Policy.NeedEmail && !s.Reachable {
		return HeldSeat{}, Refuse(CodeEmailNeeded, "give an e-mail address and confirm it first")
	}
	from, to, err := o.span(c, svc, r)
	if err != nil {
		return HeldSeat{}, byDraw(c, err)
	}
	applicant, err := o.applicant(ctx, s, svc, r.Applicant)
	if err != nil {
		return HeldSeat{}, err
	}
	if o.Bars != nil {
		if err := o.Bars.Blocked(ctx, applicant, svc.Group); err != nil {
			return HeldSeat{}, err
		}
	}
	nonce, err := o.nonce()
	if err != nil {
		return HeldSeat{}, err
	}
	id, err := uuid.NewRandomFromReader(o.Rand)
	if err != nil {
		return HeldSeat{}, fmt.Errorf("draw a hold id: %w", err)
	}
	wanted := NewHoldID(c.ID, id)
	h, err := o.Inventory.Hold(ctx, HoldRequest{
		ID: wanted, Consulate: c.ID, Group: svc.Group, Service: svc.ID,
		Slot: r.Slot, Window: r.Window, From: from, To: to,
		Person: s.Person, Applicant: applicant, Nonce: nonce,
		TTL: o.Policy.HoldTTL, Extension: o.Policy.Extension, DailyLimit: o.Policy.HoldsPerDay,
	})
	if err != nil {
		return HeldSeat{}, byDraw(c, err)
	}
	if o.Turnstile != nil {
		if err := o.Turnstile.Took(ctx, s.Person, c.ID, svc.Group); err != nil { // places are called a little later
			o.Logger.WarnContext(ctx, "tell the turnstile", "consulate", c.ID, "error", err)
		}
	}
	held, err := o.withDocument(ctx, h)
	held.Again = h.ID != wanted
	return held, err
}

// byDraw is what CodeSoldOut means at a post that draws: "choose another time" would send people hunting for times
// that nobody can book at once.
func byDraw(c Consulate, err error) error {
	if CodeOf(err) != CodeSoldOut || c.Pool != PoolDraw {
		return err
	}
	return &Error{Code: CodeByDraw, Detail: "this post gives its seats by draw", Cause: err}
}

// admit checks that this person may ask for the service at the post.
func (o *Office) admit(s identity.Session, c ConsulateID, id ServiceID) (Consulate, Service, error) {
	post, err := o.Catalogue.Consulate(c)
	if err != nil {
		return Consulate{}, Service{}, err
	}
	svc, err := o.Catalogue.Service(id)
	if err != nil {
		return Consulate{}, Service{}, err
	}
	if !s.Has(identity.RoleCitizen) {
		return Consulate{}, Service{}, Refuse(CodeForbidden, "only a citizen can book")
	}
	if s.Country == "" && o.Policy.NeedCountry {
		return Consulate{}, Service{}, Refuse(CodeCountryNeeded, "declare your country of stay first")
	}
	if s.Country != "" && !post.Serves(s.Country) {
		return Consulate{}, Service{}, Refuse(CodeOutsideDistrict, "this post does not serve your country of stay")
	}
	return post, svc, nil
}

// span turns the slot or window of the request into the start times that will do.
func (o *Office) span(c Consulate, svc Service, r ReserveRequest) (from, to time.Time, err error) {
	wrong := func(pointer, code, detail string) error {
		return &Error{Code: CodeInvalid, Detail: detail, Fields: []FieldError{{Pointer: pointer, Code: code, Detail: detail}}}
	}
	now := o.Now()
	switch {
	case r.Slot == "" && r.Window == "":
		return from, to, wrong("/slot", "required", "give a slot or a window")
	case r.Slot != "" && r.Window != "":
		return from, to, wrong("/slot", "not-allowed", "give a slot or a window, not both")
	case r.Slot != "":
		slot, err := capacity.ParseSlotID(string(r.Slot))
		if err != nil || slot.Consulate != string(c.ID) || slot.Group != string(svc.Group) {
			return from, to, wrong("/slot", "invalid", "not a slot of this post and service")
		}
		from, to = slot.Start, slot.Start
	default:
		w, err := capacity.ParseWindowID(string(r.Window))
		if err != nil || w.Consulate != string(c.ID) || w.Group != string(svc.Group) {
			return from, to, wrong("/window", "invalid", "not a window of this post and service")
		}
		from, to = windowSpan(w, c.Location)
		if earliest := now.Add(o.Policy.Lead); from.Before(earliest) {
			from = earliest
		}
	}
	if to.Before(now.Add(o.Policy.Lead)) || from.After(now.Add(o.Policy.Horizon)) {
		return from, to, Refuse(CodeSoldOut, "this time is not open")
	}
	return from, to, nil
}

// applicant finds who will come to the desk.
func (o *Office) applicant(ctx context.Context, s identity.Session, svc Service, a *identity.Applicant) (uuid.UUID, error) {
	switch {
	case a == nil && svc.Applicants == ForChild:
		return uuid.Nil, &Error{
			Code: CodeApplicantRefused, Detail: "this service is asked for a child: say for whom",
			Fields: []FieldError{{Pointer: "/applicant", Code: "required", Detail: "the child's names and date of birth"}},
		}
	case a == nil:
		return s.Person, nil
	case svc.Applicants == ForSelf:
		return uuid.Nil, &Error{
			Code: CodeApplicantRefused, Detail: "this service can be asked for oneself only",
			Fields: []FieldError{{Pointer: "/applicant", Code: "not-allowed", Detail: "leave it out"}},
		}
	case svc.Applicants == ForChild && a.Relation == identity.RelationOther:
		return uuid.Nil, &Error{
			Code: CodeApplicantRefused, Detail: "this service is asked by a parent or guardian for a child or a ward",
			Fields: []FieldError{{Pointer: "/applicant/relation", Code: "not-allowed", Detail: "child or ward"}},
		}
	}
	return o.People.ResolveApplicant(ctx, s.Person, *a)
}

func (o *Office) withDocument(ctx context.Context, h Hold) (HeldSeat, error) {
	c, err := o.Catalogue.Consulate(h.Consulate)
	if err != nil {
		return HeldSeat{}, err
	}
	svc, err := o.Catalogue.Service(h.Service)
	if err != nil {
		return HeldSeat{}, err
	}
	var forName string
	if h.Applicant != h.Person {
		n, err := o.People.NamesIn(ctx, h.Person, h.Applicant, string(h.ID))
		if err != nil {
			return HeldSeat{}, fmt.Errorf("name the applicant: %w", err)
		}
		forName = n.Full()
	}
	return HeldSeat{Hold: h, Document: BookingDocument(o.Audience, h, c, svc, forName)}, nil
}

// Hold returns the person's live hold with the same text as before, or CodeHoldNotFound.
func (o *Office) Hold(ctx context.Context, s identity.Session, id HoldID) (HeldSeat, error) {
	h, err := o.own(ctx, s, id)
	if err != nil {
		return HeldSeat{}, err
	}
	return o.withDocument(ctx, h)
}

// Extend prolongs a hold once, to the last expiry that its text states.
func (o *Office) Extend(ctx context.Context, s identity.Session, id HoldID) (HeldSeat, error) {
	if _, err := o.own(ctx, s, id); err != nil {
		return HeldSeat{}, err
	}
	h, err := o.Inventory.Extend(ctx, id)
	if err != nil {
		return HeldSeat{}, err
	}
	return o.withDocument(ctx, h)
}

// Release gives a hold back. Its seat does not become free at once: it is returned, and opens again at a
// random moment, so that nobody can let go of a seat for a waiting friend.
func (o *Office) Release(ctx context.Context, s identity.Session, id HoldID) error {
	if _, err := o.own(ctx, s, id); err != nil {
		return err
	}
	return o.Inventory.Release(ctx, id)
}

// own finds a hold and hides it from everyone but the person who took it.
func (o *Office) own(ctx context.Context, s identity.Session, id HoldID) (Hold, error) {
	h, err := o.Inventory.Find(ctx, id)
	if err != nil {
		return Hold{}, err
	}
	if h.Person != s.Person {
		return Hold{}, Refuse(CodeHoldNotFound, "no such hold")
	}
	return h, nil
}
