package wave

import (
	"context"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// Ledger keeps waves, entries, offers and standing, and decides last. Each method is one transaction that records its
// events and leaves; time is the ledger's own (the database's clock). All methods are safe for concurrent use, by
// several processes; CodeUnavailable when the database cannot be reached.
//
// The methods of a step (Announce … Finish) check the state that the step needs: a wave that is beyond it is left as it
// is, without an error, so that a step done twice has one effect.
type Ledger interface {
	Steps
	Public
	Citizens
}

// Steps are what time does with waves.
type Steps interface {
	// Planned lists the seats in state planned of the pool that start after the instant, by post, group and week:
	// the matter of main waves. Where the family has its main wave, or the one before is not drawn, there may be no seats
	// in the answer.
	Planned(ctx context.Context, pool booking.Pool, after time.Time) ([]Batch, error)
	// Returned lists returned seats without a time to re-open that start after the instant, by family: the matter of
	// standby waves.
	Returned(ctx context.Context, after time.Time) ([]Batch, error)
	// FlowOn turns planned seats of the kiosk, today and draw pools that start between now and the instant into
	// returned ones: what these channels did not use, and what was published too late for a main wave, goes to the next
	// standby draw. At most limit.
	FlowOn(ctx context.Context, before time.Time, limit int) (int, error)
	// Demand is what the last twelve main waves of the post's group showed.
	Demand(ctx context.Context, c booking.ConsulateID, g booking.GroupID) (Demand, error)

	// Announce makes the wave: its seats go to in_draw, its leaf into the log of draws, its steps into the job queue.
	// CodeStale when one of the seats is not as Planned or Returned showed it, or the wave is there already.
	Announce(ctx context.Context, p Plan) (Wave, error)
	// Due lists waves with a step whose time has come, oldest first, at most limit.
	Due(ctx context.Context, limit int) ([]Due, error)
	// Freeze waits for running entries to end and reads what takes part; CodeTooEarly before Closes.
	Freeze(ctx context.Context, id ID) (Frozen, error)
	// Close writes the frozen files and the close leaf: announced → closed.
	Close(ctx context.Context, id ID, f Files, leaf LeafFunc) error
	// Stand records that the close stands: closed → standing.
	Stand(ctx context.Context, id ID, attempt int) error
	// Void records that the attempt does not stand; the next one takes the round. It stays closed.
	Void(ctx context.Context, id ID, next int, round uint64, leaf LeafFunc) error
	// Note writes a leaf about the wave that changes nothing (delayed), or its chain and round (newchain), once a type.
	Note(ctx context.Context, id ID, t draw.LeafType, chain *draw.BeaconInfo, round uint64, leaf LeafFunc) error
	// Cancel ends a wave without a result: its seats are returned, its entries stay live for the family's next one.
	Cancel(ctx context.Context, id ID, reason string, leaf LeafFunc) error
	// Draw writes the result: offers with their claims and seats, losses and resets of standing, leftovers: standing
	// → drawn. A winner who cannot be offered (a member has a claim, or is suspended) has her offer withheld.
	Draw(ctx context.Context, id ID, o Outcome) error
	// ExpireOffers ends open offers whose time is over: seats returned, claims deleted, two unsigned offers pause
	// the declarer. It returns how many, at most limit.
	ExpireOffers(ctx context.Context, pause time.Duration, limit int) (int, error)
	// Finish moves drawn waves without open offers to finished, and ends the live entries of families whose last
	// seat is past, with their claims. It returns how many of both, at most limit of each.
	Finish(ctx context.Context, limit int) (int, error)
}

// Public is what everybody may read.
type Public interface {
	Wave(ctx context.Context, id ID) (Wave, error) // CodeDrawAbsent
	// Waves lists waves, latest close first.
	Waves(ctx context.Context, f Filter) ([]Wave, error)
	// Files are empty before the close. After it they are public.
	Files(ctx context.Context, id ID) (Files, error)
	// File is one of them by its name; nil when it is not there, or has no bytes.
	File(ctx context.Context, id ID, name string) ([]byte, error)
	// Leaves are the wave's leaves in the order of the log.
	Leaves(ctx context.Context, id ID) ([]Leaf, error)
	// Frozen reads again what took part in a closed wave, for cards and receipts.
	Frozen(ctx context.Context, id ID) (Frozen, error)
}

// Citizens is what one person does.
type Citizens interface {
	// Enter accepts an entry or its next revision, or refuses: CodeDrawAbsent, CodeEntryClosed (not yet open, or
	// closed), CodeStale (another revision), CodeAlreadyEntered (a member has a live entry elsewhere), CodeAlreadyBooked,
	// CodeOfferOpen, CodePaused, CodeEntryFrozen (the entry to be moved is in a draw now). Accepted entries of one
	// moment share a transaction. Weight and guarantee are set when the first revision is accepted.
	Enter(ctx context.Context, a Acceptance) (Entry, error)
	// Leave ends a live entry: CodeEntryAbsent, CodeStale, CodeEntryFrozen.
	Leave(ctx context.Context, l Leaving) (Entry, error)
	// SetReceipt keeps the receipt of the revision; an older one never replaces a newer one.
	SetReceipt(ctx context.Context, id ID, declarer uuid.UUID, rev int, receipt []byte) error
	Entry(ctx context.Context, id ID, declarer uuid.UUID) (Entry, error) // CodeEntryAbsent
	EntriesOf(ctx context.Context, declarer uuid.UUID) ([]Entry, error)  // newest first
	// LiveEntry is the live entry of which the applicant is a member or the declarer, if there is one.
	LiveEntry(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (Entry, bool, error)
	// Blocked tells why the applicant cannot hold a seat of the group at once: CodeLiveEntry, CodeOfferOpen, or nil.
	Blocked(ctx context.Context, applicant uuid.UUID, g booking.GroupID) error
	// Standing is the applicant's.
	Standing(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (Standing, error)

	Offer(ctx context.Context, id uuid.UUID) (Offer, error) // CodeOfferAbsent
	OffersOf(ctx context.Context, declarer uuid.UUID) ([]Offer, error)
	// SignOffer turns an open offer into appointments, one for each seat; the appointment that it reschedules is
	// cancelled in the same transaction. The same signature answers the same. CodeOfferEnded, CodeSignatureReused,
	// CodeNotActive (the appointment to be replaced has ended).
	SignOffer(ctx context.Context, s Signing) ([]booking.Appointment, error)
	// DeclineOffer ends an open offer: CodeOfferEnded.
	DeclineOffer(ctx context.Context, id, declarer uuid.UUID, by booking.Actor) (Offer, error)
}

// LeafFunc composes a leaf once its number is known.
type LeafFunc func(seq int64) ([]byte, error)

// Batch is seats that could make a wave.
type Batch struct {
	Family    ID
	Consulate booking.ConsulateID
	Group     booking.GroupID
	Pool      booking.Pool
	ISOWeek   string
	Seats     []Seat // Window is set where the family has windows
	// Windows of the family, when it has had a wave; Standbys is how many standby waves it had, LastStandby when the
	// last was announced; Busy tells that one of its waves is not drawn yet.
	Windows     []Window
	Main        ID // the family's main wave, if there was one
	Standbys    int
	LastStandby time.Time
	Busy        bool
	// Predecessor is the latest wave of the same post, group, pool and kind; Open tells that it is not drawn yet.
	Predecessor     ID
	PredecessorOpen bool
}

// Plan is a wave to be announced.
type Plan struct {
	Wave   Wave
	Seats  []Seat
	Leaf   LeafFunc
	Policy []byte // the trust policy that the leaf names: Files.Policy, whatever comes into force later
}

// Step names what is due.
type Step string

// The steps, in their order.
const (
	StepClose  Step = "close"  // announced, and Closes has come
	StepStand  Step = "stand"  // closed
	StepDraw   Step = "draw"   // standing
	StepFinish Step = "finish" // drawn
)

// Due is a wave with the step it waits for.
type Due struct {
	ID   ID
	Step Step
}

// Frozen is what takes part in a draw: the manifest's seats and the entries, its own and those carried, without those
// of persons who gave one of the seats back.
type Frozen struct {
	Wave    Wave
	Seats   []Seat
	Entries []Entry
}

// Outcome is a draw's result on its way into the ledger.
type Outcome struct {
	Attempt    int
	Result     []byte // the file
	Beacon     []byte // beacon.json
	Leaf       LeafFunc
	Awards     []Award
	Losers     []EntryKey // unserved entries in the waiting order
	Leftover   []Leftover
	OfferUntil time.Time
}

// EntryKey names an entry.
type EntryKey struct {
	Wave     ID
	Declarer uuid.UUID
}

// Award gives seats to an entry; Seats are in the order of its members.
type Award struct {
	Entry EntryKey
	Offer uuid.UUID // chosen by the caller
	Seats []booking.SeatID
}

// Leftover is a seat that nobody was given; OpenAt zero: it starts too soon and stays returned.
type Leftover struct {
	Seat   booking.SeatID
	OpenAt time.Time
}

// Filter chooses waves; zero fields choose all. Limit is at most 200.
type Filter struct {
	Consulate booking.ConsulateID
	Group     booking.GroupID
	States    []State
	Family    ID
	Before    time.Time // closes before; for the next page
	Limit     int
}

// Acceptance is a signed request to enter on its way into the ledger.
type Acceptance struct {
	Wave        ID
	Declarer    uuid.UUID
	Rev         int // must be the current revision + 1
	NF          [32]byte
	Windows     uint64
	Members     []Member
	CountsLoss  bool
	Reschedules uuid.UUID
	Leaves      ID // the wave of the live entry that ends with this one; empty
	Commitment  [32]byte
	Opening     [32]byte
	Request     []byte
	Evidence    []byte
	Signature   [32]byte // digest of the SignerInfo
	Actor       booking.Actor
	// Receipt makes the receipt of the entry as the ledger is about to accept it, which is then kept with it: it is given
	// out after the commit and never without one. nil: there is none until SetReceipt.
	Receipt func(Entry) ([]byte, error)
}

// Leaving is a signed request to leave.
type Leaving struct {
	Wave       ID
	Declarer   uuid.UUID
	Rev        int
	Commitment [32]byte
	Opening    [32]byte
	Request    []byte
	Evidence   []byte
	Signature  [32]byte
	Actor      booking.Actor
}

// Signing is a signed offer on its way into the ledger.
type Signing struct {
	Offer           uuid.UUID
	Declarer        uuid.UUID
	Appointments    []uuid.UUID // one for each seat, chosen by the caller
	References      []string
	SignatureDigest [32]byte
	DocumentDigest  [32]byte
	Evidence        []byte
	MaxChanges      int
	// LateCancel and Pause are the rules that the rescheduled appointment is given back under, as by a cancellation.
	LateCancel, Pause time.Duration
	Actor             booking.Actor
}
