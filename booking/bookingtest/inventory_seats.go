package bookingtest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"chesna/booking"
)

func freeSlots(d *desk) {
	d.publish(d.seat(groupA, 20, 1), d.seat(groupA, 0, 1), d.seat(groupA, 20, 2), d.seat(groupB, 40, 1), d.seat(groupA, 60, 1))
	start := d.day.Add(8 * time.Hour)
	slots, err := d.inv.Free(d.Context(), d.post, groupA, start, start.Add(59*time.Minute))
	d.must(err)
	want := []booking.FreeSlot{{Start: start, Seats: 1}, {Start: start.Add(20 * time.Minute), Seats: 2}}
	if diff := cmp.Diff(want, slots); diff != "" {
		d.Fatal(diff)
	}
	d.h.Advance(start.Add(time.Minute).Sub(d.h.Now()))
	if slots, err = d.inv.Free(d.Context(), d.post, groupA, start, start); err != nil || len(slots) != 0 {
		d.Fatalf("a past start is free: %v %v", slots, err)
	}
}

func publishTwice(d *desk) {
	seats := []booking.Seat{d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupA, 40, 1)}
	d.publish(seats...)
	d.hold(d.ask(uuid.New(), groupA, 0, 0))
	d.must(d.inv.Release(d.Context(), d.hold(d.ask(uuid.New(), groupA, 20, 20)).ID))
	d.publish(seats...)
	d.publish()
	if n := d.freeCount(groupA); n != 1 {
		d.Fatalf("%d seats free, want 1", n)
	}
	many := make([]booking.Seat, 450)
	for i := range many {
		many[i] = d.seat(groupB, i, 2)
	}
	d.publish(many...)
	if n := d.freeCount(groupB); n != 450 {
		d.Fatalf("%d seats free, want 450", n)
	}
}

func withdrawSeats(d *desk) {
	seats := []booking.Seat{d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupB, 40, 1), d.seat(groupB, 60, 1)}
	d.publish(seats...)
	live := d.hold(d.ask(uuid.New(), groupA, 0, 0))
	d.must(d.inv.Release(d.Context(), d.hold(d.ask(uuid.New(), groupB, 60, 60)).ID))
	ids := []booking.SeatID{"unknown"}
	for _, s := range seats {
		ids = append(ids, s.ID)
	}
	held, err := d.inv.Withdraw(d.Context(), d.post, ids)
	d.must(err)
	if diff := cmp.Diff([]booking.SeatID{live.Seat}, held); diff != "" {
		d.Fatal(diff)
	}
	if d.freeCount(groupA)+d.freeCount(groupB) != 0 {
		d.Fatal("withdrawn seats are free")
	}
	if held, err = d.inv.Withdraw(d.Context(), d.post, nil); err != nil || len(held) != 0 {
		d.Fatalf("withdraw nothing: %v %v", held, err)
	}
}

func freeSeats(d *desk) {
	free := func(want ...booking.Seat) {
		d.Helper()
		got, err := d.inv.FreeSeats(d.Context(), d.post)
		d.must(err)
		if diff := cmp.Diff(slices.Sorted(slices.Values(idsOf(want))), got, cmpopts.EquateEmpty()); diff != "" {
			d.Fatal(diff)
		}
	}
	free()
	a, b, c, e := d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupB, 40, 1), d.seat(groupB, 60, 1)
	d.publish(a, b, c, e)
	d.hold(d.ask(uuid.New(), groupA, 0, 0))
	d.must(d.inv.Release(d.Context(), d.hold(d.ask(uuid.New(), groupB, 60, 60)).ID))
	free(b, c)
	d.h.Advance(d.day.Add(48 * time.Hour).Sub(d.h.Now())) // past ones are named too
	free(b, c)
	many := make([]booking.Seat, 450)
	for i := range many {
		many[i] = d.seat(groupA, i, 3)
	}
	d.publish(many...)
	free(append([]booking.Seat{b, c}, many...)...)
	_, err := d.inv.FreeSeats(d.Context(), randomPost())
	d.refused(err, booking.CodeNoInventory)
}

