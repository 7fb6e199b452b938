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
