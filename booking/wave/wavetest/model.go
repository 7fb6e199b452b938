package wavetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

// Model compares a ledger with a simple program over random sequences of everything that changes entries, offers and seats:
// after each step every verdict, every seat's state and every person's bars must be the program's. One ledger serves all
// sequences, each with a week of its own; Check runs at the end.
func Model(t *testing.T, open func(t *testing.T) *World) {
	t.Helper()
	w := open(t)
	week := 0
	rapid.Check(t, func(rt *rapid.T) {
		week++
		m := newModel(t, w, week)
		rt.Repeat(map[string]func(*rapid.T){
			"announce": m.announce,
			"enter":    m.enter,
			"leave":    m.leave,
			"draw":     m.draw,
			"sign":     m.sign,
			"decline":  m.decline,
			"expire":   m.expire,
			"cancel":   m.cancel,
			"reopen":   m.reopen,
			"":         m.compare,
		})
		m.end(rt)
	})
	if w.Check != nil {
		w.Check(t)
	}
}

const modelSeats, modelPersons = 5, 5

// modelEntry is an entry as the model knows it; members are numbers of persons.
type modelEntry struct {
	wave     wave.ID
	declarer int
	members  []int
	windows  uint64
	rev      int
	live     bool
}

// modelOffer is an open offer.
type modelOffer struct {
	id    uuid.UUID
	entry *modelEntry
	seats []booking.SeatID
}

type modelSeat struct {
	booking.Seat
	window     int
	reopens    bool
	returnedBy map[int]bool
	booked     uuid.UUID
	by         [2]int // signer and applicant
}

type model struct {
	t       *testing.T
	w       *World
	week    int
	persons []uuid.UUID
	seats   []*modelSeat
	entries []*modelEntry
	offers  []*modelOffer
	current *wave.Wave // announced
	over    []wave.ID
	losses  []int
}

func newModel(t *testing.T, w *World, week int) *model {
	m := &model{t: t, w: w, week: week, losses: make([]int, modelPersons)}
	w.Clock.Set(bookingtest.TestMonday().AddDate(0, 0, 7*week-400))
	for range modelPersons {
		m.persons = append(m.persons, uuid.New())
	}
	for i, s := range w.Publish(t, week, booking.PoolDraw, modelSeats) {
		m.seats = append(m.seats, &modelSeat{Seat: s, window: map[bool]int{true: 1, false: 0}[i%4 == 3], returnedBy: map[int]bool{}})
	}
	return m
}

func (m *model) want(rt *rapid.T, what string, err error, code booking.Code) {
	if booking.CodeOf(err) != code || (code == "" && err != nil) {
		rt.Fatalf("%s: %v, want code %q", what, err, code)
	}
}

// bars is what keeps the person from entering: a live entry or an open offer.
func (m *model) bars(p int) booking.Code {
	for _, e := range m.entries {
		if e.live && (e.declarer == p || slices.Contains(e.members, p)) {
			return booking.CodeLiveEntry
		}
	}
	for _, o := range m.offers {
		if o.entry.declarer == p || slices.Contains(o.entry.members, p) {
			return booking.CodeOfferOpen
		}
	}
	return ""
}

func (m *model) hasBooked(p int) bool {
	return slices.ContainsFunc(m.seats, func(s *modelSeat) bool { return s.State == booking.SeatBooked && s.by[1] == p })
}

// announce announces the main wave, or a standby wave of what came back.
func (m *model) announce(rt *rapid.T) {
	if m.current != nil {
		return
	}
	var v wave.Wave
	if len(m.over) == 0 {
		v = m.w.Announce(m.t, m.week, 0)
	} else {
		waits := slices.ContainsFunc(m.seats, func(s *modelSeat) bool { return s.State == booking.SeatReturned && !s.reopens })
		if !waits {
			return
		}
		v = m.w.Standby(m.t, m.week)
	}
	m.current = &v
	for _, s := range m.seats {
		if s.State == booking.SeatPlanned || (s.State == booking.SeatReturned && !s.reopens) {
			s.State = booking.SeatInDraw
		}
	}
}

