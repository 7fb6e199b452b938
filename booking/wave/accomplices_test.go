package wave_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/wave"
)

// TestAccomplices walks two accomplices and three strangers at random through everything that a citizen can do with
// seats: enter alone or together, change, leave, sign, decline, let expire, cancel, reschedule, hold and release, book what
// opened, while time does its part. Whatever they do and in whichever order: a seat that somebody gave back is given to
// another by a draw only, to the one whom the published files name, and never to herself in the draw of it; or it was left
// over by such a draw and opened at a drawn time.
func TestAccomplices(t *testing.T) {
	var posts []booking.ConsulateID
	for i := range 2000 {
		posts = append(posts, booking.ConsulateID(fmt.Sprintf("p%d", i)))
	}
	w := newTown(t, posts...)
	walks, reached := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		k := newWalk(rt, w, posts[walks])
		walks++
		rt.Repeat(map[string]func(*rapid.T){
			"enter": k.enter, "all enter": k.allEnter, "leave": k.leave, "sign": k.sign, "decline": k.decline, "cancel": k.cancel,
			"release": k.release, "book": k.book, "wait": k.wait, "wait longer": k.wait, "draw": k.drawNow, "": k.observe,
		})
		for what, n := range k.reached {
			reached[what] += n
		}
	})
	w.check()
	t.Logf("%d walks reached %v", walks, reached)
}

// only is a ledger in which a scheduler sees one post: walks do not disturb one another.
type only struct {
	schedulerLedger
	post booking.ConsulateID
}

func (o only) mine(list []wave.Batch, err error) ([]wave.Batch, error) {
	return slices.DeleteFunc(list, func(b wave.Batch) bool { return b.Consulate != o.post }), err
}

func (o only) Planned(ctx context.Context, p booking.Pool, after time.Time) ([]wave.Batch, error) {
	return o.mine(o.schedulerLedger.Planned(ctx, p, after))
}

func (o only) Returned(ctx context.Context, after time.Time) ([]wave.Batch, error) {
	return o.mine(o.schedulerLedger.Returned(ctx, after))
}

func (o only) Due(ctx context.Context, _ int) ([]wave.Due, error) {
	list, err := o.schedulerLedger.Due(ctx, 1000)
	return slices.DeleteFunc(list, func(d wave.Due) bool { return !strings.HasPrefix(string(d.ID), string(o.post)+"-") }), err
}

// FlowOn has no part here: it knows all posts.
func (o only) FlowOn(context.Context, time.Time, int) (int, error) { return 0, nil }

type people map[uuid.UUID]bool

// holding is who has a seat, and through which draw; the draw of a seat booked at once is empty.
type holding struct {
	by    people
	offer uuid.UUID
	wave  wave.ID
	entry wave.ID
	who   uuid.UUID // the declarer
}

type walk struct {
	*town
	post    booking.ConsulateID
	s       *wave.Scheduler
	seats   []booking.Seat
	people  []uuid.UUID // the first two are the accomplices
	had     map[booking.SeatID]holding
	state   map[booking.SeatID]booking.SeatState
	back    map[booking.SeatID]people // who gave it back since it was last given
	since   map[booking.SeatID]time.Time
	reached map[string]int
}

func newWalk(rt *rapid.T, w *town, post booking.ConsulateID) *walk {
	w.mu.Lock()
	w.now = bookingtest.TestMonday().AddDate(0, 0, -20)
	w.mu.Unlock()
	k := &walk{
		town: w, post: post, s: w.scheduler(only{w.ledger, post}), had: map[booking.SeatID]holding{}, state: map[booking.SeatID]booking.SeatState{},
		back: map[booking.SeatID]people{}, since: map[booking.SeatID]time.Time{}, reached: map[string]int{},
	}
	k.seats = w.publish(post, rapid.IntRange(1, 3).Draw(rt, "seats"))
	for range 5 {
		k.people = append(k.people, uuid.New())
	}
	for range 2 {
		k.tick(rt)
	}
	return k
}

// may takes refusals for what they are, and stops at anything else.
func (k *walk) may(rt *rapid.T, what string, err error) bool {
	switch booking.CodeOf(err) {
	case "":
		if err != nil {
			rt.Fatalf("%s: %v", what, err)
		}
		k.reached[what]++
		return true
	case booking.CodeUnavailable, booking.CodeInvalid:
		rt.Fatalf("%s: %v", what, err)
	}
	return false
}

