package booking

import (
	"time"

	"github.com/google/uuid"
)

// EventType names a change that is recorded.
type EventType string

// The changes that are recorded.
const (
	EventBooked      EventType = "appointment.booked"
	EventCancelled   EventType = "appointment.cancelled"
	EventOutcome     EventType = "appointment.outcome"
	EventLapsed      EventType = "appointment.lapsed"
	EventDisplaced   EventType = "appointment.displaced"
	EventSeatAdded   EventType = "seat.published"
	EventSeatRemoved EventType = "seat.withdrawn"
	EventSeatBack    EventType = "seat.returned"
	EventSeatReopen  EventType = "seat.reopened"
	EventWeek        EventType = "week.published"
	EventHoldEnded   EventType = "hold.ended"

	EventSeatInDraw  EventType = "seat.in_draw" // announced in a wave
	EventSeatOffered EventType = "seat.offered" // drawn, and waiting for a signature
	EventEntered     EventType = "entry.made"   // accepted, or its next revision
	EventEntryLeft   EventType = "entry.left"   // by a signed request, or with a move to another wave
	EventEntryEnded  EventType = "entry.ended"  // the family's seats are past
	EventOfferMade   EventType = "offer.made"
	EventOfferEnded  EventType = "offer.ended"      // signed, declined, expired or withheld: data says which
	EventPaused      EventType = "entry.paused"     // online entry is paused, with the reason
	EventGuaranteed  EventType = "entry.guaranteed" // an entry in the next main draw is guaranteed
)

// Actor says who did something: a person (citizen or officer), or the system.
type Actor struct {
	Person uuid.UUID // uuid.Nil for the system
	Role   string    // "citizen", "officer", "system"
}

// System is the actor of scheduled work.
func System() Actor { return Actor{Role: "system"} }

// Event is one line of the record of actions. Data holds no personal data.
type Event struct {
	Seq         int64
	ID          uuid.UUID
	At          time.Time
	Type        EventType
	Actor       Actor
	Subject     uuid.UUID // the person whose record it belongs to; uuid.Nil when nobody's
	Appointment uuid.UUID // uuid.Nil when not about an appointment
	Consulate   ConsulateID
	Seat        SeatID
	Data        map[string]string
}
