package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// SignatureVerifier proves who signed a document. It accepts only when the signature covers exactly the bytes
// of document (attached or detached CMS) and the certificate was good at that time; every refusal is an *Error
// with CodeSignatureRejected and the verifier's own code as Reason.
type SignatureVerifier interface {
	Verify(ctx context.Context, document, signature []byte, at time.Time) (Assertion, error)
}

// Pseudonym is a keyed hash of an identifier under one version of the key.
type Pseudonym struct {
	KeyVersion int
	MAC        [32]byte
}

// Pseudonymiser hashes under secret keys, one key per purpose.
type Pseudonymiser interface {
	// Pseudonyms answers one hash per loaded key version, the current version first.
	Pseudonyms(id Identifier) []Pseudonym
	// MAC is a keyed hash for short-lived things such as codes, under the current version.
	MAC(purpose string, data []byte) [32]byte
}

// Purpose separates what is sealed: a value sealed for one purpose cannot be opened for another.
type Purpose string

const (
	SealNames      Purpose = "names"
	SealEmail      Purpose = "email"
	SealEvidence   Purpose = "evidence"
	SealIdentifier Purpose = "identifier"
	SealApplicant  Purpose = "applicant"
)

// Sealer encrypts and authenticates. The bound bytes are not kept in the sealed value, but opening needs the
// same: a value copied to another row does not open there.
type Sealer interface {
	Seal(p Purpose, bound, plain []byte) ([]byte, error)
	Open(p Purpose, bound, sealed []byte) ([]byte, error)
}

// TokenMinter makes and reads the tokens. Reading refuses with CodeUnauthenticated.
type TokenMinter interface {
	Access(s Session, issued time.Time) (string, error)
	ParseAccess(token string, now time.Time) (Session, error)
	// Refresh is deterministic: the same session and generation give the same token.
	Refresh(session uuid.UUID, generation uint64) (string, error)
	ParseRefresh(token string) (session uuid.UUID, generation uint64, err error)
}

// Mail is a message in plain text, UTF-8. Personal data: never logged.
type Mail struct {
	To      string
	Subject string
	Text    string
}

// LogValue hides the mail from logs.
func (Mail) LogValue() slog.Value { return slog.StringValue("[mail]") }

// Mailer hands a message over for delivery. It answers when the message is accepted, not when it is read.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Limit allows Count events per period, spread evenly, with a burst of Count (GCRA).
type Limit struct {
	Name  string
	Count int
	Per   time.Duration
}

// Limiter counts events by key. Above the limit it answers CodeRateLimited with RetryAfter, and the refused
// event does not count.
type Limiter interface {
	Allow(ctx context.Context, key string, limit Limit, now time.Time) error
}

// ChallengeStore keeps sign-in texts for some minutes.
type ChallengeStore interface {
	PutChallenge(ctx context.Context, c Challenge, ttl time.Duration) error
	// TryChallenge counts one try and answers the text. CodeChallengeUnknown when it is used, expired, never
	// issued, or has been tried more than maxTries times.
	TryChallenge(ctx context.Context, id string, maxTries int) (Challenge, error)
	// ConsumeChallenge ends the challenge; of several callers exactly one gets true.
	ConsumeChallenge(ctx context.Context, id string) (bool, error)
}

// SessionRecord is a session as its store keeps it.
type SessionRecord struct {
	ID         uuid.UUID
	Person     uuid.UUID
	Generation uint64    // of the refresh token that is good now
	Staff      bool      // the certificate named an institution whose staff may use their grants
	EndsAt     time.Time // latest end, whatever is refreshed
}

// SessionStore keeps sessions. An emptied store has signed everybody out.
type SessionStore interface {
	// CreateSession stores it for idle; a person keeps at most maxSessions, the oldest end first.
	CreateSession(ctx context.Context, r SessionRecord, now time.Time, idle time.Duration, maxSessions int) error
	// RotateSession takes the refresh token's generation. The current one moves on by one; the one before
	// within grace of its rotation answers the current one again; any other ends the session. Refusals are
	// CodeUnauthenticated with Reason "ended" or "reused".
	RotateSession(ctx context.Context, id uuid.UUID, generation uint64, now time.Time, idle, grace time.Duration) (SessionRecord, error)
	// SessionAlive tells whether the session has not ended.
	SessionAlive(ctx context.Context, id uuid.UUID) (bool, error)
	EndSession(ctx context.Context, person, id uuid.UUID) error
	EndSessions(ctx context.Context, person uuid.UUID) error
}

// EmailCode is a code sent to an address that waits for its answer.
type EmailCode struct {
	MAC     [32]byte // of person and code
	Address []byte   // sealed
}

// EmailCodeStore keeps at most one code per person.
type EmailCodeStore interface {
	PutEmailCode(ctx context.Context, person uuid.UUID, c EmailCode, ttl time.Duration) error
	// TakeEmailCode compares and, when equal, ends the code and answers it. A wrong answer counts; above
	// maxTries the code ends. Refusals are CodeEmailCode with Reason "wrong" or "expired".
	TakeEmailCode(ctx context.Context, person uuid.UUID, mac [32]byte, maxTries int) (EmailCode, error)
}

