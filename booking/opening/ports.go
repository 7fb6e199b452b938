package opening

import (
	"context"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// Store keeps openings and places, decides last and knows the time. Each method that changes something is one transaction
// that is conditional on the state it leaves, so that done twice it has one effect. Safe for concurrent use; refusals are
// *booking.Error, CodeUnavailable when the database cannot be reached.
type Store interface {
	// Openings lists those that are not over and those that ended within the last day, and says what time it is.
	Openings(ctx context.Context) ([]Opening, time.Time, error)
	// Opening is one of them, or an older one: CodeOpeningAbsent.
	Opening(ctx context.Context, id booking.OpeningID) (Opening, time.Time, error)
	// Tickets are those of the crowd, sorted; of a frozen opening they do not change any more.
	Tickets(ctx context.Context, id booking.OpeningID) ([]Ticket, error)

	// Arrive gives the person a place, or the one that she has; after a turn that is over, a new one at the end.
	// CodeOpeningAbsent, CodeLobbyClosed, CodeOpeningEnded.
	Arrive(ctx context.Context, id booking.OpeningID, person uuid.UUID) (Arrival, error)
	// Arrival is the person's, or CodePlaceAbsent.
	Arrival(ctx context.Context, id booking.OpeningID, person uuid.UUID) (Arrival, error)
	// Took notes that a person whose turn runs holds a seat.
	Took(ctx context.Context, id booking.OpeningID, person uuid.UUID) error

	// Announce fixes the rules of a planned opening.
	Announce(ctx context.Context, id booking.OpeningID, t Terms) error
	// Gather opens the seats of an announced opening whose time has come, and returns those that are open now.
	Gather(ctx context.Context, id booking.OpeningID) ([]booking.Seat, error)
	// Freeze counts the crowd of a gathering opening whose time has come: nobody joins it from here on.
	Freeze(ctx context.Context, id booking.OpeningID) error
	// Settle gives the crowd of a frozen opening its places by the beacon's word.
	Settle(ctx context.Context, id booking.OpeningID, b draw.Beacon) error
	// Call calls the next places for so many free seats, or ends the opening: when nobody waits and no turn runs that could
	// still be used, or when nothing is free.
	Call(ctx context.Context, id booking.OpeningID, free int) error
}

// Beacon knows verified rounds of chains; wave.Beacon is the same. Round answers wave.ErrNotYet before its time.
type Beacon interface {
	Chain() draw.BeaconInfo
	Round(ctx context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error)
}

// Ledger is what the ticker needs of the ledger of bookings.
type Ledger interface {
	booking.OpenSeats
	Position(ctx context.Context) (int64, error)
	Serially(ctx context.Context, c booking.ConsulateID, fn func(context.Context) error) error
}

// Catalogue is what an Office needs to know of posts.
type Catalogue interface {
	Consulate(id booking.ConsulateID) (booking.Consulate, error)
}
