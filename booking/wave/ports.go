package wave

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"chesna/booking/draw"
	"chesna/identity"
)

// Authority is the identity authority: it alone turns persons into pseudonyms of a draw. In production it is another
// organisation; every call may take long and fail.
type Authority interface {
	// Nullify gives the nf of each person as an entrant of the draw, NullifyPersons the personNf as one who would come.
	Nullify(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error)
	NullifyPersons(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error)
	// Attest signs that every nf and personNf of the files was issued by it once, to one verified person.
	Attest(ctx context.Context, s Statement) ([]byte, error)
}

// Statement is what the authority is asked to attest.
type Statement struct {
	DrawID                                       string
	EntriesSHA256, BindingsSHA256, PersonsSHA256 [32]byte
	Entries                                      []Issued
	Persons                                      []IssuedPerson
}

// Issued is one nf with its person; DrawID is the draw under which it was issued: that in which the entry was made.
type Issued struct {
	NF     [32]byte
	Person uuid.UUID
	DrawID string
}

// IssuedPerson is one personNf with its person and entry.
type IssuedPerson struct {
	PersonNF, EntryNF [32]byte
	Person            uuid.UUID
	DrawID            string
}

// ErrNotYet is a round that is not known yet.
var ErrNotYet = errors.New("wave: the round is not known yet")

// Beacon knows verified rounds of chains.
type Beacon interface {
	// Chain is the chain that new draws use.
	Chain() draw.BeaconInfo
	// Round returns the round's signature, verified under the chain, and its beacon.json; ErrNotYet.
	Round(ctx context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error)
}

// Log is the published log of draws.
type Log interface {
	// Proof returns the leaf and its proof with the first published checkpoint that covers it and has k cosignatures; no
	// proof while there is none.
	Proof(ctx context.Context, seq int64, k int) (Proof, error)
}

// Proof is a published leaf.
type Proof struct {
	Leaf     []byte
	Proof    []byte      // docs/DRAW-FILES.md: leaves/<seq>.proof; nil while there is none
	Stamp    []byte      // RFC 3161 token, may be empty
	Cosigned []time.Time // the times of the cosignatures, earliest first
}

// Trust is the policy that verifiers pin.
type Trust interface {
	// Policy is the canonical JSON of the trust policy now in force.
	Policy() []byte
}

// Receipts signs receipts (Ed25519, signed note).
type Receipts interface {
	Sign(text string) (note []byte, err error)
}

// Acts is what waves need of identity: who signed this document?
type Acts interface {
	VerifyAct(ctx context.Context, person uuid.UUID, document, signature []byte) (identity.Act, error)
}

// People is what waves need to know of applicants.
type People interface {
	ResolveApplicant(ctx context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error)
	NamesIn(ctx context.Context, declarer, person uuid.UUID, text string) (identity.Names, error)
	Country(ctx context.Context, person uuid.UUID) (string, error)
}
