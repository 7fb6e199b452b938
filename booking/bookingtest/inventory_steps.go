package bookingtest

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
)

// InventoryModel compares an inventory with a model over random steps, and checks the invariants after each.
// The inventory must answer from its store (no gate), and nobody else may use the store: a step loses it all.
func InventoryModel(t *testing.T, factory InventoryFactory) {
	t.Helper()
	h := factory(t)
	rapid.Check(t, func(r *rapid.T) {
		w := newWalk(t.Context(), r, h)
		r.Repeat(map[string]func(*rapid.T){
			"publish": w.publish, "hold": w.hold, "hold more": w.hold, "hold again": w.hold, "find": w.find, "current": w.current,
			"extend": w.extend, "release": w.release, "pin": w.pin, "pin more": w.pin, "abandon": w.abandon, "confirm": w.confirm,
			"settle": w.settle, "cancel": w.cancel, "withdraw": w.withdraw, "sweep": w.sweep, "acknowledge": w.acknowledge,
			"confirming": w.confirming, "wait": w.wait, "rebuild": w.rebuild, "lose": w.lose, "": w.check,
		})
	})
}

// walk is one run of random steps.
type walk struct {
	ctx    context.Context // kept because rapid's actions take only their T
	h      InventoryHarness
	inv    booking.Inventory
	model  *inventoryModel
	posts  []booking.ConsulateID
	people []uuid.UUID // the last one is a child: never a person who acts
	seats  []booking.Seat
	known  []booking.Hold // every hold that was ever made
	booked []modelAppointment
}

// modelAppointment is an appointment as the ledger knows it.
type modelAppointment struct {
	hold             booking.Hold
	id               uuid.UUID
	settled, current bool
}

func newWalk(ctx context.Context, r *rapid.T, h InventoryHarness) *walk {
	w := &walk{
		ctx: ctx, h: h, inv: h.Inventory, model: newInventoryModel(h.Now()), posts: []booking.ConsulateID{randomPost(), randomPost()},
		people: []uuid.UUID{uuid.New(), uuid.New(), uuid.New()},
	}
	day := h.Now().UTC().Truncate(24 * time.Hour)
	for _, c := range w.posts {
		for counter := 1; counter <= 4; counter++ {
			g := groupA
			if counter == 4 {
				g = groupB
			}
			for _, at := range []time.Duration{30 * time.Hour, 31 * time.Hour, 80 * time.Hour} {
				w.seats = append(w.seats, makeSeat(c, g, day.Add(at), counter))
			}
		}
		w.rebuildPost(r, c, w.seatsOf(c), nil)
	}
	return w
}

func (w *walk) seatsOf(c booking.ConsulateID) []booking.Seat {
	return slices.DeleteFunc(slices.Clone(w.seats), func(s booking.Seat) bool { return s.Consulate != c })
}

func (w *walk) post(r *rapid.T) booking.ConsulateID {
	return rapid.SampledFrom(w.posts).Draw(r, "post")
}

func (w *walk) group(r *rapid.T) booking.GroupID {
	return rapid.SampledFrom([]booking.GroupID{groupA, groupA, groupB}).Draw(r, "group")
}

// someSeats draws seats of a post.
func (w *walk) someSeats(r *rapid.T, c booking.ConsulateID) []booking.Seat {
	bits := rapid.Uint16().Draw(r, "seats")
	var out []booking.Seat
	for i, s := range w.seatsOf(c) {
		if bits>>i&1 == 1 {
			out = append(out, s)
		}
	}
	return out
}

func idsOf(seats []booking.Seat) []booking.SeatID {
	out := make([]booking.SeatID, len(seats))
	for i, s := range seats {
		out[i] = s.ID
	}
	return out
}

// holdID draws the identifier of a hold that was made once, or one that nobody has.
func (w *walk) holdID(r *rapid.T) booking.HoldID {
	i := rapid.IntRange(0, len(w.known)).Draw(r, "hold")
	if i == len(w.known) {
		return booking.NewHoldID(w.posts[0], uuid.UUID{1})
	}
	return w.known[len(w.known)-1-i].ID // the youngest are the most likely when rapid shrinks
}

func same(r *rapid.T, what string, want, got any, wantCode booking.Code, err error) {
	r.Helper()
	if booking.CodeOf(err) != wantCode || (err != nil && wantCode == "") {
		r.Fatalf("%s: %v, want %q", what, err, wantCode)
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		r.Fatalf("%s: %s", what, diff)
	}
}

func (w *walk) publish(r *rapid.T) {
	c := w.post(r)
	seats := w.someSeats(r, c)
	code := booking.Code("")
	if w.model.epoch[c] == "" && len(seats) > 0 {
		code = booking.CodeNoInventory
	} else {
		w.model.add(seats)
	}
	same(r, "publish", nil, nil, code, w.inv.Publish(w.ctx, c, seats))
}

func (w *walk) hold(r *rapid.T) {
	c, g := w.post(r), w.group(r)
	starts := w.seatsOf(c)
	from := rapid.SampledFrom(starts).Draw(r, "from").Start
	to := from
	if rapid.Bool().Draw(r, "window") {
		to = from.Add(2 * time.Hour)
	}
	q := makeRequest(c, rapid.SampledFrom(w.people[:2]).Draw(r, "person"), g, from, to)
	if rapid.IntRange(0, 2).Draw(r, "for another") == 0 {
		q.Applicant = rapid.SampledFrom(w.people).Draw(r, "applicant")
	}
	if id := w.holdID(r); rapid.IntRange(0, 5).Draw(r, "reuse") == 0 && w.model.holds[id] != nil && id.Consulate() == c {
		q.ID = id
	}
	q.Nonce = hex.EncodeToString([]byte(strings.Repeat("n", 16)))
	q.DailyLimit = 4
	want, code := w.model.hold(q)
	got, err := w.inv.Hold(w.ctx, q)
	same(r, "hold", want, got, code, err)
	if err == nil && got.ID == q.ID {
		w.known = append(w.known, got)
	}
}

func (w *walk) find(r *rapid.T) {
	id := w.holdID(r)
	var want booking.Hold
	h, code := w.model.live(id)
	if h != nil {
		want = h.Hold
	}
	got, err := w.inv.Find(w.ctx, id)
	same(r, "find", want, got, code, err)
}

func (w *walk) current(r *rapid.T) {
	who, g := rapid.SampledFrom(w.people).Draw(r, "applicant"), w.group(r)
	want, code := w.model.current(who, g)
	got, err := w.inv.Current(w.ctx, who, g)
	same(r, "current", want, got, code, err)
}

func (w *walk) extend(r *rapid.T) {
	id := w.holdID(r)
	want, code := w.model.extend(id)
	got, err := w.inv.Extend(w.ctx, id)
	same(r, "extend", want, got, code, err)
}

func (w *walk) release(r *rapid.T) {
	id := w.holdID(r)
	same(r, "release", nil, nil, w.model.release(id), w.inv.Release(w.ctx, id))
}

func (w *walk) pin(r *rapid.T) {
	id := w.holdID(r)
	want, code := w.model.pin(id)
	got, err := w.inv.Pin(w.ctx, id)
	same(r, "pin", want, got, code, err)
}

// abandon leaves alone what the ledger has confirmed, as reconcile does.
func (w *walk) abandon(r *rapid.T) {
	id := w.holdID(r)
	if slices.ContainsFunc(w.booked, func(a modelAppointment) bool { return a.hold.ID == id }) {
		return
	}
	same(r, "abandon", nil, nil, w.model.abandon(id), w.inv.Abandon(w.ctx, id))
}