func (k *walk) tick(rt *rapid.T) {
	if err := k.s.Tick(k.Context()); err != nil {
		rt.Fatalf("tick: %v", err)
	}
	if _, err := k.bookings.ReopenDue(k.Context(), k.Now(), 100); err != nil {
		rt.Fatalf("re-open: %v", err)
	}
}

func (k *walk) person(rt *rapid.T) uuid.UUID {
	return k.people[rapid.SampledFrom([]int{0, 0, 0, 1, 1, 1, 2, 3, 4}).Draw(rt, "person")]
}

func (k *walk) waves(rt *rapid.T, states ...wave.State) []wave.Wave {
	list, err := k.ledger.Waves(k.Context(), wave.Filter{Consulate: k.post, States: states, Limit: 200})
	if err != nil {
		rt.Fatalf("list waves: %v", err)
	}
	return list
}

// enter makes an entry or changes it.
func (k *walk) enter(rt *rapid.T) {
	if open := k.waves(rt, wave.StateAnnounced); len(open) > 0 {
		k.enterAs(rt, open[0], k.person(rt))
	}
}

// allEnter fills a draw.
func (k *walk) allEnter(rt *rapid.T) {
	if open := k.waves(rt, wave.StateAnnounced); len(open) > 0 {
		for _, p := range k.people {
			k.enterAs(rt, open[0], p)
		}
	}
}

// enterAs enters her, to be rescheduled when she has an appointment; else it may be for both accomplices together.
func (k *walk) enterAs(rt *rapid.T, x wave.Wave, who uuid.UUID) {
	k.set(x.Opens.Add(time.Second))
	rev := 0
	if e, err := k.ledger.Entry(k.Context(), x.ID, who); err == nil {
		rev = e.Rev
	}
	var others []uuid.UUID
	if slices.Contains(k.people[:2], who) && rapid.IntRange(0, 3).Draw(rt, "together at 0") == 0 {
		others = slices.DeleteFunc(slices.Clone(k.people[:2]), func(p uuid.UUID) bool { return p == who })
	}
	instead := uuid.Nil
	for _, a := range k.appointments(rt, who) {
		instead, others = a.ID, nil
	}
	_, err := k.town.enter(x.ID, rev, all(x), instead, who, others...)
	if k.may(rt, "enter", err) && instead != uuid.Nil {
		k.reached["enter to reschedule"]++
	}
}

// leave ends somebody's live entry.
func (k *walk) leave(rt *rapid.T) {
	var live []wave.Entry
	for _, p := range k.people {
		if e, ok, err := k.ledger.LiveEntry(k.Context(), p, bookingtest.TestGroup); err != nil {
			rt.Fatalf("live entry: %v", err)
		} else if ok {
			live = append(live, e)
		}
	}
	if len(live) > 0 {
		e := rapid.SampledFrom(live).Draw(rt, "entry")
		_, err := k.town.leave(e.Wave, e.Rev, e.Declarer)
		k.may(rt, "leave", err)
	}
}

// offer is one of those that are open now.
func (k *walk) offer(rt *rapid.T) (wave.Offer, bool) {
	var open []wave.Offer
	for _, p := range k.people {
		list, err := k.ledger.OffersOf(k.Context(), p)
		if err != nil {
			rt.Fatalf("offers: %v", err)
		}
		open = append(open, slices.DeleteFunc(list, func(o wave.Offer) bool { return o.State != wave.OfferOpen })...)
	}
	if len(open) == 0 {
		return wave.Offer{}, false
	}
	return rapid.SampledFrom(open).Draw(rt, "offer"), true
}

func (k *walk) sign(rt *rapid.T) {
	if o, ok := k.offer(rt); ok {
		_, err := k.town.sign(o)
		if k.may(rt, "sign", err) && o.Reschedules != uuid.Nil {
			k.reached["sign to reschedule"]++
		}
	}
}

func (k *walk) decline(rt *rapid.T) {
	if o, ok := k.offer(rt); ok {
		k.may(rt, "decline", k.town.decline(o))
	}
}

func (k *walk) appointments(rt *rapid.T, who uuid.UUID) []booking.Appointment {
	list, err := k.bookings.AppointmentsOf(k.Context(), who)
	if err != nil {
		rt.Fatalf("appointments: %v", err)
	}
	return slices.DeleteFunc(list, func(a booking.Appointment) bool { return a.State != booking.AppointmentBooked })
}