func endedAcknowledge(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupA, 40, 1))
	var ids []booking.HoldID
	for range 3 {
		h := d.hold(d.ask(uuid.New(), groupA, 0, 60))
		ids = append(ids, h.ID)
	}
	for _, i := range []int{1, 0} {
		d.must(d.inv.Release(d.Context(), ids[i]))
		d.h.Advance(time.Second)
	}
	list, err := d.inv.Ended(d.Context(), d.post, 1)
	d.must(err)
	if len(list) != 1 || list[0].Hold != ids[1] {
		d.Fatalf("the first to end is %v, want %s", list, ids[1])
	}
	// Acknowledging a live or unknown hold does nothing.
	d.must(d.inv.Acknowledge(d.Context(), d.post, []booking.HoldID{ids[1], ids[2], booking.NewHoldID(d.post, uuid.New())}))
	d.must(d.inv.Acknowledge(d.Context(), d.post, []booking.HoldID{ids[1]}))
	if list := d.ended(); len(list) != 1 || list[0].Hold != ids[0] {
		d.Fatalf("left: %v", list)
	}
	_, err = d.inv.Find(d.Context(), ids[2])
	d.must(err)
	d.refused(d.inv.Release(d.Context(), ids[1]), booking.CodeHoldNotFound)
}

func endedComesBack(d *desk) {
	seat := d.seat(groupA, 0, 1)
	d.publish(seat)
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.must(d.inv.Release(d.Context(), h.ID))
	d.publish(seat) // too early: the ledger does not know yet
	if n := d.freeCount(groupA); n != 0 {
		d.Fatal("an ended seat is free")
	}
	d.must(d.inv.Acknowledge(d.Context(), d.post, []booking.HoldID{h.ID}))
	if n := d.freeCount(groupA); n != 0 {
		d.Fatal("an acknowledged seat is free")
	}
	d.publish(seat)
	if again := d.hold(d.ask(uuid.New(), groupA, 0, 0)); again.Seat != seat.ID {
		d.Fatal("the seat did not come back")
	}
}

func sweepLimit(d *desk) {
	for i := range 5 {
		d.publish(d.seat(groupA, 20*i, 1))
		d.hold(d.ask(uuid.New(), groupA, 0, 200))
	}
	d.h.Advance(11 * time.Minute)
	for _, want := range []int{2, 2, 1, 0} {
		if n, err := d.inv.Sweep(d.Context(), d.post, 2); n != want || err != nil {
			d.Fatalf("swept %d (%v), want %d", n, err, want)
		}
	}
	for _, e := range d.ended() {
		if e.Reason != booking.EndExpired {
			d.Fatalf("reason %s", e.Reason)
		}
	}
	if len(d.ended()) != 5 {
		d.Fatal("ended holds are missing")
	}
}

func noEpoch(d *desk) {
	c := randomPost()
	seat := makeSeat(c, groupA, d.day, 1)
	_, err := d.inv.Hold(d.Context(), makeRequest(c, d.person, groupA, d.day, d.day))
	d.refused(err, booking.CodeNoInventory)
	var e *booking.Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		d.Fatal("no word on when to try again")
	}
	_, err = d.inv.Free(d.Context(), c, groupA, d.day, d.day)
	d.refused(err, booking.CodeNoInventory)
	_, err = d.inv.Epoch(d.Context(), c)
	d.refused(err, booking.CodeNoInventory)
	d.refused(d.inv.Publish(d.Context(), c, []booking.Seat{seat}), booking.CodeNoInventory)
	_, err = d.inv.Withdraw(d.Context(), c, []booking.SeatID{seat.ID})
	d.refused(err, booking.CodeNoInventory)
	for range 5 { // and it does not count against her
		_, err = d.inv.Hold(d.Context(), makeRequest(c, d.person, groupA, d.day, d.day))
		d.refused(err, booking.CodeNoInventory)
	}
	d.publish(d.seat(groupA, 0, 1))
	d.hold(d.ask(d.person, groupA, 0, 0))
}

