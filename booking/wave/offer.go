package wave

import (
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// OfferState is where an offer stands.
type OfferState string

// The states.
const (
	OfferOpen     OfferState = "open"
	OfferSigned   OfferState = "signed"
	OfferDeclined OfferState = "declined"
	OfferExpired  OfferState = "expired"  // not signed in time
	OfferWithheld OfferState = "withheld" // could not be made: a member had a claim already, or is suspended
)

// Offer is what an entry won: a seat for each member, all or none.
type Offer struct {
	ID          uuid.UUID
	Wave        ID // whose draw gave it
	Entry       ID // the wave in which the entry was made
	Declarer    uuid.UUID
	Consulate   booking.ConsulateID
	Group       booking.GroupID
	State       OfferState
	Until       time.Time
	Seats       []OfferedSeat
	Reschedules uuid.UUID
	MadeAt      time.Time
	EndedAt     time.Time // zero while open
	// Appointments that a signed offer became, in the order of Seats.
	Appointments []uuid.UUID
}

// OfferedSeat is one seat with who would come to it.
type OfferedSeat struct {
	Seat      booking.Seat
	Applicant uuid.UUID
	Service   booking.ServiceID
}

// OfferText is an offer together with the exact text to sign for it; empty once the offer has ended.
type OfferText struct {
	Offer    Offer
	Document []byte
}
