package bookingtest

import (
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
)

func holdSlot(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	r := d.ask(d.person, groupA, 20, 20)
	h := d.hold(r)
	now := d.h.Now().UTC().Truncate(time.Millisecond)
	want := booking.Hold{
		ID: r.ID, Consulate: d.post, Group: groupA, Service: r.Service, Seat: d.seat(groupA, 20, 1).ID,
		Slot:  booking.SlotID(string(d.post) + "-passport-" + d.day.Format("20060102") + "T0820Z"),
		Start: r.From, Minutes: 20, Person: d.person, Applicant: d.person, State: booking.HoldHeld, CreatedAt: now,
		ExpiresAt: now.Add(10 * time.Minute), LastExpiry: now.Add(15 * time.Minute), Nonce: r.Nonce,
	}
	if diff := cmp.Diff(want, h); diff != "" {
		d.Fatal(diff)
	}
	if n := d.freeCount(groupA); n != 1 {
		d.Fatalf("%d seats free, want 1", n)
	}
}

func holdWindow(d *desk) {
	d.publish(d.seat(groupA, 40, 1), d.seat(groupA, 20, 2), d.seat(groupA, 20, 1), d.seat(groupA, 0, 1))
	want := []booking.Seat{d.seat(groupA, 20, 1), d.seat(groupA, 20, 2), d.seat(groupA, 40, 1)}
	for _, seat := range want {
		if h := d.hold(d.ask(uuid.New(), groupA, 10, 60)); h.Seat != seat.ID {
			d.Fatalf("got %s, want %s", h.Seat, seat.ID)
		}
	}
	d.holdRefused(d.ask(uuid.New(), groupA, 10, 60), booking.CodeSoldOut)
}

func holdSoldOut(d *desk) {
	d.publish(d.seat(groupA, 0, 1))
	d.hold(d.ask(uuid.New(), groupA, 0, 0))
	for range 5 { // a refused request counts for nothing
		d.holdRefused(d.ask(d.person, groupA, 0, 0), booking.CodeSoldOut)
	}
	d.holdRefused(d.ask(d.person, groupB, 0, 0), booking.CodeSoldOut)
	d.publish(d.seat(groupA, 0, 2))
	d.hold(d.ask(d.person, groupA, 0, 0))
}

func holdPast(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	d.h.Advance(d.day.Add(8*time.Hour + time.Minute).Sub(d.h.Now()))
	d.holdRefused(d.ask(d.person, groupA, 0, 0), booking.CodeSoldOut)
	if h := d.hold(d.ask(d.person, groupA, 0, 60)); h.Seat != d.seat(groupA, 20, 1).ID {
		d.Fatalf("got %s", h.Seat)
	}
}

func holdAgain(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	d.must(d.inv.Publish(d.Context(), d.other, []booking.Seat{makeSeat(d.other, groupA, d.day, 1)}))
	first := d.hold(d.ask(d.person, groupA, 0, 0))
	for range 5 { // replays do not count either
		again := d.hold(d.ask(d.person, groupA, 20, 20))
		if diff := cmp.Diff(first, again); diff != "" {
			d.Fatal(diff)
		}
	}
	elsewhere := d.hold(makeRequest(d.other, d.person, groupA, d.day, d.day))
	if elsewhere.ID != first.ID {
		d.Fatal("a second hold at another post")
	}
	if n := d.freeCount(groupA); n != 1 {
		d.Fatalf("%d seats free, want 1", n)
	}
}

func holdSameID(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	r := d.ask(d.person, groupA, 0, 60)
	first := d.hold(r)
	if again := d.hold(r); again.Seat != first.Seat || d.freeCount(groupA) != 1 {
		d.Fatal("one identifier took two seats")
	}
	stranger := d.ask(uuid.New(), groupA, 0, 60)
	stranger.ID = r.ID
	d.holdRefused(stranger, booking.CodeHoldNotFound)
	d.must(d.inv.Release(d.Context(), r.ID))
	d.holdRefused(r, booking.CodeHoldNotFound)
	d.hold(d.ask(d.person, groupA, 0, 60)) // and the refusal did not block her
}

func holdElsewhere(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	child := uuid.New()
	r := d.ask(d.person, groupA, 0, 60)
	r.Applicant = child
	first := d.hold(r)
	second := d.ask(uuid.New(), groupA, 0, 60)
	second.Applicant = child
	d.holdRefused(second, booking.CodeHoldElsewhere)
	d.must(d.inv.Release(d.Context(), first.ID))
	second.ID = booking.NewHoldID(d.post, uuid.New())
	if h := d.hold(second); h.Person != second.Person || h.Applicant != child {
		d.Fatal("wrong owner")
	}
}

func holdOtherGroup(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupB, 0, 2))
	a, b := d.hold(d.ask(d.person, groupA, 0, 0)), d.hold(d.ask(d.person, groupB, 0, 0))
	if a.ID == b.ID || a.Seat == b.Seat {
		d.Fatal("one hold for two groups")
	}
}

