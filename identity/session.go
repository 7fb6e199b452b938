package identity

import (
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

// Session is a signed-in person. It is carried by a short access token and checked against revocation.
type Session struct {
	ID        uuid.UUID
	Person    uuid.UUID
	Grants    []Grant
	Country   string // the person's country of stay when the token was issued
	ExpiresAt time.Time
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
// an old one again revokes the session.
type Tokens struct {
	Access         string
	AccessExpires  time.Time
	Refresh        string
	RefreshExpires time.Time
}

// Challenge is a text to sign in with.
type Challenge struct {
	ID        string
	Document  []byte
	ExpiresAt time.Time
}