// SealedIdentifier is an identifier as stores see it.
type SealedIdentifier struct {
	Kind       IdentifierKind
	Pseudonyms []Pseudonym
	Sealed     []byte // bound to nothing but its purpose and kind, because it may move to another person
}

// PersonRecord is a person as stores see her: no readable personal data but country and language.
type PersonRecord struct {
	ID              uuid.UUID
	Names           []byte // sealed
	Email           []byte // sealed
	EmailVerifiedAt time.Time
	Country         string
	CountrySetAt    time.Time
	Language        string
}

// SignIn is one sign-in as it is recorded.
type SignIn struct {
	At          time.Time
	Certificate [32]byte // SHA-256 of the certificate: a person recognises a key that is not hers
}

// Declaration is what somebody says of another person for whom he asks, as stores see it.
type Declaration struct {
	ID        uuid.UUID // new
	Declarer  uuid.UUID
	Candidate uuid.UUID // becomes the applicant's person when she has none
	Number    SealedIdentifier
	Likeness  SealedIdentifier // KindLikeness
	Relation  string
	Details   []byte // sealed to declarer and ID
	At        time.Time
	// A declarer has at most Most applicants whom he declared for the first time within Span.
	Most int
	Span time.Duration
	// Agrees is asked, within the transaction, when he has declared the number's person before under another
	// likeness. Its error refuses the declaration.
	Agrees func(earlier ApplicantRecord) error
}

// ApplicantRecord is an applicant as one declarer gave her in one declaration.
type ApplicantRecord struct {
	Person      uuid.UUID
	Declaration uuid.UUID
	Relation    string
	Details     []byte // sealed
	At          time.Time
}

// PersonStore keeps persons and records what happened to each. CodePersonUnknown when there is none.
type PersonStore interface {
	// ResolveCertified finds the certified person of the identifiers or makes candidate the new one, and takes over
	// identifiers that were only declared, without becoming the person who was declared. Two certified owners: CodeIdentityConflict, nothing
	// changed. Concurrent calls for one human answer one person.
	ResolveCertified(ctx context.Context, candidate uuid.UUID, ids []SealedIdentifier, at time.Time) (uuid.UUID, error)
	// Declare finds the applicant by her likeness, else by her number, else makes Candidate the new one with
	// both, and keeps what was typed. An applicant who is there gets no number more. A certified owner of the
	// number is CodeInvalid at /applicant, one above Most CodeRateLimited with Reason "applicants" and the time
	// until there is room; a refusal changes nothing.
	Declare(ctx context.Context, d Declaration) (uuid.UUID, error)
	// CertifiedOwners answers who owns any of the pseudonyms by certificate.
	CertifiedOwners(ctx context.Context, ids []SealedIdentifier) ([]uuid.UUID, error)
	RecordSignIn(ctx context.Context, person uuid.UUID, names []byte, s SignIn) error
	Actions(ctx context.Context, person uuid.UUID, limit int) ([]Action, error)
	Person(ctx context.Context, id uuid.UUID) (PersonRecord, error)
	SetEmail(ctx context.Context, person uuid.UUID, address []byte, verifiedAt time.Time) error
	// SetCountry changes it unless it was changed after notAfter; then CodeCountryFixed.
	SetCountry(ctx context.Context, person uuid.UUID, country string, at, notAfter time.Time) error
	SetLanguage(ctx context.Context, person uuid.UUID, language string, at time.Time) error
	// Applicant answers the newest declaration; Applicants the newest of each applicant, newest first.
	Applicant(ctx context.Context, declarer, person uuid.UUID) (ApplicantRecord, error)
	// ApplicantIn answers the declaration that was the newest when it was first asked for with this text.
	// CodePersonUnknown when there is none, or the text is about another applicant or by another declarer.
	ApplicantIn(ctx context.Context, declarer, person uuid.UUID, text string) (ApplicantRecord, error)
	Applicants(ctx context.Context, declarer uuid.UUID) ([]ApplicantRecord, error)
}

// GrantStore is the register of who got which right, when and from whom. Rows are never deleted.
type GrantStore interface {
	Grants(ctx context.Context, person uuid.UUID) ([]Grant, error)
	AddGrant(ctx context.Context, by, person uuid.UUID, g Grant, at time.Time) error
	WithdrawGrant(ctx context.Context, by, person uuid.UUID, g Grant, at time.Time) error
	GrantRegister(ctx context.Context, limit int) ([]GrantRow, error)
}

// IdentifierStore lets identifiers be hashed again under a new key.
type IdentifierStore interface {
	// IdentifiersWithout answers up to limit identifiers that have no pseudonym of the key version.
	IdentifiersWithout(ctx context.Context, keyVersion, limit int) ([]StoredIdentifier, error)
	AddPseudonym(ctx context.Context, identifier uuid.UUID, p Pseudonym) error
	// DropPseudonyms deletes those of a retired key version, and refuses while an identifier has no other.
	DropPseudonyms(ctx context.Context, keyVersion int) (int64, error)
}

// StoredIdentifier is an identifier in its store.
type StoredIdentifier struct {
	ID     uuid.UUID
	Kind   IdentifierKind
	Sealed []byte
}
