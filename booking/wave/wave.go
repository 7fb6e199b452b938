package wave

import (
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// ID names a wave and is the drawID of its draw: [a-z0-9][a-z0-9-]{0,63}, such as "waw-passport-2026w50" and, for the
// first standby wave of its family, "waw-passport-2026w50-s1".
type ID string

// Kind tells a main wave from a standby wave.
type Kind string

// The kinds.
const (
	KindMain    Kind = "main"
	KindStandby Kind = "standby"
)

// State is where a wave stands. It only goes forward.
type State string

// The states.
const (
	StateAnnounced State = "announced" // announced; entries are taken from Opens to Closes
	StateClosed    State = "closed"    // frozen: files and close leaf are written; witnesses are awaited
	StateStanding  State = "standing"  // k witnesses cosigned the close in time; the round is awaited
	StateDrawn     State = "drawn"     // the result is published, offers are out
	StateFinished  State = "finished"  // no offer is open any more
	StateCancelled State = "cancelled" // ended without a result
)

// Windows are at most this many in a wave; half-days are numbered from 0 (Monday morning) to 13 (Sunday afternoon).
const (
	MaxWindows = 10
	HalfDays   = 14
)

// Window is one half-day, or neighbouring ones that were merged, of the family's week. Its Number is that of its first
// half-day; the windows of a family share no half-day.
type Window struct {
	Number   int
	LastHalf int       // the last half-day, Number when it is one alone
	Label    string    // "2026-12-07 am" or "2026-12-07 pm – 2026-12-08 am", in the post's local dates
	From, To time.Time // first and last start of the seats in it
	Seats    int
}

// Bit is the window's place in a mask.
func (w Window) Bit() uint64 { return 1 << w.Number }

// Wave is one draw with its seats and windows.
type Wave struct {
	ID          ID
	Family      ID // the identifier of the family's main wave, whether there was one or not
	Kind        Kind
	Parent      ID // of a standby wave: the family's main wave; empty when there was none
	Predecessor ID // the wave of the same post, group, pool and kind before this one
	Consulate   booking.ConsulateID
	Group       booking.GroupID
	Pool        booking.Pool // draw, or kiosk or today: which channel takes the entries
	ISOWeek     string       // of the seats: "2026-W50"
	State       State
	Attempt     int // 0, or the number of the fallback

	Announced  time.Time
	Opens      time.Time
	Closes     time.Time
	OfferUntil time.Time // when offers end; zero before the draw
	Drawn      time.Time // zero before

	Windows      []Window
	Seats        int
	ManifestRoot [32]byte
	Round        uint64 // of the current attempt
	Beacon       draw.BeaconInfo
	Delays       draw.Delays
	Guarantee    draw.GuaranteeInfo

	// Counts for the public; Entries before the close only grows or shrinks by people's own acts.
	Entries  int // live entries, or those that were drawn
	Served   int
	Offers   OfferCounts
	Leftover int // seats that nobody was given and that open at drawn times
}

// OfferCounts is what became of a draw's offers; it is public.
type OfferCounts struct {
	Open, Signed, Declined, Expired, Withheld int
}

// Leaf is a line of the log of draws about one wave.
type Leaf struct {
	Seq  int64
	Type draw.LeafType
}

// Files are the frozen, public line files of a wave, as docs/DRAW-FILES.md describes them. Result is empty before the
// draw, Authority before the close.
type Files struct {
	Manifest, Entries, Bindings, Persons, Result []byte
	Authority                                    []byte
	Policy                                       []byte // the trust policy that the announcement names
	Beacon                                       []byte // beacon.json
}

// Seat is a seat of a wave with the number of its window.
type Seat struct {
	booking.Seat
	Window int
	// ReturnedBy are the persons who gave it back since it was last drawn: neither is in the draw of it.
	ReturnedBy []uuid.UUID
}
