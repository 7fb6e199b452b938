package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

// TestCycle walks at random through holding, confirming, cancelling, crashes at each step between hold and settle,
// and an inventory that loses everything, on both engines. At the end of each walk, when all ticks have run: what
// was acknowledged stands, and every seat is in exactly one place, open ones on offer again.
func TestCycle(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w := newWorldAt(t, servers.Database(t, migrate), e, nil)
		w.clock.Advance(-10 * 365 * 24 * time.Hour) // walks take hours of it each
		posts := 0
		rapid.Check(t, func(rt *rapid.T) {
			posts++
			walk := newWalk(w, rt, booking.ConsulateID(fmt.Sprintf("p%d", posts)))
			rt.Repeat(map[string]func(*rapid.T){
				"hold": walk.hold, "extend": walk.extend, "release": walk.release, "pin": walk.pin,
				"confirm": walk.confirm, "settle": walk.settle, "cancel": walk.cancel, "wait": walk.wait,
				"tick": walk.tick, "lose Redis": walk.loseRedis, "": walk.check,
			})
			walk.quiesce(rt)
		})
		w.check()
	})
}

const walkSeats = 4

// walk is one random walk at a post of its own. Each step of a confirmation is a step of its own: what is not
// followed by the next one is a process that died there.
type walk struct {
	*world
	post    booking.ConsulateID
	seats   []booking.Seat
	persons []uuid.UUID
	holds   []booking.Hold        // as their holders remember them, dead ones too
	pinned  []booking.Hold        // pinned, the ledger may not have been asked
	booked  []booking.Appointment // acknowledged and not cancelled
	pending []booking.Appointment // all that were ever acknowledged: their settle jobs come at any time, or twice
	ended   []booking.Appointment // cancelled
}

func newWalk(w *world, rt *rapid.T, post booking.ConsulateID) *walk {
	k := &walk{world: w, post: post, seats: bookingtest.PublishSeats(w.T, w.ledger, post, walkSeats)}
	for range 5 {
		k.persons = append(k.persons, uuid.New())
	}
	k.must(rt, "first rebuild", k.ensure())
	return k
}

func (k *walk) ensure() error {
	_, err := k.service.Ensure(k.Context(), k.post)
	return err
}

// must takes an error only when its code is among the allowed ones.
func (k *walk) must(rt *rapid.T, what string, err error, allowed ...booking.Code) bool {
	if err != nil && !slices.Contains(allowed, booking.CodeOf(err)) {
		rt.Fatalf("%s: %v", what, err)
	}
	return err == nil
}

func draw[T any](rt *rapid.T, what string, from []T) (T, bool) {
	if len(from) == 0 {
		var none T
		return none, false
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(rt, what)], true
}

func (k *walk) hold(rt *rapid.T) {
	person, _ := draw(rt, "person", k.persons)
	h, err := k.holdFor(person)
	if k.must(rt, "hold", err, booking.CodeSoldOut, booking.CodeNoInventory, booking.CodeAlreadyBooked) &&
		!slices.ContainsFunc(k.holds, func(o booking.Hold) bool { return o.ID == h.ID }) {
		k.holds = append(k.holds, h)
	}
}

func (k *walk) holdFor(person uuid.UUID) (booking.Hold, error) {
	return k.inventory.Hold(k.Context(), booking.HoldRequest{
		ID: booking.NewHoldID(k.post, uuid.New()), Consulate: k.post, Group: bookingtest.TestGroup, Service: "passport-adult",
		Window: "any", From: k.seats[0].Start, To: k.seats[walkSeats-1].Start, Person: person, Applicant: person,
		Nonce: fmt.Sprintf("%x", uuid.New()), TTL: 10 * time.Minute, Extension: 5 * time.Minute, DailyLimit: 99,
	})
}

func (k *walk) extend(rt *rapid.T) {
	if h, ok := draw(rt, "hold", k.holds); ok {
		_, err := k.inventory.Extend(k.Context(), h.ID)
		k.must(rt, "extend", err, booking.CodeHoldNotFound, booking.CodeHoldExpired, booking.CodeHoldConfirming,
			booking.CodeAlreadyExtended, booking.CodeNoInventory)
	}
}

func (k *walk) release(rt *rapid.T) {
	if h, ok := draw(rt, "hold", k.holds); ok {
		err := k.inventory.Release(k.Context(), h.ID)
		k.must(rt, "release", err, booking.CodeHoldNotFound, booking.CodeHoldExpired, booking.CodeHoldConfirming, booking.CodeNoInventory)
	}
}

func (k *walk) pin(rt *rapid.T) {
	if h, ok := draw(rt, "hold", k.holds); ok {
		h, err := k.inventory.Pin(k.Context(), h.ID)
		if k.must(rt, "pin", err, booking.CodeHoldNotFound, booking.CodeHoldExpired, booking.CodeNoInventory) {
			k.pinned = append(k.pinned, h)
		}
	}
}

// confirm asks the ledger about a hold that was pinned at some time, perhaps in an inventory long lost.
func (k *walk) confirm(rt *rapid.T) {
	h, ok := draw(rt, "pinned", k.pinned)
	if !ok {
		return
	}
	a, err := k.ledger.Confirm(k.Context(), bookingtest.Sign(h))
	if k.must(rt, "confirm", err, booking.CodeSeatTaken, booking.CodeAlreadyBooked, booking.CodeAlreadyConfirmed) {
		k.booked, k.pending = append(k.booked, a), append(k.pending, a)
		return
	}
	if booking.CodeOf(err) != booking.CodeAlreadyConfirmed && rapid.Bool().Draw(rt, "lives to abandon") {
		k.must(rt, "abandon", k.inventory.Abandon(k.Context(), h.ID), booking.CodeHoldNotFound, booking.CodeNoInventory)
	}
}

