package opening_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/opening"
	"chesna/identity"
)

// desk is a store of one opening, and a catalogue of one post.
type desk struct {
	opening.Store // what is not needed here panics
	one           opening.Opening
	arrivals      map[uuid.UUID]opening.Arrival
	now           time.Time
	reads         int
	took          []uuid.UUID
	fail          error
}

func (d *desk) Openings(context.Context) ([]opening.Opening, time.Time, error) {
	d.reads++
	return []opening.Opening{d.one}, d.now, d.fail
}

func (d *desk) Opening(context.Context, booking.OpeningID) (opening.Opening, time.Time, error) {
	return opening.Opening{}, d.now, booking.Refuse(booking.CodeOpeningAbsent, "none")
}

func (d *desk) Arrive(_ context.Context, _ booking.OpeningID, p uuid.UUID) (opening.Arrival, error) {
	return d.arrivals[p], nil
}

func (d *desk) Arrival(_ context.Context, _ booking.OpeningID, p uuid.UUID) (opening.Arrival, error) {
	a, ok := d.arrivals[p]
	if !ok {
		return a, booking.Refuse(booking.CodePlaceAbsent, "none")
	}
	return a, nil
}

func (d *desk) Took(_ context.Context, _ booking.OpeningID, p uuid.UUID) error {
	d.took = append(d.took, p)
	return nil
}

func (d *desk) Consulate(booking.ConsulateID) (booking.Consulate, error) {
	return booking.Consulate{ID: "waw", District: []booking.District{{Country: "PL"}}}, nil
}

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func newDesk(t *testing.T) (*opening.Office, *desk) {
	t.Helper()
	d := &desk{arrivals: map[uuid.UUID]opening.Arrival{}, now: noon.Add(-time.Hour)}
	d.one = opening.Opening{ID: id, Consulate: "waw", Group: "passport", OpensAt: noon, State: opening.StateAnnounced, Terms: opening.Terms{
		LobbyFrom: noon.Add(-30 * time.Minute), GatherUntil: noon.Add(10 * time.Minute), PerMinute: 30, Turn: 10 * time.Minute, Delay: 30 * time.Second,
	}}
	o, err := opening.NewOffice(opening.Deps{Store: d, Catalogue: d, NeedCountry: true, Now: func() time.Time { return d.now.Add(3 * time.Second) }})
	if err != nil {
		t.Fatal(err)
	}
	return o, d
}

func citizen(country string) identity.Session {
	return identity.Session{Person: uuid.New(), Country: country, Grants: []identity.Grant{{Role: identity.RoleCitizen}}}
}

func TestAdmitted(t *testing.T) {
	o, d := newDesk(t)
	called, waits, stranger := uuid.New(), uuid.New(), uuid.New()
	d.arrivals[called] = opening.Arrival{Place: 1, CalledAt: noon.Add(11 * time.Minute), TurnUntil: noon.Add(21 * time.Minute)}
	d.arrivals[waits] = opening.Arrival{Place: 9}
	expect := func(why string, p uuid.UUID, g booking.GroupID, want booking.Code) {
		t.Helper()
		err := o.Admitted(t.Context(), p, "waw", g)
		var e *booking.Error
		if booking.CodeOf(err) != want || (want == "") != (err == nil) || want == booking.CodeWaitForTurn && (!errors.As(err, &e) || e.RetryAfter < time.Second) {
			t.Errorf("%s: %v", why, err)
		}
	}
	expect("before it opens", stranger, "passport", "")
	d.now = noon
	expect("without a place", stranger, "passport", booking.CodeWaitForTurn)
	expect("not called yet", waits, "passport", booking.CodeWaitForTurn)
	expect("another group", stranger, "visa", "")
	d.now, d.one.State = noon.Add(12*time.Minute), opening.StateCalling
	expect("called", called, "passport", "")
	expect("still waiting", waits, "passport", booking.CodeWaitForTurn)
	if err := o.Took(t.Context(), called, "waw", "passport"); err != nil || len(d.took) != 1 {
		t.Errorf("%v, %v", err, d.took)
	}
	d.now = noon.Add(22 * time.Minute)
	expect("her turn is over", called, "passport", booking.CodeWaitForTurn)
	d.now, d.one.State = noon.Add(30*time.Minute), opening.StateEnded
	expect("ended", stranger, "passport", "")
	reads := d.reads
	for range 100 {
		expect("ended", stranger, "passport", "")
	}
	if d.reads != reads {
		t.Errorf("%d reads within a second", d.reads-reads)
	}
	d.now, d.fail = noon.Add(40*time.Minute), &booking.Error{Code: booking.CodeUnavailable}
	expect("the database is away", stranger, "passport", booking.CodeUnavailable)
}

