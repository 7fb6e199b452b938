package booking

import (
	"time"

	"github.com/google/uuid"
)

// AppointmentState is where an appointment stands.
type AppointmentState string

// The states of an appointment.
const (
	AppointmentBooked    AppointmentState = "booked"
	AppointmentCancelled AppointmentState = "cancelled"
	AppointmentServed    AppointmentState = "served"
	AppointmentNoShow    AppointmentState = "no_show"
	AppointmentReturned  AppointmentState = "returned" // sent back at the desk, with a reason
	AppointmentLapsed    AppointmentState = "lapsed"
	AppointmentDisplaced AppointmentState = "displaced"
	AppointmentSuspended AppointmentState = "suspended"
)

// Active tells whether the appointment still holds its claims on seat and person.
func (s AppointmentState) Active() bool {
	return s == AppointmentBooked || s == AppointmentDisplaced || s == AppointmentSuspended
}

// Appointment is a confirmed booking. It exists in the ledger only.
type Appointment struct {
	ID        uuid.UUID
	Reference string // short, spoken on the phone: "WAW-7K3M-9QXD"
	State     AppointmentState
	Hold      HoldID
	Consulate ConsulateID
	Group     GroupID
	Service   ServiceID
	Seat      SeatID
	Start     time.Time
	Minutes   int
	Person    uuid.UUID
	Applicant uuid.UUID
	BookedAt  time.Time
	EndedAt   time.Time // zero while active
	Changes   int       // how often it was rescheduled
	// SignatureDigest is SHA-256 of the SignerInfo that confirmed it: the same signature answers the same.
	SignatureDigest [32]byte
}

// Outcome is what an officer records at the desk.
type Outcome string

// The outcomes.
const (
	OutcomeServed   Outcome = "served"
	OutcomeNoShow   Outcome = "no_show"
	OutcomeReturned Outcome = "returned"
)
