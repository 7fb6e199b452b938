package jobs_test

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/capacity"
	"chesna/booking/jobs"
	"chesna/identity"
)

// interposed is the inventory with something that happens right before, or after, a step of a publisher.
type interposed struct {
	booking.Inventory
	beforePublish, afterWithdraw func()
}

func (i *interposed) Publish(ctx context.Context, c booking.ConsulateID, seats []booking.Seat) error {
	if happens := i.beforePublish; happens != nil && len(seats) > 0 {
		i.beforePublish = nil
		happens()
	}
	return i.Inventory.Publish(ctx, c, seats)
}

func (i *interposed) Withdraw(ctx context.Context, c booking.ConsulateID, seats []booking.SeatID) ([]booking.SeatID, error) {
	held, err := i.Inventory.Withdraw(ctx, c, seats)
	if happens := i.afterWithdraw; happens != nil && len(seats) > 0 {
		i.afterWithdraw = nil
		happens()
	}
	return held, err
}

func interpose(into *interposed) func(*jobs.Deps) {
	return func(d *jobs.Deps) { into.Inventory, d.Inventory = d.Inventory, into }
}

// wantOpenFree compares the free seats with the ledger's open ones, none of which may be held here.
func (w *world) wantOpenFree() {
	w.Helper()
	free, err := w.inventory.FreeSeats(w.Context(), post)
	if err != nil {
		w.Fatal(err)
	}
	var open []booking.SeatID
	for _, s := range w.week().Seats {
		if s.State == booking.SeatOpen && s.Start.After(w.clock.Time()) {
			open = append(open, s.ID)
		}
	}
	if slices.Sort(open); !slices.Equal(free, open) {
		w.Fatalf("free are %v, open are %v", free, open)
	}
}

func (w *world) week() booking.PublishedWeek {
	w.Helper()
	week, err := w.ledger.Week(w.Context(), post, bookingtest.TestWeek)
	if err != nil {
		w.Fatal(err)
	}
	return week
}