// enter makes or changes an entry for one person, or for two.
func (m *model) enter(rt *rapid.T) {
	if m.current == nil {
		return
	}
	declarer := rapid.IntRange(0, modelPersons-1).Draw(rt, "declarer")
	members := []int{rapid.IntRange(0, modelPersons-1).Draw(rt, "member")}
	if second := rapid.IntRange(0, modelPersons-1).Draw(rt, "second"); second != members[0] && rapid.Bool().Draw(rt, "two") {
		members = append(members, second)
	}
	var ids []uuid.UUID
	for _, p := range members {
		ids = append(ids, m.persons[p])
	}
	a := Ask(m.current.ID, m.persons[declarer], ids...)
	a.Windows = rapid.Uint64Range(1, 3).Draw(rt, "windows")
	var mine *modelEntry
	for _, e := range m.entries {
		if e.wave == m.current.ID && e.declarer == declarer {
			mine, a.Rev = e, e.rev+1
		}
	}
	want := m.against(declarer, members, mine)
	_, err := m.w.Waves.Enter(m.t.Context(), a)
	m.want(rt, "enter", err, want)
	if want != "" {
		return
	}
	if mine == nil {
		mine = &modelEntry{wave: m.current.ID, declarer: declarer}
		m.entries = append(m.entries, mine)
	}
	mine.members, mine.windows, mine.rev, mine.live = members, a.Windows, a.Rev, true
}

// against is why the persons cannot enter, the members in their order and then the declarer.
func (m *model) against(declarer int, members []int, mine *modelEntry) booking.Code {
	people := slices.Clone(members)
	if !slices.Contains(people, declarer) {
		people = append(people, declarer)
	}
	for _, p := range people {
		open := slices.ContainsFunc(m.offers, func(o *modelOffer) bool { return o.entry.declarer == p || slices.Contains(o.entry.members, p) })
		other := slices.ContainsFunc(m.entries, func(e *modelEntry) bool {
			return e != mine && e.live && (e.declarer == p || slices.Contains(e.members, p))
		})
		gave := slices.ContainsFunc(m.seats, func(s *modelSeat) bool { return s.State == booking.SeatInDraw && s.returnedBy[p] })
		switch {
		case open:
			return booking.CodeOfferOpen
		case other:
			return booking.CodeAlreadyEntered
		case gave:
			return booking.CodeReturnedSeat
		case slices.Contains(members, p) && m.hasBooked(p):
			return booking.CodeAlreadyBooked
		}
	}
	return ""
}

func (m *model) leave(rt *rapid.T) {
	if len(m.entries) == 0 {
		return
	}
	e := rapid.SampledFrom(m.entries).Draw(rt, "entry")
	want := booking.CodeEntryAbsent
	if e.live {
		want = ""
	}
	_, err := m.w.Waves.Leave(m.t.Context(), Leaving(wave.Entry{Wave: e.wave, Declarer: m.persons[e.declarer], Rev: e.rev}))
	m.want(rt, "leave", err, want)
	if e.live {
		e.live = false
		e.rev++
	}
}

// takes tells whether the entry is in the wave that is being drawn.
func (m *model) takes(e *modelEntry) bool {
	mask, gave := uint64(0), false
	for _, s := range m.seats {
		if s.State == booking.SeatInDraw {
			mask |= 1 << s.window
			gave = gave || s.returnedBy[e.declarer] || slices.ContainsFunc(e.members, func(p int) bool { return s.returnedBy[p] })
		}
	}
	return e.live && !gave && (e.wave == m.current.ID || e.windows&mask != 0)
}

