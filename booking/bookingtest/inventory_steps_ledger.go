package bookingtest

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
)

// confirm is the ledger's transaction: the inventory hears of it by settle or rebuild.
func (w *walk) confirm(r *rapid.T) {
	h, _ := w.model.live(w.holdID(r))
	if h == nil || h.State != booking.HoldConfirming {
		return
	}
	for _, a := range w.booked {
		claimed := a.current && a.hold.Applicant == h.Applicant && a.hold.Group == h.Group
		if a.hold.ID == h.ID || claimed || (a.current && a.hold.Seat == h.Seat) {
			return // the ledger's own claims refuse it
		}
	}
	w.booked = append(w.booked, modelAppointment{hold: h.Hold, id: uuid.New(), current: true})
}

// settle may come again and late, even after a cancellation.
func (w *walk) settle(r *rapid.T) {
	if len(w.booked) == 0 {
		return
	}
	a := &w.booked[rapid.IntRange(0, len(w.booked)-1).Draw(r, "appointment")]
	a.settled = true
	w.model.settle(a.hold, a.id)
	same(r, "settle", nil, nil, "", w.inv.Settle(w.ctx, a.hold, a.id))
}

func (w *walk) cancel(r *rapid.T) {
	if len(w.booked) == 0 {
		return
	}
	a := &w.booked[rapid.IntRange(0, len(w.booked)-1).Draw(r, "appointment")]
	if !a.settled {
		return
	}
	a.current = false
	w.model.forget(a.hold.Applicant, a.hold.Group, a.id)
	same(r, "forget", nil, nil, "", w.inv.Forget(w.ctx, a.hold.Applicant, a.hold.Group, a.id))
}

func (w *walk) withdraw(r *rapid.T) {
	c := w.post(r)
	ids := idsOf(w.someSeats(r, c))
	var want []booking.SeatID
	code := booking.Code("")
	if w.model.epoch[c] == "" {
		if len(ids) > 0 {
			code = booking.CodeNoInventory
		}
	} else {
		want = w.model.remove(ids)
	}
	got, err := w.inv.Withdraw(w.ctx, c, ids)
	same(r, "withdraw", want, got, code, err)
}

func (w *walk) sweep(r *rapid.T) {
	c, limit := w.post(r), rapid.IntRange(0, 3).Draw(r, "limit")
	want := w.model.sweep(c, limit)
	got, err := w.inv.Sweep(w.ctx, c, limit)
	same(r, "sweep", want, got, "", err)
}

// acknowledge tells the ledger of some ended holds, and sometimes names a hold that has not ended.
func (w *walk) acknowledge(r *rapid.T) {
	c := w.post(r)
	want := w.model.ended(c)
	got, err := w.inv.Ended(w.ctx, c, 100)
	same(r, "ended", want, got, "", err)
	var ids []booking.HoldID
	for _, e := range got[:rapid.IntRange(0, len(got)).Draw(r, "many")] {
		ids = append(ids, e.Hold)
	}
	if id := w.holdID(r); id.Consulate() == c {
		ids = append(ids, id)
	}
	w.model.acknowledge(ids)
	same(r, "acknowledge", nil, nil, "", w.inv.Acknowledge(w.ctx, c, ids))
}

func (w *walk) confirming(r *rapid.T) {
	c := w.post(r)
	age := rapid.SampledFrom([]time.Duration{0, 5 * time.Minute}).Draw(r, "age")
	got, err := w.inv.Confirming(w.ctx, c, age, 100)
	same(r, "confirming", w.model.confirming(c, age), got, "", err)
}

func (w *walk) wait(r *rapid.T) {
	d := rapid.SampledFrom([]time.Duration{time.Second, 4 * time.Minute, 6 * time.Minute, 11 * time.Minute, 9 * time.Hour}).Draw(r, "time")
	w.h.Advance(d)
	w.model.now = w.h.Now()
}

// rebuild loads what the ledger may know: some of the post's seats, and all appointments.
func (w *walk) rebuild(r *rapid.T) {
	c := w.post(r)
	seats := w.someSeats(r, c)
	seats = slices.DeleteFunc(seats, func(s booking.Seat) bool {
		return slices.ContainsFunc(w.booked, func(a modelAppointment) bool { return a.hold.Seat == s.ID })
	})
	left := idsOf(seats[:rapid.IntRange(0, len(seats)).Draw(r, "left")])
	w.rebuildPost(r, c, seats, left)
}

func (w *walk) rebuildPost(r *rapid.T, c booking.ConsulateID, seats []booking.Seat, left []booking.SeatID) {
	s := booking.Snapshot{Epoch: uuid.NewString(), Seats: seats}
	for _, a := range w.booked {
		if a.current {
			s.Active = append(s.Active, booking.ActiveClaim{Applicant: a.hold.Applicant, Group: a.hold.Group, Appointment: a.id})
		}
	}
	w.model.rebuild(c, s, left)
	err := w.inv.Rebuild(w.ctx, c, s, func(context.Context) ([]booking.SeatID, error) { return left, nil })
	same(r, "rebuild", nil, nil, "", err)
}

// lose empties the store; one post may stay without an epoch for a while.
func (w *walk) lose(r *rapid.T) {
	if rapid.IntRange(0, 3).Draw(r, "luck") > 0 {
		return
	}
	w.h.Lose()
	w.model = newInventoryModel(w.model.now)
	w.booked = slices.DeleteFunc(w.booked, func(a modelAppointment) bool { return !a.current })
	w.rebuildPost(r, w.posts[0], w.seatsOf(w.posts[0]), w.bookedSeats())
}

func (w *walk) bookedSeats() []booking.SeatID {
	var out []booking.SeatID
	for _, a := range w.booked {
		out = append(out, a.hold.Seat)
	}
	return out
}

// check compares what everybody may read, and the invariants.
func (w *walk) check(r *rapid.T) {
	for _, c := range w.posts {
		epoch, err := w.inv.Epoch(w.ctx, c)
		code := booking.Code("")
		if w.model.epoch[c] == "" {
			code = booking.CodeNoInventory
		}
		same(r, "epoch", w.model.epoch[c], epoch, code, err)
		for _, g := range []booking.GroupID{groupA, groupB} {
			var want []booking.FreeSlot
			if code == "" {
				want = w.model.free(c, g)
			}
			got, err := w.inv.Free(w.ctx, c, g, time.Unix(0, 0), w.model.now.Add(1000*time.Hour))
			same(r, "free", want, got, code, err)
		}
	}
	w.h.Check(w.ctx, r, w.posts...)
}