func (k *walk) cancel(rt *rapid.T) {
	var active []booking.Appointment
	for _, p := range k.people {
		active = append(active, k.appointments(rt, p)...)
	}
	if len(active) > 0 {
		k.may(rt, "cancel", k.town.cancel(rapid.SampledFrom(active).Draw(rt, "appointment")))
	}
}

func (k *walk) openSeat(rt *rapid.T) (booking.Seat, bool) {
	var open []booking.Seat
	for _, s := range k.seats {
		if k.state[s.ID] == booking.SeatOpen {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return booking.Seat{}, false
	}
	return rapid.SampledFrom(open).Draw(rt, "open seat"), true
}

// release gives an open seat back that somebody held.
func (k *walk) release(rt *rapid.T) {
	seat, ok := k.openSeat(rt)
	if !ok {
		return
	}
	who := k.person(rt)
	ended := bookingtest.EndOf(bookingtest.MakeHold(seat, who), booking.EndReleased)
	if k.may(rt, "release", k.bookings.ReturnSeats(k.Context(), []booking.EndedHold{ended}, []time.Time{{}})) {
		k.gaveBack(seat.ID, people{who: true})
		k.state[seat.ID] = booking.SeatReturned
	}
}

// book takes an open seat at once.
func (k *walk) book(rt *rapid.T) {
	if seat, ok := k.openSeat(rt); ok {
		_, err := k.bookings.Confirm(k.Context(), bookingtest.Sign(bookingtest.MakeHold(seat, k.person(rt))))
		k.may(rt, "book", err)
	}
}

// wait lets some time pass, or goes on to where the next thing happens to a wave.
func (k *walk) wait(rt *rapid.T) {
	now := k.Now()
	next := now.Add(time.Duration(rapid.IntRange(1, 20).Draw(rt, "hours")) * time.Hour)
	if rapid.IntRange(0, 3).Draw(rt, "to the next event above 0") > 0 {
		var events []time.Time
		for _, x := range k.waves(rt) {
			events = append(events, x.Opens.Add(time.Minute), x.OfferUntil.Add(time.Second))
			for _, d := range after {
				events = append(events, x.Closes.Add(d))
			}
		}
		events = slices.DeleteFunc(events, func(e time.Time) bool { return !e.After(now) })
		if len(events) > 0 {
			next = slices.MinFunc(events, time.Time.Compare)
		}
	}
	k.set(next)
	k.tick(rt)
}

// drawNow goes through the end of a wave that takes entries, or to the next announcement.
func (k *walk) drawNow(rt *rapid.T) {
	open := k.waves(rt, wave.StateAnnounced)
	if len(open) == 0 {
		k.set(k.Now().Add(25 * time.Hour))
		k.tick(rt)
		return
	}
	if rapid.Bool().Draw(rt, "filled") {
		k.allEnter(rt)
	}
	for _, d := range after {
		k.set(open[0].Closes.Add(d))
		k.tick(rt)
	}
}

func (k *walk) gaveBack(seat booking.SeatID, who people) {
	if k.back[seat] == nil {
		k.back[seat] = people{}
	}
	maps.Copy(k.back[seat], who)
	k.since[seat] = k.Now()
}

// observe looks at every seat and at who has it, and judges what changed.
func (k *walk) observe(rt *rapid.T) {
	have := k.holders(rt)
	week, err := k.bookings.Week(k.Context(), k.post, bookingtest.TestWeek)
	if err != nil {
		rt.Fatalf("read the week: %v", err)
	}
	for _, seat := range week.Seats {
		id, before, now := seat.ID, k.had[seat.ID], have[seat.ID]
		if before.by != nil && !maps.Equal(before.by, now.by) {
			if now.by != nil {
				rt.Fatalf("seat %s went from one to another without coming back", id)
			}
			k.gaveBack(id, before.by)
			k.reached["seat came back"]++
			if seat.State != booking.SeatReturned && seat.State != booking.SeatInDraw {
				rt.Fatalf("seat %s came back and is %s", id, seat.State)
			}
		}
		if now.by != nil && before.by == nil {
			k.judge(rt, id, now)
		}
		if seat.State == booking.SeatOpen && k.state[id] != booking.SeatOpen {
			k.judgeOpen(rt, id)
		}
		k.state[id] = seat.State
	}
	k.had = have
}

// judge sees how a seat came to its new owner.
func (k *walk) judge(rt *rapid.T, seat booking.SeatID, h holding) {
	back := k.back[seat]
	if h.offer == uuid.Nil {
		if k.state[seat] != booking.SeatOpen {
			rt.Fatalf("seat %s was booked at once and was %s", seat, k.state[seat])
		}
		k.reached["left over and booked"]++
		delete(k.back, seat)
		return
	}
	x, err := k.ledger.Wave(k.Context(), h.wave)
	if err != nil || (x.State != wave.StateDrawn && x.State != wave.StateFinished) {
		rt.Fatalf("seat %s was offered by wave %s, which is %s: %v", seat, h.wave, x.State, err)
	}
	files, err := k.ledger.Files(k.Context(), h.wave)
	if err != nil {
		rt.Fatalf("read the files: %v", err)
	}
	seats, err := given(files)
	if err != nil || seats[seat] != name("nf", string(h.entry), h.who) {
		rt.Fatalf("seat %s was offered to another than the result of %s names: %v", seat, h.wave, err)
	}
	if back == nil {
		k.reached["won"]++
		return
	}
	if x.Announced.Before(k.since[seat].Truncate(time.Second)) {
		rt.Fatalf("seat %s came back at %s and went out by a draw that was announced at %s", seat, k.since[seat], x.Announced)
	}
	for p := range h.by {
		if back[p] {
			rt.Fatalf("seat %s came back to one who gave it back, by %s", seat, h.wave)
		}
	}
	k.reached["won after it came back"]++
	delete(k.back, seat)
}

// judgeOpen sees that an open seat is what the latest draw of it left over, at a time within the span.
func (k *walk) judgeOpen(rt *rapid.T, seat booking.SeatID) {
	var id string
	err := k.pool.QueryRow(k.Context(), `SELECT w.id FROM booking.wave_seats s JOIN booking.waves w ON w.id = s.wave
		WHERE s.seat = $1 ORDER BY w.announced DESC LIMIT 1`, string(seat)).Scan(&id)
	if err != nil {
		rt.Fatalf("seat %s is open and was in no draw: %v", seat, err)
	}
	x := k.town.wave(wave.ID(id))
	files, err := k.ledger.Files(k.Context(), x.ID)
	if err != nil {
		rt.Fatalf("read the files: %v", err)
	}
	seats, err := given(files)
	if _, served := seats[seat]; err != nil || served || x.Announced.Before(k.since[seat].Truncate(time.Second)) {
		rt.Fatalf("seat %s is open: served %v, %v", seat, served, err)
	}
	k.reached["opened"]++
	delete(k.back, seat)
}

// holders reads who has which seat: by an open or signed offer, or by an appointment.
func (k *walk) holders(rt *rapid.T) map[booking.SeatID]holding {
	rows, err := k.pool.Query(k.Context(), `
		SELECT s.seat, o.declarer, s.applicant, o.id, o.wave, o.entry_wave FROM booking.offers o JOIN booking.offer_seats s ON s.offer = o.id
		WHERE o.consulate = $1 AND o.state = 'open'
		UNION ALL
		SELECT a.seat, a.person, a.applicant, '00000000-0000-0000-0000-000000000000'::uuid, '', '' FROM booking.appointments a
		WHERE a.consulate = $1 AND a.state = 'booked'`, string(k.post))
	if err != nil {
		rt.Fatalf("read who has what: %v", err)
	}
	defer rows.Close()
	out := map[booking.SeatID]holding{}
	for rows.Next() {
		var seat, x, entry string
		var who, applicant, offer uuid.UUID
		if err := rows.Scan(&seat, &who, &applicant, &offer, &x, &entry); err != nil {
			rt.Fatalf("read who has what: %v", err)
		}
		if out[booking.SeatID(seat)].by != nil {
			rt.Fatalf("seat %s is given twice", seat)
		}
		out[booking.SeatID(seat)] = holding{people{who: true, applicant: true}, offer, wave.ID(x), wave.ID(entry), who}
	}
	if err := rows.Err(); err != nil {
		rt.Fatalf("read who has what: %v", err)
	}
	return out
}