func (k *walk) settle(rt *rapid.T) {
	if a, ok := draw(rt, "pending", k.pending); ok {
		k.must(rt, "settle", k.service.SettleAppointment(k.Context(), a.ID))
	}
}

func (k *walk) cancel(rt *rapid.T) {
	a, ok := draw(rt, "appointment", k.booked)
	if !ok {
		return
	}
	_, err := k.ledger.Cancel(k.Context(), booking.Cancellation{
		Appointment: a.ID, Person: a.Person, Now: k.clock.Time(), ReopenAt: k.clock.Time().Add(reopenAfter),
	})
	k.must(rt, "cancel", err)
	k.booked = slices.DeleteFunc(k.booked, func(o booking.Appointment) bool { return o.ID == a.ID })
	k.ended = append(k.ended, a)
	if rapid.Bool().Draw(rt, "lives to forget") {
		k.must(rt, "forget", k.service.ForgetAppointment(k.Context(), a.ID))
	}
}

func (k *walk) wait(rt *rapid.T) {
	spans := []time.Duration{time.Second, 40 * time.Second, 6 * time.Minute, 16 * time.Minute, reopenAfter}
	span, _ := draw(rt, "span", spans)
	k.clock.Advance(span)
}

func (k *walk) tick(rt *rapid.T) {
	ctx := k.Context()
	var err error
	switch rapid.SampledFrom([]string{"ensure", "sweep", "reopen", "reconcile", "repair"}).Draw(rt, "tick") {
	case "ensure":
		err = k.ensure()
	case "sweep":
		_, err = k.service.Sweep(ctx, k.post)
	case "reopen":
		_, err = k.service.Reopen(ctx)
	case "reconcile":
		_, err = k.service.Reconcile(ctx, k.post)
	case "repair":
		err = k.service.Repair(ctx, k.post)
	}
	k.must(rt, "tick", err)
}

func (k *walk) loseRedis(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "really at 0") == 0 {
		k.lose()
	}
}

func (k *walk) inspected() bookingtest.Inspector {
	return k.world.inventory.Inventory.(*redisinv.Inventory)
}

func (k *walk) check(rt *rapid.T) {
	bookingtest.CheckInvariants(k.Context(), rt, k.inspected(), k.post)
}

// quiesce lets time pass and everything run that runs by itself, jobs included, and takes stock.
func (k *walk) quiesce(rt *rapid.T) {
	ctx := k.Context()
	work := func() {
		for _, a := range k.pending {
			k.must(rt, "the settle job", k.service.SettleAppointment(ctx, a.ID))
		}
		for _, a := range k.ended {
			k.must(rt, "the forget job", k.service.ForgetAppointment(ctx, a.ID))
		}
	}
	work()
	for _, pause := range []time.Duration{0, 16 * time.Minute, reopenAfter, reopenAfter} {
		k.clock.Advance(pause)
		k.must(rt, "ensure", k.ensure())
		_, err := k.service.Reconcile(ctx, k.post)
		k.must(rt, "reconcile", err)
		_, err = k.service.Sweep(ctx, k.post)
		k.must(rt, "sweep", err)
		_, err = k.service.Reopen(ctx)
		k.must(rt, "reopen", err)
		k.must(rt, "repair", k.service.Repair(ctx, k.post))
	}
	work() // again, very late
	k.takeStock(rt)
}

func (k *walk) takeStock(rt *rapid.T) {
	ctx := k.Context()
	week, err := k.ledger.Week(ctx, k.post, bookingtest.TestWeek)
	k.must(rt, "read the week", err)
	states := map[booking.SeatState]int{}
	for _, s := range week.Seats {
		states[s.State]++
	}
	slots, err := k.world.inventory.Free(ctx, k.post, bookingtest.TestGroup, k.seats[0].Start, k.seats[walkSeats-1].Start)
	k.must(rt, "count free seats", err)
	free := 0
	for _, s := range slots {
		free += s.Seats
	}
	if states[booking.SeatBooked] != len(k.booked) || states[booking.SeatOpen] != walkSeats-len(k.booked) || free != states[booking.SeatOpen] {
		rt.Fatalf("at rest: %d acknowledged, the ledger has %v, %d can be held", len(k.booked), states, free)
	}
	for _, a := range k.booked {
		if got, err := k.ledger.Appointment(ctx, a.ID); err != nil || got.State != booking.AppointmentBooked || got.Seat != a.Seat {
			rt.Fatalf("an acknowledged appointment is %s, %v", got.State, err)
		}
	}
	k.check(rt)
	for _, person := range k.persons {
		booked := slices.ContainsFunc(k.booked, func(a booking.Appointment) bool { return a.Applicant == person })
		want := map[bool]booking.Code{true: booking.CodeAlreadyBooked, false: ""}[booked]
		if free == 0 && !booked {
			want = booking.CodeSoldOut
		}
		if _, err := k.holdFor(person); booking.CodeOf(err) != want {
			rt.Fatalf("at rest, with %d seats free: %v, want %q", free, err, want)
		} else if err == nil {
			free--
		}
	}
}
