package bookingtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

func (m *inventoryModel) settle(h booking.Hold, appointment uuid.UUID) {
	if !m.past[appointment] {
		m.signs[modelHolder{h.Applicant, h.Group}] = modelSign{appointment: appointment}
	}
	if m.holds[h.ID] != nil {
		delete(m.seats, m.holds[h.ID].Seat)
		delete(m.holds, h.ID)
	} else if s := m.seats[h.Seat]; s != nil && s.free && s.Group == h.Group {
		delete(m.seats, h.Seat)
	}
}

func (m *inventoryModel) forget(applicant uuid.UUID, g booking.GroupID, appointment uuid.UUID) {
	m.past[appointment] = true
	if who := (modelHolder{applicant, g}); m.signs[who].appointment == appointment {
		delete(m.signs, who)
	}
}

func (m *inventoryModel) add(seats []booking.Seat) {
	for _, s := range seats {
		if m.seats[s.ID] == nil {
			m.seats[s.ID] = &modelSeat{Seat: s, free: true}
		}
	}
}

// remove takes free seats out and returns those of live holds (of holds that are not ended).
func (m *inventoryModel) remove(ids []booking.SeatID) (held []booking.SeatID) {
	for _, id := range ids {
		switch s := m.seats[id]; {
		case s == nil:
		case s.free:
			delete(m.seats, id)
		case m.holds[s.hold].reason == "":
			held = append(held, id)
		}
	}
	slices.Sort(held)
	return held
}

func (m *inventoryModel) rebuild(c booking.ConsulateID, s booking.Snapshot, left []booking.SeatID) {
	keep := map[booking.SeatID]bool{}
	for _, seat := range s.Seats {
		keep[seat.ID] = true
	}
	for id, seat := range m.seats {
		if seat.Consulate == c && seat.free && !keep[id] {
			delete(m.seats, id)
		}
	}
	m.add(s.Seats)
	m.remove(left)
	for _, a := range s.Active {
		if !m.past[a.Appointment] {
			m.signs[modelHolder{a.Applicant, a.Group}] = modelSign{appointment: a.Appointment}
		}
	}
	m.epoch[c] = s.Epoch
}

// over lists holds of a post that a sweep would end, in the order in which it does.
func (m *inventoryModel) over(c booking.ConsulateID) []*modelHold {
	return m.list(c, func(h *modelHold) bool {
		return h.reason == "" && h.State == booking.HoldHeld && !h.ExpiresAt.After(m.now)
	}, func(h *modelHold) time.Time { return h.ExpiresAt })
}

func (m *inventoryModel) sweep(c booking.ConsulateID, limit int) int {
	list := m.over(c)
	list = list[:min(limit, len(list))]
	for _, h := range list {
		m.end(h, booking.EndExpired)
	}
	return len(list)
}

func (m *inventoryModel) ended(c booking.ConsulateID) []booking.EndedHold {
	var out []booking.EndedHold
	for _, h := range m.list(c, func(h *modelHold) bool { return h.reason != "" }, (*modelHold).since) {
		out = append(out, booking.EndedHold{
			Hold: h.ID, Seat: h.Seat, Consulate: c, Group: h.Group, Person: h.Person, Applicant: h.Applicant, Reason: h.reason,
		})
	}
	return out
}

func (m *inventoryModel) confirming(c booking.ConsulateID, age time.Duration) []booking.Hold {
	var out []booking.Hold
	for _, h := range m.list(c, func(h *modelHold) bool {
		return h.reason == "" && h.State == booking.HoldConfirming && !h.at.After(m.now.Add(-age))
	}, (*modelHold).since) {
		out = append(out, h.Hold)
	}
	return out
}

func (h *modelHold) since() time.Time { return h.at }

func (m *inventoryModel) list(c booking.ConsulateID, want func(*modelHold) bool, by func(*modelHold) time.Time) []*modelHold {
	var out []*modelHold
	for _, h := range m.holds {
		if h.Consulate == c && want(h) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *modelHold) int {
		return cmp.Or(by(a).Compare(by(b)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out
}

func (m *inventoryModel) acknowledge(ids []booking.HoldID) {
	for _, id := range ids {
		if h := m.holds[id]; h != nil && h.reason != "" {
			delete(m.seats, h.Seat)
			delete(m.holds, id)
		}
	}
}

func (m *inventoryModel) free(c booking.ConsulateID, g booking.GroupID) []booking.FreeSlot {
	counts := map[time.Time]int{}
	for _, s := range m.seats {
		if s.Consulate == c && s.Group == g && s.free && s.Start.After(m.now) {
			counts[s.Start]++
		}
	}
	var out []booking.FreeSlot
	for start, n := range counts {
		out = append(out, booking.FreeSlot{Start: start, Seats: n})
	}
	slices.SortFunc(out, func(a, b booking.FreeSlot) int { return a.Start.Compare(b.Start) })
	return out
}
