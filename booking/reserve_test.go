package booking

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/identity"
)

// front is a counter's front: an inventory with one hold at a time, people who rename their applicants.
type front struct {
	Inventory // what is not needed here panics
	Ledger
	WeekLedger
	Acts

	live       Hold
	refuse     error    // of Inventory.Hold
	country    string   // what is stored
	inUse      int      // how many references the ledger finds taken
	references []string // with which it was asked
	declared   identity.Names
	texts      map[string]identity.Names
	child      uuid.UUID
}

func (f *front) Hold(_ context.Context, r HoldRequest) (Hold, error) {
	if f.refuse != nil {
		return Hold{}, f.refuse
	}
	if f.live.ID == "" {
		f.live = Hold{
			ID: r.ID, Consulate: r.Consulate, Group: r.Group, Service: r.Service, Slot: r.Slot, Start: r.From, Minutes: 20,
			Person: r.Person, Applicant: r.Applicant, State: HoldHeld, Nonce: r.Nonce,
		}
	}
	return f.live, nil
}

func (f *front) Find(context.Context, HoldID) (Hold, error) { return f.live, nil }

func (f *front) Free(context.Context, ConsulateID, GroupID, time.Time, time.Time) ([]FreeSlot, error) {
	return nil, nil
}

func (f *front) ResolveApplicant(_ context.Context, _ uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	f.declared = a.Names
	return f.child, nil
}

func (f *front) NamesIn(_ context.Context, _, person uuid.UUID, text string) (identity.Names, error) {
	if person != f.child {
		return identity.Names{}, errors.New("unknown")
	}
	if _, ok := f.texts[text]; !ok {
		f.texts[text] = f.declared
	}
	return f.texts[text], nil
}

func (f *front) Country(context.Context, uuid.UUID) (string, error) { return f.country, nil }

var reserveNow = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

func newFront(t *testing.T, change func(*Policy)) (*Office, *front) {
	t.Helper()
	c, adult := samplePost(t)
	adult.Applicants = ForSelf
	child, anyone := adult, adult
	child.ID, child.Applicants = "passport-child", ForChild
	anyone.ID, anyone.Applicants = "passport-any", ForAny
	c.District = []District{{Country: "PL"}}
	drawing := c
	drawing.ID, drawing.Pool = "ber", PoolDraw
	posts, err := NewCatalogue([]Consulate{c, drawing}, []Group{{ID: "passport", Minutes: 20}}, []Service{adult, child, anyone})
	if err != nil {
		t.Fatal(err)
	}
	f := &front{texts: map[string]identity.Names{}, child: uuid.New()}
	p := Policy{HoldTTL: time.Minute, HoldsPerDay: 3, ReopenWithin: time.Hour, Horizon: 60 * 24 * time.Hour, Grid: 5}
	change(&p)
	o, err := NewOffice(Deps{
		Catalogue: posts, Inventory: f, Ledger: f, Weeks: f, Acts: f, People: f, Policy: p,
		Audience: "https://chesna.example", Now: func() time.Time { return reserveNow }, Rand: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o, f
}

func citizen() identity.Session {
	return identity.Session{Person: uuid.New(), Grants: []identity.Grant{{Role: identity.RoleCitizen}}}
}

func request(s ServiceID, a *identity.Applicant) ReserveRequest {
	return ReserveRequest{Consulate: "waw", Service: s, Slot: "waw-passport-20261207T0820Z", Applicant: a}
}

// Asking again with a corrected name changes nothing in the text of a live hold.
func TestTheTextOfAHoldKeepsItsNames(t *testing.T) {
	o, f := newFront(t, func(*Policy) {})
	s, ctx := citizen(), t.Context()
	ask := func(name string) string {
		a := identity.Applicant{Relation: identity.RelationChild, Names: identity.Names{Surname: "Прикладна", GivenName: name}}
		held, err := o.Reserve(ctx, s, request("passport-child", &a))
		if err != nil {
			t.Fatal(err)
		}
		return string(held.Document)
	}
	first := ask("Соломія")
	if !strings.Contains(first, "Прикладна Соломія") || ask("Марія") != first {
		t.Fatal("the bytes to sign have changed")
	}
	held, err := o.Hold(ctx, s, f.live.ID)
	if err != nil || string(held.Document) != first {
		t.Fatal("the bytes to sign have changed", err)
	}
	f.live = Hold{}
	if again := ask("Марія"); !strings.Contains(again, "Прикладна Марія") {
		t.Fatal("a new hold has the old name")
	}
}

func TestForWhomAServiceIsAsked(t *testing.T) {
	o, f := newFront(t, func(*Policy) {})
	for _, c := range []struct {
		service  ServiceID
		relation string // empty: herself
		want     Code
		pointer  string
	}{
		{"passport-adult", "", "", ""},
		{"passport-adult", identity.RelationChild, CodeApplicantRefused, "/applicant"},
		{"passport-child", "", CodeApplicantRefused, "/applicant"},
		{"passport-child", identity.RelationChild, "", ""},
		{"passport-child", identity.RelationWard, "", ""},
		{"passport-child", identity.RelationOther, CodeApplicantRefused, "/applicant/relation"},
		{"passport-any", "", "", ""},
		{"passport-any", identity.RelationOther, "", ""},
	} {
		f.live = Hold{}
		var a *identity.Applicant
		if c.relation != "" {
			a = &identity.Applicant{Relation: c.relation}
		}
		_, err := o.Reserve(t.Context(), citizen(), request(c.service, a))
		if CodeOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s for %q: %v, want %q", c.service, c.relation, err, c.want)
			continue
		}
		var e *Error
		if errors.As(err, &e) && (len(e.Fields) != 1 || e.Fields[0].Pointer != c.pointer) {
			t.Errorf("%s for %q: %v, want a fault at %s", c.service, c.relation, e.Fields, c.pointer)
		}
	}
}

func TestAnAddressIsNeededToBookAndNotToLook(t *testing.T) {
	o, _ := newFront(t, func(p *Policy) { p.NeedEmail = true })
	s := citizen()
	if _, err := o.Availability(t.Context(), s, "waw", "passport-adult"); err != nil {
		t.Error("looking:", err)
	}
	if _, err := o.Reserve(t.Context(), s, request("passport-adult", nil)); CodeOf(err) != CodeEmailNeeded {
		t.Error("booking without an address:", err)
	}
	s.Reachable = true
	if _, err := o.Reserve(t.Context(), s, request("passport-adult", nil)); err != nil {
		t.Error("booking with an address:", err)
	}
}

// A token is some minutes old: what it says of the country does not count when a seat is taken.
func TestTheDistrictIsThatOfTheStoredCountry(t *testing.T) {
	o, f := newFront(t, func(p *Policy) { p.NeedCountry = true })
	s := citizen()
	for _, c := range []struct {
		token, stored string
		want          Code
	}{
		{"PL", "DE", CodeOutsideDistrict},
		{"PL", "", CodeCountryNeeded},
		{"DE", "PL", ""},
		{"", "PL", ""},
	} {
		f.live, f.country, s.Country = Hold{}, c.stored, c.token
		if _, err := o.Reserve(t.Context(), s, request("passport-adult", nil)); CodeOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("token %q, stored %q: %v, want %q", c.token, c.stored, err, c.want)
		}
	}
}

