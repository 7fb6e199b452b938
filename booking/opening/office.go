package opening

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

// freshness is how old what this process has read of the openings may be: everybody in a crowd asks for it.
const freshness = time.Second

// PlaceState is what an opening means for one person now.
type PlaceState string

// The states of a place.
const (
	PlaceGathering PlaceState = "gathering" // the order is not drawn yet
	PlaceWaiting   PlaceState = "waiting"
	PlaceCalled    PlaceState = "called" // her turn runs
	PlaceLapsed    PlaceState = "lapsed" // her turn is over; arriving again puts her at the end
	PlaceDone      PlaceState = "done"   // the opening is over
)

// View is what a person sees of her place.
type View struct {
	Opening     Opening
	State       PlaceState
	Ticket      Ticket
	Place       int           // 0 while nobody can know it
	Ahead       int           // people who are called before her
	Waiting     int           // people who are not called yet
	Wait        time.Duration // at the full pace; 0 unless she waits
	Enough      bool          // there are free seats for all before her and for her, as things stand
	CalledUntil time.Time
	PollAfter   time.Duration
}

// Deps is what an Office stands on. All fields are needed.
type Deps struct {
	Store     Store
	Catalogue Catalogue
	// NeedCountry makes a declared country of stay a condition, as booking.Policy.NeedCountry does.
	NeedCountry bool
	Now         func() time.Time
}

// Office holds what citizens and the public do. It is a booking.Turnstile. Safe for concurrent use.
type Office struct {
	d Deps

	mu    sync.Mutex
	known []Opening
	read  time.Time     // by our clock; zero: never
	ahead time.Duration // of the store's clock before ours
}

var _ booking.Turnstile = (*Office)(nil)

// NewOffice checks its parts.
func NewOffice(d Deps) (*Office, error) {
	if d.Store == nil || d.Catalogue == nil || d.Now == nil {
		return nil, errors.New("opening: a part of the office is missing")
	}
	return &Office{d: d}, nil
}

