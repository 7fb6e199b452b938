package bookingtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
)

// StoreModel compares a ledger with a simple model over random sequences of everything that changes a seat: after
// each step the verdict and every seat's state must be the model's. One ledger serves all sequences, each with a
// post of its own; check runs at the end.
func StoreModel(t *testing.T, open func(t *testing.T) OpenedStore) {
	t.Helper()
	s := open(t)
	posts := 0
	rapid.Check(t, func(rt *rapid.T) {
		posts++
		m := newStoreModel(t, rt, s.Ledger, booking.ConsulateID(fmt.Sprintf("p%d", posts)))
		rt.Repeat(map[string]func(*rapid.T){
			"confirm": m.confirm,
			"replay":  m.replay,
			"cancel":  m.cancel,
			"return":  m.endHold,
			"reopen":  m.reopen,
			"outcome": m.outcome,
			"lapse":   m.lapse,
			"publish": m.publish,
			"":        m.compare,
		})
	})
	if s.Check != nil {
		s.Check(t)
	}
}

// modelBooking is an appointment as the model knows it.
type modelBooking struct {
	made   booking.Confirmation
	state  booking.AppointmentState
	seat   int
	person int
}

type storeModel struct {
	t        *testing.T
	ledger   FullLedger
	post     booking.ConsulateID
	seats    []booking.Seat
	persons  []uuid.UUID
	state    []booking.SeatState
	reopens  []bool // of a returned seat: it has a time to re-open
	back     []bool // somebody had the seat once and it came back
	bookings []*modelBooking
	revision int64
}

const modelSeats, modelPersons = 6, 4

func newStoreModel(t *testing.T, rt *rapid.T, l FullLedger, post booking.ConsulateID) *storeModel {
	m := &storeModel{t: t, ledger: l, post: post, seats: MakeSeats(post, TestMonday(), modelSeats), revision: 1, reopens: make([]bool, modelSeats), back: make([]bool, modelSeats)}
	for range modelPersons {
		m.persons = append(m.persons, uuid.New())
	}
	for range m.seats {
		m.state = append(m.state, booking.SeatOpen)
	}
	_, err := l.PublishWeek(t.Context(), booking.WeekChange{Consulate: post, ISOWeek: TestWeek, Add: m.seats})
	m.want(rt, "publish", err, "")
	return m
}

func (m *storeModel) want(rt *rapid.T, what string, err error, code booking.Code) {
	if booking.CodeOf(err) != code || (code == "" && err != nil) {
		rt.Fatalf("%s: %v, want code %q", what, err, code)
	}
}

func (m *storeModel) seat(rt *rapid.T) int { return rapid.IntRange(0, modelSeats-1).Draw(rt, "seat") }

// pick draws a booking, or nil when there is none.
func (m *storeModel) pick(rt *rapid.T) *modelBooking {
	if len(m.bookings) == 0 {
		return nil
	}
	return m.bookings[rapid.IntRange(0, len(m.bookings)-1).Draw(rt, "booking")]
}

func (m *storeModel) active(person int) bool {
	for _, b := range m.bookings {
		if b.person == person && b.state.Active() {
			return true
		}
	}
	return false
}

func (m *storeModel) confirm(rt *rapid.T) {
	seat, person := m.seat(rt), rapid.IntRange(0, modelPersons-1).Draw(rt, "person")
	c := Sign(MakeHold(m.seats[seat], m.persons[person]))
	want := booking.Code("")
	switch {
	case m.active(person):
		want = booking.CodeAlreadyBooked
	case m.state[seat] != booking.SeatOpen:
		want = booking.CodeSeatTaken
	}
	_, err := m.ledger.Confirm(m.t.Context(), c)
	m.want(rt, "confirm", err, want)
	if want == "" {
		m.state[seat] = booking.SeatBooked
		m.bookings = append(m.bookings, &modelBooking{made: c, state: booking.AppointmentBooked, seat: seat, person: person})
	}
}

func (m *storeModel) replay(rt *rapid.T) {
	b := m.pick(rt)
	if b == nil {
		return
	}
	c, want := b.made, booking.Code("")
	if rapid.Bool().Draw(rt, "signed anew") {
		c, want = Sign(b.made.Hold), booking.CodeAlreadyConfirmed
	}
	a, err := m.ledger.Confirm(m.t.Context(), c)
	m.want(rt, "confirm again", err, want)
	if want == "" && (a.ID != b.made.Appointment || a.State != b.state) {
		rt.Fatalf("a replay answers %s in state %s, want %s in %s", a.ID, a.State, b.made.Appointment, b.state)
	}
}

func (m *storeModel) cancel(rt *rapid.T) {
	b := m.pick(rt)
	if b == nil {
		return
	}
	c := booking.Cancellation{Appointment: b.made.Appointment, Person: m.persons[b.person], Now: dayBefore()}
	if rapid.Bool().Draw(rt, "re-opens") {
		c.ReopenAt = dayBefore()
	}
	_, err := m.ledger.Cancel(m.t.Context(), c)
	if !b.state.Active() {
		m.want(rt, "cancel", err, booking.CodeNotActive)
		return
	}
	m.want(rt, "cancel", err, "")
	if b.state == booking.AppointmentDisplaced {
		m.state[b.seat] = booking.SeatWithdrawn
	} else {
		m.state[b.seat], m.reopens[b.seat] = booking.SeatReturned, !c.ReopenAt.IsZero()
	}
	b.state, m.back[b.seat] = booking.AppointmentCancelled, true
}

