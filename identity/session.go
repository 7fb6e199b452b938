package identity

import (
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what a person may act as. Rights come from the register of grants, never from a certificate.
type Role string

const (
	RoleCitizen       Role = "citizen"
	RoleOfficer       Role = "officer"
	RoleAnalyst       Role = "analyst"
	RoleAdministrator Role = "administrator"
	RoleAuditor       Role = "auditor"
)

// Grant is one right of a person: a role, for officers at one post.
type Grant struct {
	Role      Role
	Consulate string // empty: not bound to a post
}

// String is the role, and after an @ the post.
func (g Grant) String() string {
	if g.Consulate == "" {
		return string(g.Role)
	}
	return string(g.Role) + "@" + g.Consulate
}

// Session is a signed-in person. It is carried by a short access token and checked against revocation.
type Session struct {
	ID      uuid.UUID
	Person  uuid.UUID
	Grants  []Grant
	Country string // the person's country of stay when the token was issued
	// Reachable tells that she had a verified e-mail address when the token was issued.
	Reachable bool
	// Staff tells that the sign-in's certificate was one with which rights beyond the citizen's may be used.
	Staff bool
	// ExpiresAt is the end of the access token, EndsAt the latest end of the session, whatever is refreshed.
	ExpiresAt time.Time
	EndsAt    time.Time
}

// Has tells whether the session holds the role.
func (s Session) Has(r Role) bool {
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return g.Role == r })
}

// HasAt tells whether the session holds the role at the post.
func (s Session) HasAt(r Role, consulate string) bool {
	return slices.ContainsFunc(s.Grants, func(g Grant) bool {
		return g.Role == r && (g.Consulate == consulate || g.Consulate == "*")
	})
}

// Tokens are what a client gets at sign-in. Refresh is single-use: it is rotated at each refresh, and using
// an old one again revokes the session; only the one just replaced answers, for some seconds, the same new
// token again, because answers get lost and a browser may ask twice at once. Secret: never logged.
type Tokens struct {
	Access         string
	AccessExpires  time.Time
	Refresh        string
	RefreshExpires time.Time
}

// LogValue hides the tokens from logs.
func (Tokens) LogValue() slog.Value { return slog.StringValue("[tokens]") }

// LogValue logs who the session is, which is no personal data.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", s.ID.String()), slog.String("person", s.Person.String()))
}

// Challenge is a text to sign in with. ID is known to its asker only; Document is signed byte for byte.
type Challenge struct {
	ID        string
	Document  []byte
	ExpiresAt time.Time
}

// LogValue hides the challenge from logs: who knows it may answer it.
func (Challenge) LogValue() slog.Value { return slog.StringValue("[challenge]") }