// draw closes the wave and gives its seats to some who are in it, in any order.
func (m *model) draw(rt *rapid.T) {
	if m.current == nil {
		return
	}
	f := m.w.Close(m.t, *m.current)
	var in []*modelEntry
	for _, e := range m.entries {
		if m.takes(e) {
			in = append(in, e)
		}
	}
	if len(f.Entries) != len(in) {
		rt.Fatalf("%d entries are in the draw, the model says %d", len(f.Entries), len(in))
	}
	var free []*modelSeat
	for _, s := range f.Seats {
		free = append(free, m.seat(s.ID))
	}
	o := wave.Outcome{Result: []byte("--\n"), Leaf: leafOf(draw.LeafResult, m.current.ID), OfferUntil: m.w.Clock.Now().Add(72 * time.Hour)}
	for _, e := range in {
		key := wave.EntryKey{Wave: e.wave, Declarer: m.persons[e.declarer]}
		if len(e.members) > len(free) || rapid.Bool().Draw(rt, "loses") {
			o.Losers = append(o.Losers, key)
			m.lose(e)
			continue
		}
		a := wave.Award{Entry: key, Offer: uuid.New()}
		for range e.members {
			a.Seats = append(a.Seats, free[0].ID)
			free[0].State, free[0].returnedBy, free[0].reopens = booking.SeatOffered, map[int]bool{}, false
			free = free[1:]
		}
		o.Awards = append(o.Awards, a)
		e.live = false
		for _, p := range e.members {
			m.losses[p] = 0
		}
		m.offers = append(m.offers, &modelOffer{id: a.Offer, entry: e, seats: a.Seats})
	}
	for _, s := range free {
		l := wave.Leftover{Seat: s.ID}
		s.State, s.reopens = booking.SeatReturned, rapid.Bool().Draw(rt, "opens")
		if s.reopens {
			l.OpenAt, s.Pool = m.w.Clock.Now().Add(time.Hour), booking.PoolOpen
		}
		o.Leftover = append(o.Leftover, l)
	}
	m.want(rt, "draw", m.w.Waves.Draw(m.t.Context(), m.current.ID, o), "")
	m.over, m.current = append(m.over, m.current.ID), nil
}

func (m *model) lose(e *modelEntry) {
	if len(m.over) > 0 { // a standby draw
		return
	}
	for _, p := range e.members {
		m.losses[p] = 1
	}
}