// endHold reports the end of a new hold, or late that of one that was confirmed.
func (m *storeModel) endHold(rt *rapid.T) {
	b := m.pick(rt)
	if b != nil && rapid.Bool().Draw(rt, "of a confirmed hold") {
		err := m.ledger.ReturnSeats(m.t.Context(), []booking.EndedHold{EndOf(b.made.Hold, booking.EndExpired)}, []time.Time{dayBefore()})
		m.want(rt, "late report", err, "")
		return
	}
	seat := m.seat(rt)
	e := EndOf(MakeHold(m.seats[seat], uuid.New()), booking.EndExpired)
	err := m.ledger.ReturnSeats(m.t.Context(), []booking.EndedHold{e, e}, []time.Time{dayBefore(), {}})
	m.want(rt, "return", err, "")
	if m.state[seat] == booking.SeatOpen {
		m.state[seat], m.reopens[seat] = booking.SeatReturned, true
	}
	if m.state[seat] == booking.SeatReturned || m.state[seat] == booking.SeatWithdrawn {
		m.back[seat] = true
	}
}

func (m *storeModel) reopen(rt *rapid.T) {
	_, err := m.ledger.ReopenDue(m.t.Context(), dayBefore(), 1000)
	m.want(rt, "re-open", err, "")
	for i := range m.seats {
		if m.state[i] == booking.SeatReturned && m.reopens[i] {
			m.state[i] = booking.SeatOpen
		}
	}
}

func (m *storeModel) outcome(rt *rapid.T) {
	b := m.pick(rt)
	if b == nil {
		return
	}
	o := rapid.SampledFrom([]booking.Outcome{booking.OutcomeServed, booking.OutcomeNoShow, booking.OutcomeReturned}).Draw(rt, "outcome")
	_, err := m.ledger.RecordOutcome(m.t.Context(), booking.OutcomeRecord{
		Appointment: b.made.Appointment, Consulate: m.post, Outcome: o, Reason: "photo", Now: m.seats[b.seat].Start,
	})
	if !b.state.Active() {
		m.want(rt, "outcome", err, booking.CodeNotActive)
		return
	}
	m.want(rt, "outcome", err, "")
	m.finish(b, booking.AppointmentState(o), map[booking.Outcome]booking.SeatState{
		booking.OutcomeServed: booking.SeatServed, booking.OutcomeNoShow: booking.SeatNoShow, booking.OutcomeReturned: booking.SeatServed,
	}[o])
}

func (m *storeModel) finish(b *modelBooking, end booking.AppointmentState, seat booking.SeatState) {
	if b.state == booking.AppointmentDisplaced {
		seat = booking.SeatWithdrawn
	}
	b.state, m.state[b.seat] = end, seat
}

// lapse ends what began before the second start time.
func (m *storeModel) lapse(rt *rapid.T) {
	before := m.seats[4].Start
	_, err := m.ledger.LapseDue(m.t.Context(), before, 1000)
	m.want(rt, "lapse", err, "")
	for _, b := range m.bookings {
		if (b.state == booking.AppointmentBooked || b.state == booking.AppointmentDisplaced) && m.seats[b.seat].Start.Before(before) {
			m.finish(b, booking.AppointmentLapsed, booking.SeatLapsed)
		}
	}
}

// publish takes one seat away, or brings one back.
func (m *storeModel) publish(rt *rapid.T) {
	seat := m.seat(rt)
	c := booking.WeekChange{Consulate: m.post, ISOWeek: TestWeek, Expected: m.revision, Displace: rapid.Bool().Draw(rt, "displace")}
	var want booking.Code
	next := m.state[seat]
	switch next {
	case booking.SeatWithdrawn:
		c.Add = []booking.Seat{m.seats[seat]}
		if next = booking.SeatOpen; m.back[seat] {
			next, m.reopens[seat] = booking.SeatReturned, rapid.Bool().Draw(rt, "re-opens")
			c.ReopenAt = []time.Time{{}}
			if m.reopens[seat] {
				c.ReopenAt[0] = dayBefore()
			}
		}
	case booking.SeatOpen, booking.SeatReturned:
		c.Remove = []booking.SeatID{m.seats[seat].ID}
		next = booking.SeatWithdrawn
	case booking.SeatDisplaced:
		c.Remove = []booking.SeatID{m.seats[seat].ID}
	case booking.SeatBooked:
		c.Remove = []booking.SeatID{m.seats[seat].ID}
		if next = booking.SeatDisplaced; !c.Displace {
			want = booking.CodeSeatsTaken
		}
	default: // served and the like
		c.Remove, want = []booking.SeatID{m.seats[seat].ID}, booking.CodeSeatsTaken
	}
	_, err := m.ledger.PublishWeek(m.t.Context(), c)
	m.want(rt, "publish again", err, want)
	if want != "" {
		return
	}
	m.revision++
	m.state[seat] = next
	for _, b := range m.bookings {
		if next == booking.SeatDisplaced && b.seat == seat && b.state.Active() {
			b.state = booking.AppointmentDisplaced
		}
	}
}

// compare reads every seat back.
func (m *storeModel) compare(rt *rapid.T) {
	week, err := m.ledger.Week(m.t.Context(), m.post, TestWeek)
	m.want(rt, "read the week", err, "")
	got := map[booking.SeatID]booking.SeatState{}
	for _, s := range week.Seats {
		got[s.ID] = s.State
	}
	for i, s := range m.seats {
		state, ok := got[s.ID]
		if !ok {
			state = booking.SeatWithdrawn
		}
		if state != m.state[i] {
			rt.Fatalf("seat %d is %s, the model says %s", i, state, m.state[i])
		}
	}
	if week.Revision != m.revision {
		rt.Fatalf("revision %d, want %d", week.Revision, m.revision)
	}
}
