package handlers_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// ledger is a ledger in memory: one lock, no history. Only what the API's conversations need.
type ledger struct {
	mu      sync.Mutex
	booked  map[uuid.UUID]booking.Appointment
	weeks   map[string]booking.PublishedWeek
	events  []booking.Event
	answers map[string]*answer
	down    bool
	next    []booking.SeatCount // of every post
}

type answer struct {
	hash [32]byte
	said *booking.StoredResponse
}

func newLedger() *ledger {
	return &ledger{booked: map[uuid.UUID]booking.Appointment{}, weeks: map[string]booking.PublishedWeek{}, answers: map[string]*answer{}}
}

// changes counts what was written: a refused request must leave it alone.
func (l *ledger) changes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

func (l *ledger) record(t booking.EventType, a booking.Appointment, by booking.Actor) {
	l.events = append(l.events, booking.Event{
		Seq: int64(len(l.events) + 1), ID: uuid.New(), At: time.Now(), Type: t, Actor: by, Subject: a.Person,
		Appointment: a.ID, Consulate: a.Consulate, Seat: a.Seat, Data: map[string]string{"service": string(a.Service)},
	})
}

func (l *ledger) Confirm(_ context.Context, c booking.Confirmation) (booking.Appointment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return booking.Appointment{}, booking.Refuse(booking.CodeUnavailable, "")
	}
	for _, a := range l.booked {
		switch {
		case a.Hold == c.Hold.ID && a.SignatureDigest == c.SignatureDigest:
			return a, nil
		case a.Hold == c.Hold.ID:
			return booking.Appointment{}, booking.Refuse(booking.CodeAlreadyConfirmed, "")
		case a.SignatureDigest == c.SignatureDigest:
			return booking.Appointment{}, booking.Refuse(booking.CodeSignatureReused, "")
		case a.State.Active() && a.Seat == c.Hold.Seat:
			return booking.Appointment{}, booking.Refuse(booking.CodeSeatTaken, "")
		}
	}
	h := c.Hold
	a := booking.Appointment{
		ID: c.Appointment, Reference: c.Reference, State: booking.AppointmentBooked, Hold: h.ID, Consulate: h.Consulate,
		Group: h.Group, Service: h.Service, Seat: h.Seat, Start: h.Start, Minutes: h.Minutes, Person: h.Person,
		Applicant: h.Applicant, BookedAt: time.Now(), SignatureDigest: c.SignatureDigest,
	}
	l.booked[a.ID] = a
	l.record(booking.EventBooked, a, c.Actor)
	return a, nil
}

func (l *ledger) end(id uuid.UUID, s booking.AppointmentState, e booking.EventType, by booking.Actor) (booking.Appointment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.booked[id]
	switch {
	case !ok:
		return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
	case !a.State.Active():
		return booking.Appointment{}, booking.Refuse(booking.CodeNotActive, "")
	}
	a.State, a.EndedAt = s, time.Now()
	l.booked[id] = a
	l.record(e, a, by)
	return a, nil
}

func (l *ledger) Cancel(_ context.Context, c booking.Cancellation) (booking.Appointment, error) {
	return l.end(c.Appointment, booking.AppointmentCancelled, booking.EventCancelled, c.Actor)
}

func (l *ledger) RecordOutcome(_ context.Context, o booking.OutcomeRecord) (booking.Appointment, error) {
	l.mu.Lock()
	early := o.Now.Before(l.booked[o.Appointment].Start)
	l.mu.Unlock()
	if early {
		return booking.Appointment{}, booking.Refuse(booking.CodeTooEarly, "")
	}
	return l.end(o.Appointment, booking.AppointmentState(o.Outcome), booking.EventOutcome, o.Actor)
}

func (l *ledger) find(fits func(booking.Appointment) bool) []booking.Appointment {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []booking.Appointment
	for _, a := range l.booked {
		if fits(a) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b booking.Appointment) int { return b.Start.Compare(a.Start) })
	return out
}

