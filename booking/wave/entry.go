package wave

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/identity"
)

// MaxSize is the most persons of one entry.
const MaxSize = draw.MaxSize

// MaxRevisions is the highest revision that an entry can be changed to; it can be left after that. Each is kept with its
// signature and is a leaf of the journal for ever.
const MaxRevisions = 30

// EntryState is where an entry stands.
type EntryState string

// The states.
const (
	EntryLive   EntryState = "live"   // takes part in its wave, and in the family's standby waves until it is served
	EntryServed EntryState = "served" // was given seats
	EntryLeft   EntryState = "left"   // its declarer left by a signed request, or moved to another wave
	EntryEnded  EntryState = "ended"  // the family's seats are all past
)

// Member is one person of an entry and the service she comes for.
type Member struct {
	Applicant uuid.UUID
	Service   booking.ServiceID
	PersonNF  [32]byte
}

// Entry is a declarer's part in a wave. Her members are those who come, herself only if she is one of them.
type Entry struct {
	Wave     ID // where it was made; a standby wave carries the live entries of its family
	Declarer uuid.UUID
	Rev      int // from 1, higher at each change
	State    EntryState
	NF       [32]byte
	W, G     int
	Windows  uint64
	Members  []Member
	// CountsLoss tells whether losing raises the weight: the district's post, three windows or the word that she
	// cannot, a main wave of the online pool, and no rescheduling.
	CountsLoss  bool
	Reschedules uuid.UUID // the appointment that this entry would replace; uuid.Nil
	Commitment  [32]byte  // c = SHA-256(request ‖ opening)
	Opening     [32]byte  // the citizen's, with the receipt
	Request     []byte    // the text that she signed
	Receipt     []byte    // signed after the commit; of the current rev
	AcceptedAt  time.Time // of the current revision; of a frozen entry, of the first
	ServedIn    ID        // the wave that served it
}

// Size is how many seats the entry needs.
func (e Entry) Size() int { return len(e.Members) }

// Line is the entry's line in the file of entries, without LF.
func (e Entry) Line() string {
	return fmt.Sprintf("%x %d %d %d %016x", e.NF, e.W, e.G, e.Size(), e.Windows)
}

// EntryRequest is a citizen's wish to enter, to change her entry, or to move it from another wave's standby.
type EntryRequest struct {
	Windows []int // numbers of acceptable windows
	Members []MemberRequest
	// Cannot is her signed word that she can accept fewer than three windows only.
	Cannot bool
	// Reschedules names her appointment that is to be replaced if she wins; members must be empty then.
	Reschedules uuid.UUID
	// Signature is over the text that a first request without it was refused with (CodeSignatureNeeded).
	Signature []byte
}

// MemberRequest is one person who would come; Applicant is nil for the declarer herself.
type MemberRequest struct {
	Service   booking.ServiceID
	Applicant *identity.Applicant
}

// Receipt is what a citizen keeps: with Opening and Request she can prove to anyone what she asked for.
type Receipt struct {
	Entry Entry
	Note  []byte // signed: chesna/receipt/v1
	Wave  Wave   // the entry's; its counts may be seconds old
}
