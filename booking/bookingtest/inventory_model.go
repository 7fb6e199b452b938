package bookingtest

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// inventoryModel is the simplest inventory with the same answers: maps in memory, one step at a time. It also
// plays the ledger's part where a step needs one.
type inventoryModel struct {
	now   time.Time
	epoch map[booking.ConsulateID]string
	seats map[booking.SeatID]*modelSeat
	holds map[booking.HoldID]*modelHold
	signs map[modelHolder]modelSign
	count map[modelDay]int
	other map[modelDay]int   // holds that a person took for others
	past  map[uuid.UUID]bool // appointments that were forgotten
}

type modelSeat struct {
	booking.Seat
	free bool
	hold booking.HoldID // when not free
}

type modelHold struct {
	booking.Hold
	reason booking.EndReason // "" while live or over but not swept
	at     time.Time         // of the pin or the end
}

type modelHolder struct {
	applicant uuid.UUID
	group     booking.GroupID
}

// modelSign names a hold or an appointment.
type modelSign struct {
	hold        booking.HoldID
	appointment uuid.UUID
}

type modelDay struct {
	modelHolder
	day string
}

func newInventoryModel(now time.Time) *inventoryModel {
	return &inventoryModel{
		now: now, epoch: map[booking.ConsulateID]string{}, seats: map[booking.SeatID]*modelSeat{},
		holds: map[booking.HoldID]*modelHold{}, signs: map[modelHolder]modelSign{}, count: map[modelDay]int{}, other: map[modelDay]int{}, past: map[uuid.UUID]bool{},
	}
}

// live finds a hold that can still become an appointment; otherwise the code says why not.
func (m *inventoryModel) live(id booking.HoldID) (*modelHold, booking.Code) {
	h := m.holds[id]
	switch {
	case h == nil || h.reason == booking.EndReleased || h.reason == booking.EndRefused:
		return nil, booking.CodeHoldNotFound
	case h.reason == booking.EndExpired || (h.State == booking.HoldHeld && !h.ExpiresAt.After(m.now)):
		return nil, booking.CodeHoldExpired
	}
	return h, ""
}

func (m *inventoryModel) hold(r booking.HoldRequest) (booking.Hold, booking.Code) {
	who := modelHolder{r.Applicant, r.Group}
	sign, signed := m.signs[who]
	if signed && sign.appointment != uuid.Nil {
		return booking.Hold{}, booking.CodeAlreadyBooked
	}
	if signed {
		if h, _ := m.live(sign.hold); h != nil {
			if h.Person != r.Person {
				return booking.Hold{}, booking.CodeHoldElsewhere
			}
			return h.Hold, ""
		}
	}
	day := modelDay{who, m.now.Format(time.DateOnly)}
	if m.count[day] >= r.DailyLimit {
		return booking.Hold{}, booking.CodeHoldLimit
	}
	delete(m.signs, who)
	signer := modelDay{modelHolder{r.Person, r.Group}, day.day}
	if r.Person != r.Applicant && m.other[signer] >= 3*r.DailyLimit {
		return booking.Hold{}, booking.CodeHoldLimit
	}
	seat, code := m.pick(r)
	if code != "" {
		return booking.Hold{}, code
	}
	m.count[day]++
	if r.Person != r.Applicant {
		m.other[signer]++
	}
	seat.free, seat.hold = false, r.ID
	h := booking.Hold{
		ID: r.ID, Consulate: r.Consulate, Group: r.Group, Service: r.Service, Seat: seat.ID, Start: seat.Start, Minutes: seat.Minutes,
		Slot:   booking.SlotID(strings.Join([]string{string(r.Consulate), string(r.Group), seat.Start.Format("20060102T1504Z")}, "-")),
		Person: r.Person, Applicant: r.Applicant, State: booking.HoldHeld, CreatedAt: m.now, ExpiresAt: m.now.Add(r.TTL),
		LastExpiry: m.now.Add(r.TTL + r.Extension), Nonce: r.Nonce,
	}
	m.holds[r.ID] = &modelHold{Hold: h}
	m.signs[who] = modelSign{hold: r.ID}
	return h, ""
}

// pick finds the earliest free seat of a request.
func (m *inventoryModel) pick(r booking.HoldRequest) (*modelSeat, booking.Code) {
	if m.epoch[r.Consulate] == "" {
		return nil, booking.CodeNoInventory
	}
	if m.holds[r.ID] != nil {
		if _, code := m.live(r.ID); code != "" {
			return nil, code
		}
		return nil, booking.CodeHoldNotFound // somebody else's
	}
	var best *modelSeat
	for _, s := range m.seats {
		if s.Consulate != r.Consulate || s.Group != r.Group || !s.free || !s.Start.After(m.now) || s.Start.Before(r.From) || s.Start.After(r.To) {
			continue
		}
		if best == nil || s.Start.Before(best.Start) || (s.Start.Equal(best.Start) && s.ID < best.ID) {
			best = s
		}
	}
	if best == nil {
		return nil, booking.CodeSoldOut
	}
	return best, ""
}

func (m *inventoryModel) current(applicant uuid.UUID, g booking.GroupID) (booking.Hold, booking.Code) {
	if h, _ := m.live(m.signs[modelHolder{applicant, g}].hold); h != nil {
		return h.Hold, ""
	}
	return booking.Hold{}, booking.CodeHoldNotFound
}

func (m *inventoryModel) extend(id booking.HoldID) (booking.Hold, booking.Code) {
	h, code := m.live(id)
	switch {
	case h == nil:
		return booking.Hold{}, code
	case h.State == booking.HoldConfirming:
		return booking.Hold{}, booking.CodeHoldConfirming
	case h.Extended:
		return booking.Hold{}, booking.CodeAlreadyExtended
	}
	h.ExpiresAt, h.Extended = h.LastExpiry, true
	return h.Hold, ""
}

func (m *inventoryModel) pin(id booking.HoldID) (booking.Hold, booking.Code) {
	h, code := m.live(id)
	if h == nil {
		return booking.Hold{}, code
	}
	if h.State == booking.HoldHeld {
		h.State, h.at = booking.HoldConfirming, m.now
	}
	return h.Hold, ""
}

func (m *inventoryModel) release(id booking.HoldID) booking.Code {
	h := m.holds[id]
	switch {
	case h == nil:
		return booking.CodeHoldNotFound
	case h.reason != "":
		return ""
	case h.State == booking.HoldConfirming:
		return booking.CodeHoldConfirming
	case !h.ExpiresAt.After(m.now):
		m.end(h, booking.EndExpired)
	default:
		m.end(h, booking.EndReleased)
	}
	return ""
}

func (m *inventoryModel) abandon(id booking.HoldID) booking.Code {
	h := m.holds[id]
	switch {
	case h == nil:
		return booking.CodeHoldNotFound
	case h.reason != "":
		return ""
	case h.State != booking.HoldConfirming:
		return booking.CodeHoldNotFound
	}
	m.end(h, booking.EndRefused)
	return ""
}

func (m *inventoryModel) end(h *modelHold, reason booking.EndReason) {
	h.reason, h.at = reason, m.now
	who := modelHolder{h.Applicant, h.Group}
	if m.signs[who].hold == h.ID {
		delete(m.signs, who)
	}
}