// holdSignerLimit: a person with many children holds nine times a day for them, and three times for herself.
func holdSignerLimit(d *desk) {
	forChild := func() booking.HoldRequest {
		r := d.ask(d.person, groupA, 0, 500)
		r.Applicant = uuid.New()
		return r
	}
	for range 10 { // what finds no seat does not count
		d.holdRefused(forChild(), booking.CodeSoldOut)
	}
	for i := range 20 {
		d.publish(d.seat(groupA, 20*i, 1))
	}
	d.publish(d.seat(groupB, 0, 2))
	for range 9 {
		r := forChild()
		h := d.hold(r)
		for range 3 { // nor does asking again, with the same identifier or another
			d.hold(r)
			r.ID = booking.NewHoldID(d.post, uuid.New())
		}
		d.must(d.inv.Release(d.Context(), h.ID))
	}
	last := forChild()
	d.holdRefused(last, booking.CodeHoldLimit)
	last.Person = uuid.New()
	d.hold(last) // the refusal left no claim on the child
	d.hold(d.ask(d.person, groupA, 0, 500))
	other := forChild()
	other.Group = groupB
	d.hold(other)
	d.h.Advance(24 * time.Hour)
	d.hold(forChild())
}

func holdLimit(d *desk) {
	for i := range 6 {
		d.publish(d.seat(groupA, 20*i, 1))
	}
	for range 3 {
		d.must(d.inv.Release(d.Context(), d.hold(d.ask(d.person, groupA, 0, 200)).ID))
	}
	d.holdRefused(d.ask(d.person, groupA, 0, 200), booking.CodeHoldLimit)
	d.h.Advance(24 * time.Hour)
	d.hold(d.ask(d.person, groupA, 0, 200))
}

func holdBooked(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	_, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	appointment := uuid.New()
	d.must(d.inv.Settle(d.Context(), h, appointment))
	d.holdRefused(d.ask(d.person, groupA, 20, 20), booking.CodeAlreadyBooked)
	d.must(d.inv.Forget(d.Context(), d.person, groupA, uuid.New())) // not this one
	d.holdRefused(d.ask(d.person, groupA, 20, 20), booking.CodeAlreadyBooked)
	d.must(d.inv.Forget(d.Context(), d.person, groupA, appointment))
	d.hold(d.ask(d.person, groupA, 20, 20))
}

func badRequests(d *desk) {
	for name, spoil := range map[string]func(r *booking.HoldRequest){
		"no identifier":        func(r *booking.HoldRequest) { r.ID = "" },
		"identifier of others": func(r *booking.HoldRequest) { r.ID = booking.NewHoldID(d.other, uuid.New()) },
		"no group":             func(r *booking.HoldRequest) { r.Group = "" },
		"service with a bar":   func(r *booking.HoldRequest) { r.Service = "a|b" },
		"no time to live":      func(r *booking.HoldRequest) { r.TTL = 0 },
		"to before from":       func(r *booking.HoldRequest) { r.To = r.From.Add(-time.Minute) },
	} {
		r := d.ask(d.person, groupA, 0, 0)
		spoil(&r)
		if _, err := d.inv.Hold(d.Context(), r); booking.CodeOf(err) != booking.CodeInvalid {
			d.Errorf("%s: %v", name, err)
		}
	}
	_, err := d.inv.Find(d.Context(), "no hold; 'id")
	d.refused(err, booking.CodeHoldNotFound)
	d.refused(d.inv.Publish(d.Context(), d.other, []booking.Seat{d.seat(groupA, 0, 1)}), booking.CodeInvalid)
}

// manyPeople lets many people rush for a few seats: each seat goes once, nobody errs.
func manyPeople(d *desk) {
	const people, seats = 60, 7
	for i := range seats {
		d.publish(d.seat(groupA, 0, i))
	}
	var wg sync.WaitGroup
	holds, errs := make([]booking.Hold, people), make([]error, people)
	for i := range people {
		wg.Go(func() { holds[i], errs[i] = d.inv.Hold(d.Context(), d.ask(uuid.New(), groupA, 0, 0)) })
	}
	wg.Wait()
	taken := map[booking.SeatID]bool{}
	for i, h := range holds {
		switch {
		case errs[i] == nil && taken[h.Seat]:
			d.Fatalf("seat %s twice", h.Seat)
		case errs[i] == nil:
			taken[h.Seat] = true
		case !errors.Is(errs[i], &booking.Error{Code: booking.CodeSoldOut}):
			d.Fatal(errs[i])
		}
	}
	if len(taken) != seats {
		d.Fatalf("%d seats taken, want %d", len(taken), seats)
	}
}

// manyRequests lets one applicant ask many times at once: she gets one hold.
func manyRequests(d *desk) {
	for i := range 10 {
		d.publish(d.seat(groupA, 20*i, 1))
	}
	var wg sync.WaitGroup
	holds, errs := make([]booking.Hold, 40), make([]error, 40)
	for i := range holds {
		wg.Go(func() { holds[i], errs[i] = d.inv.Hold(d.Context(), d.ask(d.person, groupA, 0, 300)) })
	}
	wg.Wait()
	for i := range holds {
		d.must(errs[i])
		if holds[i].ID != holds[0].ID || holds[i].Seat != holds[0].Seat {
			d.Fatal("two holds of one applicant")
		}
	}
	if n := d.freeCount(groupA); n != 9 {
		d.Fatalf("%d seats free, want 9", n)
	}
}