func TestADrawPostDoesNotSendPeopleHunting(t *testing.T) {
	o, f := newFront(t, func(*Policy) {})
	f.refuse = Refuse(CodeSoldOut, "none")
	if _, err := o.Reserve(t.Context(), citizen(), request("passport-adult", nil)); CodeOf(err) != CodeSoldOut {
		t.Error("an open post:", err)
	}
	drawing := request("passport-adult", nil)
	drawing.Consulate, drawing.Slot = "ber", "ber-passport-20261207T0820Z"
	if _, err := o.Reserve(t.Context(), citizen(), drawing); CodeOf(err) != CodeByDraw {
		t.Error("a post that draws:", err)
	}
	late := drawing
	late.Slot = "ber-passport-20261101T0820Z"
	if _, err := o.Reserve(t.Context(), citizen(), late); CodeOf(err) != CodeByDraw {
		t.Error("a time that is not open, at a post that draws:", err)
	}
	f.refuse = Refuse(CodeNoInventory, "")
	if _, err := o.Reserve(t.Context(), citizen(), drawing); CodeOf(err) != CodeNoInventory {
		t.Error("another refusal:", err)
	}
}

func TestReserveTellsAHoldThatWasThere(t *testing.T) {
	o, _ := newFront(t, func(*Policy) {})
	s := citizen()
	for i := range 2 {
		held, err := o.Reserve(t.Context(), s, request("passport-adult", nil))
		if err != nil || held.Again != (i > 0) {
			t.Error(i, held.Again, err)
		}
	}
}

func TestEitherASlotOrAWindow(t *testing.T) {
	o, _ := newFront(t, func(*Policy) {})
	for _, c := range []struct {
		slot          SlotID
		window        WindowID
		pointer, code string
	}{
		{"", "", "/slot", "required"},
		{"waw-passport-20261207T0820Z", "waw-passport-20261207-am", "/slot", "not-allowed"},
		{"ber-passport-20261207T0820Z", "", "/slot", "invalid"},
		{"", "waw-passport-20261207-xx", "/window", "invalid"},
	} {
		r := ReserveRequest{Consulate: "waw", Service: "passport-adult", Slot: c.slot, Window: c.window}
		_, err := o.Reserve(t.Context(), citizen(), r)
		var e *Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Pointer != c.pointer || e.Fields[0].Code != c.code {
			t.Errorf("%q %q: %v", c.slot, c.window, err)
		}
	}
}