// withdrawn lets an officer's ledger transaction take seats away, without the inventory.
func (w *world) withdrawn(seats ...booking.SeatID) {
	w.Helper()
	_, err := w.ledger.PublishWeek(w.Context(), booking.WeekChange{
		Consulate: post, ISOWeek: bookingtest.TestWeek, Expected: w.week().Revision, Remove: seats,
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) repair() {
	w.Helper()
	if err := w.service.Repair(w.Context(), post); err != nil {
		w.Fatal(err)
	}
}

func TestRepairWithdrawsWhatIsNotOpen(t *testing.T) {
	w := newWorld(t, 8, nil)
	booked := w.settled(uuid.New())
	stranger := bookingtest.MakeSeats(post, bookingtest.TestMonday().AddDate(0, 0, 1), 1)
	ghosts := append(stranger, w.seats[0]) // one that the ledger never knew, one that it gave away
	if booked.Seat != w.seats[0].ID {
		t.Fatalf("booked %s", booked.Seat)
	}
	if err := w.inventory.Publish(t.Context(), post, ghosts); err != nil {
		t.Fatal(err)
	}
	w.withdrawn(w.seats[1].ID)
	held := w.mustHoldSeat(w.seats[2])
	w.withdrawn(w.seats[2].ID) // held: it leaves when its hold ends
	w.repair()
	w.wantOpenFree()
	if _, err := w.inventory.Find(t.Context(), held.ID); err != nil {
		t.Fatalf("a held seat vanished: %v", err)
	}
	w.clock.Advance(w.seats[0].Start.Add(time.Minute).Sub(w.clock.Time())) // the first four have begun
	w.repair()
	w.wantOpenFree()
	w.wantFree(4)
	w.check()
}

// mustHoldSeat holds at the seat's start until it gets that seat.
func (w *world) mustHoldSeat(seat booking.Seat) booking.Hold {
	w.Helper()
	for range 9 {
		if h := w.mustHold(uuid.New()); h.Seat == seat.ID {
			return h
		}
	}
	w.Fatalf("seat %s cannot be held", seat.ID)
	return booking.Hold{}
}

func TestReopenTakesBackWhatLeftAgain(t *testing.T) {
	between := &interposed{}
	w := newWorld(t, 2, interpose(between))
	seat := w.seats[0].ID
	w.cancel(w.settled(uuid.New()))
	w.clock.Advance(reopenAfter)
	between.beforePublish = func() { w.withdrawn(seat) }
	w.run("reopen", 1, w.service.Reopen)
	w.wantOpenFree()
	w.check()
}

func TestRepairTakesBackWhatLeftMeanwhile(t *testing.T) {
	between := &interposed{}
	w := newWorld(t, 2, interpose(between))
	between.beforePublish = func() { w.settled(uuid.New()) }
	w.repair()
	w.wantOpenFree()
	w.check()
}

// signed accepts every signature.
type signed struct{}

func (signed) VerifyAct(_ context.Context, person uuid.UUID, _, _ []byte) (identity.Act, error) {
	return identity.Act{Person: person, Digest: [32]byte{1}, Evidence: []byte("sealed")}, nil
}
func (signed) SignatureDigest([]byte) ([32]byte, error) { return [32]byte{1}, nil }

// office is the post's officer at work, with something between her steps.
type office struct {
	*booking.Office
	*world
	between *interposed
	officer identity.Session
}

func newOffice(t *testing.T, people booking.People) *office {
	t.Helper()
	o := &office{world: newWorld(t, 0, nil), between: &interposed{}}
	o.between.Inventory = o.inventory
	catalogue, err := booking.NewCatalogue(
		[]booking.Consulate{{ID: post, Location: time.UTC, Workdays: []capacity.Weekday{capacity.Monday}, Pool: booking.PoolOpen}},
		[]booking.Group{{ID: bookingtest.TestGroup, Minutes: 20}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Office, err = booking.NewOffice(booking.Deps{
		Catalogue: catalogue, Inventory: o.between, Ledger: o.ledger, Weeks: o.ledger, Acts: signed{}, People: people,
		Policy: booking.Policy{
			HoldTTL: time.Minute, HoldsPerDay: 3, ReopenWithin: time.Hour, Horizon: 24 * time.Hour, Grid: 5,
		},
		Audience: "https://test", Now: o.clock.Time, Rand: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.officer = identity.Session{Person: uuid.New(), Staff: true, Grants: []identity.Grant{{Role: identity.RoleOfficer, Consulate: string(post)}}}
	return o
}

// publishUntil publishes one counter on Monday from eight until the given number of seats.
func (o *office) publishUntil(seats int) error {
	eight := capacity.TimeOfDay(8 * 60)
	plan := booking.WeekPlan{Reason: "test", Signature: []byte("signed")}
	if seats > 0 {
		plan.Counters = []capacity.Counter{{ID: "c1", Openings: []capacity.Opening{
			{Weekday: capacity.Monday, From: eight, To: eight + capacity.TimeOfDay(20*seats), Group: string(bookingtest.TestGroup), Pool: capacity.PoolOpen},
		}}}
	}
	p, err := o.PublishWeek(o.Context(), o.officer, post, bookingtest.TestWeek, o.week().Revision, plan)
	if err == nil {
		o.seats = p.Week.Seats
	}
	return err
}

func (o *office) mustPublishUntil(seats int) {
	o.Helper()
	if err := o.publishUntil(seats); err != nil {
		o.Fatal(err)
	}
}

func TestPublishAddsNothingThatLeft(t *testing.T) {
	o := newOffice(t, noPeople{})
	o.mustPublishUntil(3)
	o.wantOpenFree()
	o.between.beforePublish = func() { o.settled(uuid.New()) } // between the commit and the adding
	o.mustPublishUntil(4)
	o.wantOpenFree()
	o.mustPublishUntil(2)
	o.wantOpenFree()
	o.check()
}

// TestRefusedPublishPutsBackWhatIsOpen: while the ledger refuses, two of the withdrawn seats leave otherwise.
func TestRefusedPublishPutsBackWhatIsOpen(t *testing.T) {
	o := newOffice(t, noPeople{})
	o.mustPublishUntil(5)
	seats := o.seats
	o.between.afterWithdraw = func() {
		_, err := o.ledger.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(seats[3], uuid.New()))) // a hold that Redis lost
		bookingtest.WantCode(t, err, "")
		o.withdrawn(seats[4].ID) // another officer's process: the revision is stale now
	}
	bookingtest.WantCode(t, o.publishUntil(2), booking.CodeStale)
	o.wantOpenFree()
	o.wantFree(3)
	if h := o.mustHold(uuid.New()); h.Seat != seats[0].ID {
		t.Fatalf("holds %s", h.Seat)
	}
	bookingtest.WantCode(t, o.publishUntil(0), booking.CodeSeatsTaken) // one is held
	o.wantFree(2)
	o.check()
}

// TestRepairWaitsForPublish: between the inventory's withdrawal and the ledger's commit, nobody adds the seat again.
func TestRepairWaitsForPublish(t *testing.T) {
	o := newOffice(t, noPeople{})
	o.mustPublishUntil(3)
	repaired := make(chan error, 1)
	o.between.afterWithdraw = func() {
		hurried, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		bookingtest.WantCode(t, o.service.Repair(hurried, post), booking.CodeUnavailable)
		go func() { repaired <- o.service.Repair(context.WithoutCancel(t.Context()), post) }()
	}
	o.mustPublishUntil(2)
	o.wantOpenFree()
	if err := <-repaired; err != nil {
		t.Fatal(err)
	}
	o.wantOpenFree()
	o.check()
}

// TestOfficerCannotChooseTheMoment: a seat that came back is withdrawn and published anew.
func TestOfficerCannotChooseTheMoment(t *testing.T) {
	o := newOffice(t, noPeople{})
	o.mustPublishUntil(2)
	o.cancel(o.settled(uuid.New()))
	o.mustPublishUntil(0)
	o.mustPublishUntil(2)
	o.wantStates(map[booking.SeatState]int{booking.SeatReturned: 1, booking.SeatOpen: 1})
	o.wantOpenFree()
	o.clock.Advance(time.Hour)
	o.run("reopen", 1, o.service.Reopen)
	o.wantOpenFree()
	o.wantFree(2)
	o.check()
}

// noPeople knows nobody: everybody here asks for herself.
type noPeople struct{ booking.People }
