package bookingtest

import (
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
)

func findCurrent(d *desk) {
	_, err := d.inv.Find(d.Context(), booking.NewHoldID(d.post, uuid.New()))
	d.refused(err, booking.CodeHoldNotFound)
	_, err = d.inv.Current(d.Context(), d.person, groupA)
	d.refused(err, booking.CodeHoldNotFound)
	d.publish(d.seat(groupA, 0, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	found, err := d.inv.Find(d.Context(), h.ID)
	d.must(err)
	current, err := d.inv.Current(d.Context(), d.person, groupA)
	d.must(err)
	if diff := cmp.Diff([]booking.Hold{h, h}, []booking.Hold{found, current}); diff != "" {
		d.Fatal(diff)
	}
	_, err = d.inv.Current(d.Context(), d.person, groupB)
	d.refused(err, booking.CodeHoldNotFound)
}

func extendOnce(d *desk) {
	d.publish(d.seat(groupA, 0, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.h.Advance(9 * time.Minute)
	longer, err := d.inv.Extend(d.Context(), h.ID)
	d.must(err)
	if !longer.Extended || !longer.ExpiresAt.Equal(h.LastExpiry) || !longer.LastExpiry.Equal(h.LastExpiry) {
		d.Fatalf("extended to %s, want %s", longer.ExpiresAt, h.LastExpiry)
	}
	_, err = d.inv.Extend(d.Context(), h.ID)
	d.refused(err, booking.CodeAlreadyExtended)
	d.h.Advance(5 * time.Minute)
	_, err = d.inv.Find(d.Context(), h.ID)
	d.must(err)
	d.h.Advance(time.Minute)
	_, err = d.inv.Extend(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldExpired)
	_, err = d.inv.Extend(d.Context(), booking.NewHoldID(d.post, uuid.New()))
	d.refused(err, booking.CodeHoldNotFound)
}

func holdExpires(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.h.Advance(10*time.Minute - time.Second)
	if n, err := d.inv.Sweep(d.Context(), d.post, 10); n != 0 || err != nil {
		d.Fatalf("swept %d (%v) before the time", n, err)
	}
	d.h.Advance(time.Second)
	_, err := d.inv.Find(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldExpired)
	_, err = d.inv.Current(d.Context(), d.person, groupA)
	d.refused(err, booking.CodeHoldNotFound)
	_, err = d.inv.Pin(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldExpired)
	next := d.hold(d.ask(d.person, groupA, 0, 60)) // the dead hold does not block her, swept or not
	if next.Seat != d.seat(groupA, 20, 1).ID {
		d.Fatal("the seat of a hold that is over went to somebody")
	}
	if n, err := d.inv.Sweep(d.Context(), d.post, 10); n != 1 || err != nil {
		d.Fatalf("swept %d (%v), want 1", n, err)
	}
	if n, err := d.inv.Sweep(d.Context(), d.post, 10); n != 0 || err != nil {
		d.Fatalf("swept %d (%v) again", n, err)
	}
	if current, err := d.inv.Current(d.Context(), d.person, groupA); err != nil || current.ID != next.ID {
		d.Fatalf("the sweep took her new hold: %v", err)
	}
	_, err = d.inv.Find(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldExpired)
}

func releaseHold(d *desk) {
	d.publish(d.seat(groupA, 0, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.must(d.inv.Release(d.Context(), h.ID))
	d.must(d.inv.Release(d.Context(), h.ID))
	_, err := d.inv.Find(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldNotFound)
	d.refused(d.inv.Release(d.Context(), booking.NewHoldID(d.post, uuid.New())), booking.CodeHoldNotFound)
	d.holdRefused(d.ask(uuid.New(), groupA, 0, 0), booking.CodeSoldOut) // never free again by itself
	want := []booking.EndedHold{{
		Hold: h.ID, Seat: h.Seat, Consulate: d.post, Group: groupA, Person: d.person, Applicant: d.person, Reason: booking.EndReleased,
	}}
	if diff := cmp.Diff(want, d.ended()); diff != "" {
		d.Fatal(diff)
	}
}

func pinHold(d *desk) {
	d.publish(d.seat(groupA, 0, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	pinned, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	again, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	h.State = booking.HoldConfirming
	if diff := cmp.Diff([]booking.Hold{h, h}, []booking.Hold{pinned, again}); diff != "" {
		d.Fatal(diff)
	}
	d.refused(d.inv.Release(d.Context(), h.ID), booking.CodeHoldConfirming)
	_, err = d.inv.Extend(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldConfirming)
	d.h.Advance(time.Hour)
	if n, err := d.inv.Sweep(d.Context(), d.post, 10); n != 0 || err != nil {
		d.Fatalf("swept %d (%v) confirming holds", n, err)
	}
	current, err := d.inv.Current(d.Context(), d.person, groupA)
	d.must(err)
	if current.State != booking.HoldConfirming {
		d.Fatal("not confirming")
	}
	if got := d.hold(d.ask(d.person, groupA, 0, 0)); got.ID != h.ID {
		d.Fatal("a second hold beside a confirming one")
	}
}

func abandonHold(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.refused(d.inv.Abandon(d.Context(), h.ID), booking.CodeHoldNotFound) // not pinned
	_, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	d.must(d.inv.Abandon(d.Context(), h.ID))
	d.must(d.inv.Abandon(d.Context(), h.ID))
	if list := d.ended(); len(list) != 1 || list[0].Reason != booking.EndRefused {
		d.Fatalf("ended: %v", list)
	}
	d.hold(d.ask(d.person, groupA, 0, 60))
}

func settleHold(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	_, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	appointment := uuid.New()
	d.must(d.inv.Settle(d.Context(), h, appointment))
	d.must(d.inv.Settle(d.Context(), h, appointment))
	_, err = d.inv.Find(d.Context(), h.ID)
	d.refused(err, booking.CodeHoldNotFound)
	_, err = d.inv.Current(d.Context(), d.person, groupA)
	d.refused(err, booking.CodeHoldNotFound)
	if len(d.ended()) != 0 || d.freeCount(groupA) != 1 {
		d.Fatal("the seat of an appointment is still here")
	}
}

// settleLost settles a hold that was lost while its seat was loaded again as free.
func settleLost(d *desk) {
	seat := d.seat(groupA, 0, 1)
	d.publish(seat)
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	d.h.Lose()
	d.rebuild(d.other)
	d.rebuild(d.post, seat)
	d.must(d.inv.Settle(d.Context(), h, uuid.New()))
	if n := d.freeCount(groupA); n != 0 {
		d.Fatal("a booked seat is free")
	}
	d.holdRefused(d.ask(d.person, groupA, 0, 60), booking.CodeAlreadyBooked)
}

// settleLate settles, by a job that was late, an appointment that was cancelled meanwhile.
func settleLate(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1))
	h := d.hold(d.ask(d.person, groupA, 0, 0))
	_, err := d.inv.Pin(d.Context(), h.ID)
	d.must(err)
	appointment := uuid.New()
	d.must(d.inv.Forget(d.Context(), d.person, groupA, appointment))
	d.must(d.inv.Settle(d.Context(), h, appointment))
	if got := d.hold(d.ask(d.person, groupA, 0, 60)); got.Seat != d.seat(groupA, 20, 1).ID {
		d.Fatalf("got %s", got.Seat)
	}
}

func confirmingByAge(d *desk) {
	d.publish(d.seat(groupA, 0, 1), d.seat(groupA, 20, 1), d.seat(groupA, 40, 1))
	var ids []booking.HoldID
	for range 3 {
		h := d.hold(d.ask(uuid.New(), groupA, 0, 60))
		ids = append(ids, h.ID)
	}
	for _, id := range ids[:2] {
		_, err := d.inv.Pin(d.Context(), id)
		d.must(err)
		d.h.Advance(time.Minute)
	}
	list, err := d.inv.Confirming(d.Context(), d.post, 90*time.Second, 10)
	d.must(err)
	if len(list) != 1 || list[0].ID != ids[0] || list[0].State != booking.HoldConfirming {
		d.Fatalf("confirming for 90 s: %v", list)
	}
	if list, err = d.inv.Confirming(d.Context(), d.post, 0, 10); err != nil || len(list) != 2 {
		d.Fatalf("confirming: %v, %v", list, err)
	}
}

func pingAnswers(d *desk) { d.must(d.inv.Ping(d.Context())) }
