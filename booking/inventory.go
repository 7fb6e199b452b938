package booking

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Inventory decides fast who gets which open seat. It can be lost and rebuilt from the Ledger at any time;
// every answer it gives is provisional until the ledger has spoken. All methods are safe for concurrent use.
//
// Refusals are *Error: CodeSoldOut, CodeNoInventory (the post's epoch is missing), CodeHoldNotFound,
// CodeHoldExpired, CodeHoldConfirming, CodeAlreadyExtended, CodeHoldLimit, CodeHoldElsewhere,
// CodeAlreadyBooked, CodeUnavailable.
type Inventory interface {
	// Hold takes a seat. The same applicant of the same person asking again in the group gets the hold she
	// has (whatever slot she asks for now); asking with an ID that exists gives that hold back.
	Hold(ctx context.Context, r HoldRequest) (Hold, error)
	// Find returns a live hold, held or confirming.
	Find(ctx context.Context, id HoldID) (Hold, error)
	// Current returns the live hold that the applicant has in the group, or CodeHoldNotFound.
	Current(ctx context.Context, applicant uuid.UUID, g GroupID) (Hold, error)
	// Extend moves the expiry to LastExpiry, once.
	Extend(ctx context.Context, id HoldID) (Hold, error)
	// Release ends a held hold; its seat waits in Ended for the ledger. Releasing an ended hold is no error.
	Release(ctx context.Context, id HoldID) error
	// Pin moves a hold to confirming: it no longer expires. Pinning a pinned hold returns it again.
	Pin(ctx context.Context, id HoldID) (Hold, error)
	// Abandon ends a confirming hold that the ledger has refused; reason EndRefused.
	Abandon(ctx context.Context, id HoldID) error
	// Settle removes a confirmed hold and its seat, and marks the applicant as booked. Idempotent.
	Settle(ctx context.Context, h Hold, appointment uuid.UUID) error

	// Free lists the start times of a group between from and to (inclusive) with their free seats.
	Free(ctx context.Context, c ConsulateID, g GroupID, from, to time.Time) ([]FreeSlot, error)

	// Publish adds open seats. A seat that is there already, free or taken, is left as it is.
	Publish(ctx context.Context, c ConsulateID, seats []Seat) error
	// Withdraw removes free seats and returns those that it could not remove because they are held.
	Withdraw(ctx context.Context, c ConsulateID, seats []SeatID) (held []SeatID, err error)
	// FreeSeats names all free seats of the post, of past starts too; for repair.
	FreeSeats(ctx context.Context, c ConsulateID) ([]SeatID, error)
	// Forget marks that the applicant's appointment has ended, so that she may hold again in the group.
	Forget(ctx context.Context, applicant uuid.UUID, g GroupID, appointment uuid.UUID) error

	// Sweep ends at most limit holds whose time is over and returns how many. Idempotent.
	Sweep(ctx context.Context, c ConsulateID, limit int) (int, error)
	// Ended lists at most limit ended holds whose seats the ledger has not been told of, oldest first;
	// Acknowledge forgets them after the ledger was told. At least once.
	Ended(ctx context.Context, c ConsulateID, limit int) ([]EndedHold, error)
	Acknowledge(ctx context.Context, c ConsulateID, holds []HoldID) error
	// Confirming lists holds pinned before the given age ago: reconcile asks the ledger about them.
	Confirming(ctx context.Context, c ConsulateID, age time.Duration, limit int) ([]Hold, error)

	// Epoch returns the post's epoch, or CodeNoInventory. Rebuild loads seats and bookings and then sets a new
	// epoch; live holds that are still there are kept. replay is called after the load and returns the seats
	// that left the open state meanwhile; they are removed before the epoch is set.
	Epoch(ctx context.Context, c ConsulateID) (string, error)
	Rebuild(ctx context.Context, c ConsulateID, s Snapshot, replay func(context.Context) ([]SeatID, error)) error
	// Ping tells whether the shard answers and how far its clock is from the given time.
	Ping(ctx context.Context) error
}

// Snapshot is what the ledger knows of a post's open seats and active appointments at one moment.
type Snapshot struct {
	Epoch  string // new, unique
	Seats  []Seat // state open
	Active []ActiveClaim
	Seq    int64 // last event that the snapshot includes
}

// ActiveClaim says that an applicant has an active appointment in a group.
type ActiveClaim struct {
	Applicant   uuid.UUID
	Group       GroupID
	Appointment uuid.UUID
}