func TestWhoMayArrive(t *testing.T) {
	o, _ := newDesk(t)
	officer := citizen("PL")
	officer.Grants = []identity.Grant{{Role: identity.RoleOfficer}}
	for want, s := range map[booking.Code]identity.Session{
		booking.CodeForbidden: officer, booking.CodeCountryNeeded: citizen(""), booking.CodeOutsideDistrict: citizen("DE"), "": citizen("PL"),
	} {
		if _, err := o.Arrive(t.Context(), s, id); booking.CodeOf(err) != want {
			t.Errorf("want %q: %v", want, err)
		}
	}
	if _, err := o.Arrive(t.Context(), citizen("PL"), "waw-passport-20200101T000000Z"); booking.CodeOf(err) != booking.CodeOpeningAbsent {
		t.Error(err)
	}
}

func TestView(t *testing.T) {
	o, d := newDesk(t)
	s := citizen("PL")
	see := func(at time.Duration, state opening.State, a opening.Arrival) opening.View {
		t.Helper()
		d.now, d.one.State, d.arrivals[s.Person] = noon.Add(at), state, a
		v, err := o.Place(t.Context(), s, id)
		if err != nil || v.PollAfter < 5*time.Second || v.PollAfter > 75*time.Second {
			t.Errorf("%v, look again after %v", err, v.PollAfter)
		}
		return v
	}
	d.one.Called, d.one.Free, d.one.Waiting = 4, 50, 100
	if v := see(0, opening.StateGathering, opening.Arrival{}); v.State != opening.PlaceGathering || v.Place != 0 || v.PollAfter < time.Minute {
		t.Errorf("%+v", v)
	}
	if v := see(10*time.Minute, opening.StateFrozen, opening.Arrival{}); v.State != opening.PlaceGathering || v.PollAfter != 5*time.Second {
		t.Errorf("%+v", v)
	}
	if v := see(12*time.Minute, opening.StateCalling, opening.Arrival{Place: 35}); v.State != opening.PlaceWaiting || v.Ahead != 30 || v.Wait != time.Minute || !v.Enough {
		t.Errorf("%+v", v)
	}
	if v := see(13*time.Minute, opening.StateCalling, opening.Arrival{Place: 85}); v.Ahead != 80 || v.Enough {
		t.Errorf("%+v", v)
	}
	turn := opening.Arrival{Place: 3, CalledAt: noon.Add(12 * time.Minute), TurnUntil: noon.Add(22 * time.Minute)}
	if v := see(14*time.Minute, opening.StateCalling, turn); v.State != opening.PlaceCalled || !v.CalledUntil.Equal(turn.TurnUntil) {
		t.Errorf("%+v", v)
	}
	if v := see(22*time.Minute, opening.StateCalling, turn); v.State != opening.PlaceLapsed {
		t.Errorf("%+v", v)
	}
	if v := see(30*time.Minute, opening.StateEnded, turn); v.State != opening.PlaceDone {
		t.Errorf("%+v", v)
	}
}

func TestPolicyIsChecked(t *testing.T) {
	if err := opening.StandardPolicy().Validate(); err != nil {
		t.Error(err)
	}
	if err := (opening.Policy{}).Validate(); err == nil {
		t.Error("the empty policy is in order")
	}
}