func rebuildKeeps(d *desk) {
	seats := []booking.Seat{d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupA, 40, 1), d.seat(groupA, 60, 1), d.seat(groupA, 80, 1)}
	d.publish(seats[:4]...)
	held := d.hold(d.ask(d.person, groupA, 0, 0))
	pinned := d.hold(d.ask(uuid.New(), groupA, 0, 60))
	_, err := d.inv.Pin(d.Context(), pinned.ID)
	d.must(err)
	ended := d.hold(d.ask(uuid.New(), groupA, 0, 60))
	d.must(d.inv.Release(d.Context(), ended.ID))
	booked := uuid.New()
	s := booking.Snapshot{
		Epoch: "second", Seats: []booking.Seat{seats[0], seats[1], seats[2], seats[4]}, // the fourth is not open any more
		Active: []booking.ActiveClaim{{Applicant: booked, Group: groupA, Appointment: uuid.New()}},
	}
	d.must(d.inv.Rebuild(d.Context(), d.post, s, nil))
	if epoch, err := d.inv.Epoch(d.Context(), d.post); err != nil || epoch != "second" {
		d.Fatalf("epoch %q, %v", epoch, err)
	}
	if again := d.hold(d.ask(d.person, groupA, 0, 200)); again.ID != held.ID {
		d.Fatal("the live hold is gone")
	}
	if found, err := d.inv.Find(d.Context(), pinned.ID); err != nil || found.State != booking.HoldConfirming {
		d.Fatalf("the confirming hold: %v, %v", found, err)
	}
	if list := d.ended(); len(list) != 1 || list[0].Hold != ended.ID {
		d.Fatalf("ended: %v", list)
	}
	d.holdRefused(d.ask(booked, groupA, 0, 200), booking.CodeAlreadyBooked)
	if h := d.hold(d.ask(uuid.New(), groupA, 0, 200)); h.Seat != seats[4].ID {
		d.Fatalf("got %s", h.Seat)
	}
	d.holdRefused(d.ask(uuid.New(), groupA, 0, 200), booking.CodeSoldOut)
}

func rebuildReplays(d *desk) {
	seats := []booking.Seat{d.seat(groupA, 0, 1), d.seat(groupA, 20, 1)}
	s := booking.Snapshot{Epoch: "second", Seats: seats}
	err := d.inv.Rebuild(d.Context(), d.post, s, func(ctx context.Context) ([]booking.SeatID, error) {
		_, err := d.inv.Hold(ctx, d.ask(d.person, groupA, 0, 60))
		d.refused(err, booking.CodeNoInventory) // nothing is given before the replay
		return []booking.SeatID{seats[0].ID, "unknown"}, nil
	})
	d.must(err)
	if h := d.hold(d.ask(d.person, groupA, 0, 60)); h.Seat != seats[1].ID {
		d.Fatalf("got %s", h.Seat)
	}
}

func rebuildAfterLoss(d *desk) {
	seat := d.seat(groupA, 0, 1)
	d.publish(seat)
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.h.Lose()
	d.holdRefused(d.ask(uuid.New(), groupA, 0, 0), booking.CodeNoInventory)
	d.rebuild(d.other)
	d.rebuild(d.post, seat)
	_, err := d.inv.Find(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldNotFound)
	d.hold(d.ask(uuid.New(), groupA, 0, 0))
}

func rebuildFails(d *desk) {
	d.publish(d.seat(groupA, 0, 1))
	failure := errors.New("the ledger is away")
	s := booking.Snapshot{Epoch: "second", Seats: []booking.Seat{d.seat(groupA, 0, 1)}}
	err := d.inv.Rebuild(d.Context(), d.post, s, func(context.Context) ([]booking.SeatID, error) { return nil, failure })
	if !errors.Is(err, failure) {
		d.Fatalf("got %v", err)
	}
	d.holdRefused(d.ask(d.person, groupA, 0, 0), booking.CodeNoInventory)
	d.must(d.inv.Rebuild(d.Context(), d.post, s, nil))
	d.hold(d.ask(d.person, groupA, 0, 0))
	d.refused(d.inv.Rebuild(d.Context(), d.post, booking.Snapshot{}, nil), booking.CodeInvalid)
}