func (m *model) seat(id booking.SeatID) *modelSeat {
	for _, s := range m.seats {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// take removes an open offer at random, or tells that there is none.
func (m *model) take(rt *rapid.T) *modelOffer {
	if len(m.offers) == 0 {
		return nil
	}
	at := rapid.IntRange(0, len(m.offers)-1).Draw(rt, "offer")
	o := m.offers[at]
	m.offers = slices.Delete(m.offers, at, at+1)
	return o
}

func (m *model) sign(rt *rapid.T) {
	o := m.take(rt)
	if o == nil {
		return
	}
	made, err := m.w.Waves.SignOffer(m.t.Context(), Signing(o.id, m.persons[o.entry.declarer], len(o.seats)))
	m.want(rt, "sign", err, "")
	for i, id := range o.seats {
		s := m.seat(id)
		s.State, s.booked, s.by = booking.SeatBooked, made[i].ID, [2]int{o.entry.declarer, o.entry.members[i]}
		if made[i].Seat != id || made[i].Applicant != m.persons[o.entry.members[i]] {
			rt.Fatalf("seat %s became %+v", id, made[i])
		}
	}
}

func (m *model) decline(rt *rapid.T) {
	o := m.take(rt)
	if o == nil {
		return
	}
	_, err := m.w.Waves.DeclineOffer(m.t.Context(), o.id, m.persons[o.entry.declarer], booking.System())
	m.want(rt, "decline", err, "")
	m.giveBack(o)
}

func (m *model) giveBack(o *modelOffer) {
	for _, id := range o.seats {
		s := m.seat(id)
		s.State, s.reopens = booking.SeatReturned, false
		s.returnedBy[o.entry.declarer] = true
		for _, p := range o.entry.members {
			s.returnedBy[p] = true
		}
	}
}

// expire lets the time of all offers pass; nobody is paused for it here.
func (m *model) expire(rt *rapid.T) {
	if m.current != nil || len(m.offers) == 0 {
		return // the clock would pass the close too
	}
	m.w.Clock.Add(72 * time.Hour)
	n, err := m.w.Waves.ExpireOffers(m.t.Context(), 0, 1000)
	m.want(rt, "expire", err, "")
	if n < len(m.offers) {
		rt.Fatalf("%d offers ended, the model had %d", n, len(m.offers))
	}
	for _, o := range m.offers {
		m.giveBack(o)
	}
	m.offers = nil
}

// cancel gives an appointment back.
func (m *model) cancel(rt *rapid.T) {
	var booked []*modelSeat
	for _, s := range m.seats {
		if s.State == booking.SeatBooked {
			booked = append(booked, s)
		}
	}
	if len(booked) == 0 {
		return
	}
	s := rapid.SampledFrom(booked).Draw(rt, "appointment")
	_, err := m.w.Bookings.Cancel(m.t.Context(), booking.Cancellation{Appointment: s.booked, Person: m.persons[s.by[0]], Now: m.w.Clock.Now()})
	m.want(rt, "cancel", err, "")
	s.State, s.reopens = booking.SeatReturned, false
	s.returnedBy[s.by[0]], s.returnedBy[s.by[1]] = true, true
}

// reopen opens what a draw left over; a hold of it ends at once, so that it comes back.
func (m *model) reopen(rt *rapid.T) {
	m.w.Clock.Add(time.Hour)
	_, err := m.w.Bookings.ReopenDue(m.t.Context(), m.w.Clock.Now(), 1000)
	m.want(rt, "re-open", err, "")
	if m.current != nil && !m.w.Clock.Now().Before(m.current.Closes) {
		m.w.Clock.Set(m.current.Closes.Add(-time.Second))
	}
	for _, s := range m.seats {
		if s.State != booking.SeatReturned || !s.reopens {
			continue
		}
		s.State, s.reopens = booking.SeatOpen, false
		who := rapid.IntRange(0, modelPersons-1).Draw(rt, "holder")
		h := bookingtest.MakeHold(s.Seat, m.persons[who])
		err := m.w.Bookings.ReturnSeats(m.t.Context(), []booking.EndedHold{bookingtest.EndOf(h, booking.EndReleased)}, []time.Time{{}})
		m.want(rt, "return", err, "")
		s.State = booking.SeatReturned
		s.returnedBy[who] = true
	}
}

// compare reads everything back.
func (m *model) compare(rt *rapid.T) {
	week, err := m.w.Bookings.Week(m.t.Context(), Post, Week(m.week))
	m.want(rt, "read the week", err, "")
	for i, got := range week.Seats {
		if want := m.seats[i]; got.ID != want.ID || got.State != want.State || got.Pool != want.Pool {
			rt.Fatalf("seat %d is %s in pool %s, the model says %s, %s", i, got.State, got.Pool, want.State, want.Pool)
		}
	}
	for i, p := range m.persons {
		m.want(rt, "ask for bars", m.w.Waves.Blocked(m.t.Context(), p, Group), m.bars(i))
		s, err := m.w.Waves.Standing(m.t.Context(), p, Group)
		if err != nil || s.Losses != m.losses[i] {
			rt.Fatalf("person %d has %d losses, the model says %d (%v)", i, s.Losses, m.losses[i], err)
		}
	}
}

// end draws a wave that is still announced and lets all offers go, so that the next sequence finds no open chain.
func (m *model) end(rt *rapid.T) {
	if len(m.over) == 0 && m.current == nil {
		m.announce(rt)
	}
	m.draw(rt)
	m.expire(rt)
}
