package booking

import (
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// HoldID names a hold: the consulate, a dash and 32 hex digits, so that it can be routed without a look-up.
type HoldID string

var holdIDPattern = regexp.MustCompile(`^[a-z0-9]{2,8}-[0-9a-f]{32}$`)

// NewHoldID makes the identifier of a hold at a consulate from a random UUID.
func NewHoldID(c ConsulateID, id uuid.UUID) HoldID {
	return HoldID(fmt.Sprintf("%s-%x", c, id[:]))
}

// ParseHoldID checks the form of an identifier that came from outside.
func ParseHoldID(s string) (HoldID, error) {
	if !holdIDPattern.MatchString(s) {
		return "", &Error{Code: CodeHoldNotFound, Detail: "no such hold"}
	}
	return HoldID(s), nil
}

// Consulate is the post of the hold.
func (h HoldID) Consulate() ConsulateID {
	if len(h) < 34 {
		return ""
	}
	return ConsulateID(h[:len(h)-33])
}

// HoldState says whether a hold can still expire.
type HoldState string

// The states of a hold.
const (
	// HoldHeld runs until ExpiresAt, then the sweep ends it.
	HoldHeld HoldState = "held"
	// HoldConfirming is pinned and waits for the ledger's word; the sweep leaves it alone.
	HoldConfirming HoldState = "confirming"
)

// Hold is a seat kept for one applicant for some minutes. It lives in the inventory only; times are those
// of the inventory's shard.
type Hold struct {
	ID        HoldID
	Consulate ConsulateID
	Group     GroupID
	Service   ServiceID
	Seat      SeatID
	Slot      SlotID
	Start     time.Time
	Minutes   int
	// Person acts and signs; Applicant is who comes to the desk. They are the same unless the service is
	// asked for another person.
	Person    uuid.UUID
	Applicant uuid.UUID
	State     HoldState
	CreatedAt time.Time
	ExpiresAt time.Time
	// LastExpiry is the latest ExpiresAt that extending can reach; the signed document states it.
	LastExpiry time.Time
	Extended   bool
	// Nonce is 128 random bits, hex. It makes the signed document unique.
	Nonce string
}

// HoldRequest asks for one seat. Exactly one of Slot and Window is set: a slot is one start time, a window
// is "any seat of this half-day, the earliest first".
type HoldRequest struct {
	ID        HoldID
	Consulate ConsulateID
	Group     GroupID
	Service   ServiceID
	Slot      SlotID
	Window    WindowID
	// From and To bound the acceptable start (inclusive): equal for a slot, first and last start of a window.
	From, To  time.Time
	Person    uuid.UUID
	Applicant uuid.UUID
	Nonce     string
	TTL       time.Duration
	Extension time.Duration // how much one extension may add; LastExpiry = expiry + Extension
	// DailyLimit is how many holds an applicant may take a day in this group (3 by default). One person may take
	// three times as many for others, over all of them.
	DailyLimit int
}

// EndedHold is a hold that ended unconfirmed; its seat has to become returned in the ledger.
type EndedHold struct {
	Hold      HoldID
	Seat      SeatID
	Consulate ConsulateID
	Group     GroupID
	Person    uuid.UUID
	Applicant uuid.UUID
	Reason    EndReason
}

// EndReason says why a hold ended.
type EndReason string

// The ends of a hold without an appointment.
const (
	EndExpired  EndReason = "expired"
	EndReleased EndReason = "released"
	EndRefused  EndReason = "refused" // the ledger refused it at confirmation
)

// FreeSlot is how many seats of one start time can be held now.
type FreeSlot struct {
	Start time.Time
	Seats int
}