func (l *ledger) one(fits func(booking.Appointment) bool) (booking.Appointment, error) {
	if found := l.find(fits); len(found) > 0 {
		return found[0], nil
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (l *ledger) AppointmentByHold(_ context.Context, h booking.HoldID) (booking.Appointment, error) {
	return l.one(func(a booking.Appointment) bool { return a.Hold == h })
}

func (l *ledger) Appointment(_ context.Context, id uuid.UUID) (booking.Appointment, error) {
	return l.one(func(a booking.Appointment) bool { return a.ID == id })
}

func (l *ledger) AppointmentsOf(_ context.Context, p uuid.UUID) ([]booking.Appointment, error) {
	return l.find(func(a booking.Appointment) bool { return a.Person == p }), nil
}

func (l *ledger) AppointmentsAt(_ context.Context, c booking.ConsulateID, from, to time.Time) ([]booking.Appointment, error) {
	return l.find(func(a booking.Appointment) bool {
		return a.Consulate == c && a.State.Active() && !a.Start.Before(from) && a.Start.Before(to)
	}), nil
}

func (l *ledger) EventsOf(_ context.Context, p uuid.UUID, limit int) ([]booking.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []booking.Event
	for _, e := range slices.Backward(l.events) {
		if e.Subject == p && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (l *ledger) Week(_ context.Context, c booking.ConsulateID, w string) (booking.PublishedWeek, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.weeks[string(c)+w]; ok {
		return p, nil
	}
	return booking.PublishedWeek{Consulate: c, ISOWeek: w}, nil
}

func (l *ledger) PublishWeek(_ context.Context, p booking.WeekChange) (booking.PublishedWeek, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.weeks[string(p.Consulate)+p.ISOWeek]
	if old.Revision != p.Expected {
		return booking.PublishedWeek{}, booking.Refuse(booking.CodeStale, "")
	}
	var taken []booking.SeatID
	for _, a := range l.booked {
		if a.State.Active() && slices.Contains(p.Remove, a.Seat) {
			taken = append(taken, a.Seat)
		}
	}
	if len(taken) > 0 {
		return booking.PublishedWeek{}, &booking.Error{Code: booking.CodeSeatsTaken, Seats: taken}
	}
	done := booking.PublishedWeek{
		Consulate: p.Consulate, ISOWeek: p.ISOWeek, Revision: p.Expected + 1, Plan: p.Plan, Reason: p.Reason, UpdatedAt: time.Now(),
	}
	for _, s := range old.Seats {
		if !slices.Contains(p.Remove, s.ID) {
			done.Seats = append(done.Seats, s)
		}
	}
	for _, s := range p.Add {
		if s.State = booking.SeatOpen; s.Pool != booking.PoolOpen {
			s.State = booking.SeatPlanned
		}
		done.Seats = append(done.Seats, s)
	}
	l.weeks[string(p.Consulate)+p.ISOWeek] = done
	l.events = append(l.events, booking.Event{Type: booking.EventWeek, Consulate: p.Consulate})
	return done, nil
}

func (*ledger) ReturnSeats(context.Context, []booking.EndedHold, []time.Time) error { return nil }

func (*ledger) ReopenDue(context.Context, time.Time, int) ([]booking.Seat, error) { return nil, nil }

func (*ledger) LapseDue(context.Context, time.Time, int) ([]booking.Appointment, error) {
	return nil, nil
}

func (*ledger) Snapshot(context.Context, booking.ConsulateID) (booking.Snapshot, error) {
	return booking.Snapshot{}, nil
}

func (*ledger) SeatsLeftSince(context.Context, booking.ConsulateID, int64) ([]booking.SeatID, error) {
	return nil, nil
}

func (*ledger) Position(context.Context) (int64, error) { return 0, nil }

func (*ledger) Serially(ctx context.Context, _ booking.ConsulateID, fn func(context.Context) error) error {
	return fn(ctx)
}

func (l *ledger) NextSeats(context.Context, booking.ConsulateID, booking.GroupID, time.Time, time.Time) ([]booking.SeatCount, error) {
	return l.next, nil
}

func (l *ledger) Begin(_ context.Context, scope, key string, hash [32]byte) (*booking.StoredResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.answers[scope+key]
	switch {
	case !ok:
		l.answers[scope+key] = &answer{hash: hash}
		return nil, nil
	case a.hash != hash:
		return nil, booking.Refuse(booking.CodeKeyMismatch, "")
	case a.said == nil:
		return nil, &booking.Error{Code: booking.CodeKeyInFlight, RetryAfter: time.Second}
	}
	return a.said, nil
}

func (l *ledger) Finish(_ context.Context, scope, key string, _ [32]byte, r booking.StoredResponse) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[scope+key].said = &r
	return nil
}

func (l *ledger) Drop(_ context.Context, scope, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.answers[scope+key]; a != nil && a.said == nil {
		delete(l.answers, scope+key)
	}
	return nil
}