// openings are those of the last second, with the time by the store's clock. One reads them, the others wait for her.
func (o *Office) openings(ctx context.Context) ([]Opening, time.Time, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.d.Now(); !o.read.IsZero() && now.Sub(o.read).Abs() < freshness {
		return o.known, now.Add(o.ahead), nil
	}
	list, at, err := o.d.Store.Openings(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	o.known, o.read = list, o.d.Now()
	o.ahead = at.Sub(o.read)
	return list, at, nil
}

// Openings lists what is announced, runs, or ended within a day, in the order of their times.
func (o *Office) Openings(ctx context.Context) ([]Opening, error) {
	list, _, err := o.openings(ctx)
	return slices.DeleteFunc(slices.Clone(list), func(o Opening) bool { return o.State == StatePlanned }), err
}

// find is one opening with the time, from what is known if it is there.
func (o *Office) find(ctx context.Context, id booking.OpeningID) (Opening, time.Time, error) {
	list, now, err := o.openings(ctx)
	if err != nil {
		return Opening{}, now, err
	}
	if i := slices.IndexFunc(list, func(o Opening) bool { return o.ID == id }); i >= 0 {
		return list[i], now, nil
	}
	return o.d.Store.Opening(ctx, id)
}

// Opening is one opening: CodeOpeningAbsent.
func (o *Office) Opening(ctx context.Context, id booking.OpeningID) (Opening, error) {
	one, _, err := o.find(ctx, id)
	return one, err
}

// Order is the published order of an opening's crowd; see Verify. CodeNotPublished until it is drawn.
func (o *Office) Order(ctx context.Context, id booking.OpeningID) ([]byte, error) {
	one, _, err := o.d.Store.Opening(ctx, id)
	if err != nil {
		return nil, err
	}
	if one.Signature == ([48]byte{}) {
		return nil, booking.Refuse(booking.CodeNotPublished, "the order is not drawn yet")
	}
	tickets, err := o.d.Store.Tickets(ctx, id)
	if err != nil {
		return nil, err
	}
	return File(one, tickets), nil
}

// Arrive gives the person her place. When she comes before gathering ends has no effect on it; coming again gives the same.
// Refusals: CodeForbidden, CodeCountryNeeded, CodeOutsideDistrict and those of Store.Arrive.
func (o *Office) Arrive(ctx context.Context, s identity.Session, id booking.OpeningID) (View, error) {
	one, _, err := o.find(ctx, id)
	if err != nil {
		return View{}, err
	}
	if err := o.admit(s, one.Consulate); err != nil {
		return View{}, err
	}
	a, err := o.d.Store.Arrive(ctx, id, s.Person)
	if err != nil {
		return View{}, err
	}
	return o.view(ctx, id, a)
}

func (o *Office) admit(s identity.Session, c booking.ConsulateID) error {
	post, err := o.d.Catalogue.Consulate(c)
	switch {
	case err != nil:
		return err
	case !s.Has(identity.RoleCitizen):
		return booking.Refuse(booking.CodeForbidden, "only a citizen can book")
	case s.Country == "" && o.d.NeedCountry:
		return booking.Refuse(booking.CodeCountryNeeded, "declare your country of stay first")
	case s.Country != "" && !post.Serves(s.Country):
		return booking.Refuse(booking.CodeOutsideDistrict, "this post does not serve your country of stay")
	}
	return nil
}

// Place is the person's place: CodeOpeningAbsent, CodePlaceAbsent.
func (o *Office) Place(ctx context.Context, s identity.Session, id booking.OpeningID) (View, error) {
	a, err := o.d.Store.Arrival(ctx, id, s.Person)
	if err != nil {
		return View{}, err
	}
	return o.view(ctx, id, a)
}

func (o *Office) view(ctx context.Context, id booking.OpeningID, a Arrival) (View, error) {
	one, now, err := o.find(ctx, id)
	if err != nil {
		return View{}, err
	}
	return view(one, a, now), nil
}

func view(o Opening, a Arrival, now time.Time) View {
	v := View{Opening: o, Ticket: a.Ticket, Place: a.Place, Waiting: max(o.Waiting, 0), PollAfter: latest}
	switch {
	case o.State == StateEnded:
		v.State = PlaceDone
	case a.Turn(now):
		v.State, v.CalledUntil, v.PollAfter = PlaceCalled, a.TurnUntil, latest/2
	case a.Over(now):
		v.State = PlaceLapsed
	case o.State != StateCalling || a.Place == 0:
		v.State, v.PollAfter = PlaceGathering, PollAfter(o.GatherUntil.Add(o.Delay).Sub(now), a.Ticket)
	default:
		v.State, v.Ahead = PlaceWaiting, max(0, a.Place-o.Called-1)
		v.Wait = Wait(v.Ahead, o.PerMinute)
		v.Enough = v.Ahead < o.Free
		v.PollAfter = PollAfter(v.Wait, a.Ticket)
	}
	return v
}

// Admitted implements booking.Turnstile: it costs nothing while no opening of the post's group runs.
func (o *Office) Admitted(ctx context.Context, person uuid.UUID, c booking.ConsulateID, g booking.GroupID) error {
	list, now, err := o.openings(ctx)
	if err != nil {
		return err
	}
	var refusal error
	for _, one := range list {
		if one.Consulate != c || one.Group != g || !one.Running(now) {
			continue
		}
		a, err := o.d.Store.Arrival(ctx, one.ID, person)
		switch {
		case err == nil && a.Turn(now):
			return nil
		case err != nil && booking.CodeOf(err) != booking.CodePlaceAbsent:
			return err
		}
		refusal = cmp.Or(refusal, error(&booking.Error{
			Code: booking.CodeWaitForTurn, Detail: "an opening runs here: take a place in " + string(one.ID), RetryAfter: view(one, a, now).PollAfter,
		}))
	}
	return refusal
}

// Took implements booking.Turnstile.
func (o *Office) Took(ctx context.Context, person uuid.UUID, c booking.ConsulateID, g booking.GroupID) error {
	list, now, err := o.openings(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, one := range list {
		if one.Consulate == c && one.Group == g && one.Running(now) {
			errs = append(errs, o.d.Store.Took(ctx, one.ID, person))
		}
	}
	return errors.Join(errs...)
}
