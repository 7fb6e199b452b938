package booking

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Ledger decides last. It never gives one seat, or one person and group, to two appointments, whatever the
// inventory said. Each method is one transaction that records its event. All methods are safe for
// concurrent use; CodeUnavailable when the database cannot be reached.
type Ledger interface {
	// Confirm books the hold's seat: claims of seat and applicant, appointment, event, outbox (a settle job and
	// a notice) and consumed nonce, or nothing. The same hold with the same signature returns the appointment
	// that exists. Refusals: CodeSeatTaken, CodeAlreadyBooked, CodeSignatureReused, CodeAlreadyConfirmed.
	Confirm(ctx context.Context, c Confirmation) (Appointment, error)
	// Cancel ends an active appointment: claims deleted, the seat returned with a time to re-open (the zero time: only
	// a later draw gives it), and with the names of who gave it back.
	Cancel(ctx context.Context, c Cancellation) (Appointment, error)
	// RecordOutcome writes what happened at the desk. CodeNotActive, CodeTooEarly.
	RecordOutcome(ctx context.Context, o OutcomeRecord) (Appointment, error)

	AppointmentByHold(ctx context.Context, h HoldID) (Appointment, error)
	Appointment(ctx context.Context, id uuid.UUID) (Appointment, error)
	// AppointmentsOf lists what the person signed for, newest start first.
	AppointmentsOf(ctx context.Context, person uuid.UUID) ([]Appointment, error)
	// AppointmentsAt lists the active appointments of a post between two instants (the desk's list).
	AppointmentsAt(ctx context.Context, c ConsulateID, from, to time.Time) ([]Appointment, error)
	// EventsOf is the person's record of actions, newest first.
	EventsOf(ctx context.Context, person uuid.UUID, limit int) ([]Event, error)

	// ReturnSeats records that holds ended: each seat that is still open and has no appointment becomes
	// returned, to re-open at the given time (the zero time: only a later draw gives it), and with the names of who
	// gave it back. Seats in other states are left. Idempotent by hold id.
	ReturnSeats(ctx context.Context, ended []EndedHold, reopenAt []time.Time) error
	// ReopenDue moves returned seats whose time has come to open and returns them, at most limit.
	ReopenDue(ctx context.Context, now time.Time, limit int) ([]Seat, error)
	// LapseDue ends booked and displaced appointments without outcome that began before the given time.
	LapseDue(ctx context.Context, before time.Time, limit int) ([]Appointment, error)

	// Snapshot and SeatsLeftSince feed Inventory.Rebuild and AddOpen. SeatsLeftSince names the seats of the post
	// that a change since the position touched and that are not open now; Position is where the ledger stands.
	Snapshot(ctx context.Context, c ConsulateID) (Snapshot, error)
	Position(ctx context.Context) (int64, error)
	SeatsLeftSince(ctx context.Context, c ConsulateID, seq int64) ([]SeatID, error)
	// OpenSeats counts seats by pool and state for a post between two instants (availability hints, meters).
	NextSeats(ctx context.Context, c ConsulateID, g GroupID, from, to time.Time) ([]SeatCount, error)
}

// WeekLedger stores published weeks.
type WeekLedger interface {
	// Week returns the published week and its seats; Revision 0 and no seats when it was never published.
	Week(ctx context.Context, c ConsulateID, isoWeek string) (PublishedWeek, error)
	// PublishWeek applies a diff under the expected revision (CodeStale otherwise). Added seats are inserted in
	// their pool's first state (open seats as open, or as planned until OpensAt; draw seats as planned); removed seats become withdrawn, or
	// displaced where booked and Displace is set (CodeSeatsTaken with the list otherwise). A seat that somebody had
	// before it was withdrawn comes back returned; one of the open pool re-opens at its time of ReopenAt. A seat in a
	// draw may be withdrawn; it cannot be published anew before that draw is over (CodeSeatsTaken).
	PublishWeek(ctx context.Context, p WeekChange) (PublishedWeek, error)
	// Serially runs fn while no other call of Serially for the post runs, in any process: whoever adds open seats
	// to a post's inventory, or removes them, takes turns. fn must not ask for the same post again. Should the
	// database be lost meanwhile, fn goes on without protection; so fn must be safe without it, if not as exact.
	Serially(ctx context.Context, c ConsulateID, fn func(context.Context) error) error
}

// Confirmation is a signed hold on its way into the ledger.
type Confirmation struct {
	Hold            Hold
	Appointment     uuid.UUID // chosen by the caller, so that a retry is harmless
	Reference       string
	SignatureDigest [32]byte
	DocumentDigest  [32]byte
	Evidence        []byte // the signature as received, sealed (encrypted) by identity
	Actor           Actor
}

// Cancellation ends an appointment at the wish of its owner.
type Cancellation struct {
	Appointment uuid.UUID
	Person      uuid.UUID
	ReopenAt    time.Time
	Now         time.Time // must be before the appointment's start, unless it was displaced
	// Late says that it comes too shortly before the start: the applicant's weight in draws goes back to 1 and her
	// online entry is paused until PauseUntil (zero: not paused). A displaced appointment is never late.
	Late       bool
	PauseUntil time.Time
	Actor      Actor
}

// OutcomeRecord is an officer's word on an appointment.
type OutcomeRecord struct {
	Appointment uuid.UUID
	Consulate   ConsulateID // the officer's post; must be the appointment's
	Outcome     Outcome
	Reason      string // code, for returned
	Now         time.Time
	// PauseUntil is until when a no-show pauses the applicant's online entry (zero: not at all); her weight in draws
	// goes back to 1.
	PauseUntil time.Time
	Actor      Actor
}

// SeatCount is a number of seats of one start time, by pool and state.
type SeatCount struct {
	Start time.Time
	Pool  Pool
	State SeatState
	Seats int
}

// PublishedWeek is a post's week as it stands.
type PublishedWeek struct {
	Consulate ConsulateID
	ISOWeek   string
	Revision  int64
	Plan      []byte // the schedule document as it was published (JSON), for the editor
	Seats     []Seat // not withdrawn
	Reason    string // the signed reason for a week under the legal minimum
	UpdatedAt time.Time
}

// WeekChange is a new version of a week.
type WeekChange struct {
	Consulate ConsulateID
	ISOWeek   string
	Expected  int64 // the revision the officer saw
	Plan      []byte
	Add       []Seat
	// ReopenAt is when each seat of Add opens if it has to come back as returned: one time for each, or none
	// at all; the zero time never. The ledger decides which seats those are.
	ReopenAt []time.Time
	// OpensAt is when seats of the open pool open, by an opening of their group; until then they are planned. The zero time:
	// they are open at once.
	OpensAt  time.Time
	Remove   []SeatID
	Displace bool
	Reason   string // with Evidence, for a week below the minimum
	Evidence []byte
	Actor    Actor
}
