package token

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"chesna/identity"
	"chesna/identity/keyring"
)

const (
	audience   = "chesna"
	headerType = "at+jwt"
	leeway     = 5 * time.Second
	maxBytes   = 4096
	maxGrants  = 64
)

// Deps is what a Minter works with.
type Deps struct {
	Ring *keyring.Ring
	// Issuer is the origin of the site. MaxAge is the longest life of an access token that is believed.
	Issuer string
	MaxAge time.Duration
}

// Minter implements identity.TokenMinter. It is safe for concurrent use.
type Minter struct {
	issuer  string
	maxAge  time.Duration
	current int
	access  map[int][]byte
	refresh map[int][]byte
}

// New checks the dependencies and derives the keys.
func New(d Deps) (*Minter, error) {
	switch {
	case d.Ring == nil:
		return nil, errors.New("token: no keyring")
	case d.Issuer == "":
		return nil, errors.New("token: no issuer")
	case d.MaxAge <= 0:
		return nil, errors.New("token: MaxAge must be positive")
	}
	return &Minter{
		issuer: d.Issuer, maxAge: d.MaxAge, current: d.Ring.Current(),
		access: d.Ring.Keys("token/access"), refresh: d.Ring.Keys("token/refresh"),
	}, nil
}

type claims struct {
	jwt.RegisteredClaims
	Session   string   `json:"sid"`
	Grants    []string `json:"grants"`
	Country   string   `json:"country,omitempty"`
	Reachable bool     `json:"reachable,omitempty"`
	Staff     bool     `json:"staff,omitempty"`
	Ends      int64    `json:"ends"`
}

// Access makes the access token of a session; it ends at s.ExpiresAt (whole seconds, rounded down).
func (m *Minter) Access(s identity.Session, issued time.Time) (string, error) {
	if life := s.ExpiresAt.Sub(issued); life <= 0 || life > m.maxAge {
		return "", fmt.Errorf("token: a life of %s is not within %s", life, m.maxAge)
	}
	if len(s.Grants) > maxGrants {
		return "", fmt.Errorf("token: %d grants do not fit", len(s.Grants))
	}
	jti, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: m.issuer, Subject: s.Person.String(), Audience: jwt.ClaimStrings{audience}, ID: jti.String(),
			IssuedAt: jwt.NewNumericDate(issued), ExpiresAt: jwt.NewNumericDate(s.ExpiresAt),
		},
		Session: s.ID.String(), Country: s.Country, Reachable: s.Reachable, Staff: s.Staff, Ends: s.EndsAt.Unix(),
		Grants: make([]string, len(s.Grants)),
	}
	for i, g := range s.Grants {
		c.Grants[i] = g.String()
	}
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	t.Header["kid"] = strconv.Itoa(m.current)
	t.Header["typ"] = headerType
	signed, err := t.SignedString(m.access[m.current])
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return signed, nil
}

// ParseAccess reads an access token at a time; every refusal is CodeUnauthenticated with a Reason of "expired"
// or "invalid".
func (m *Minter) ParseAccess(token string, now time.Time) (identity.Session, error) {
	if len(token) > maxBytes {
		return identity.Session{}, refused("invalid", nil)
	}
	var c claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(m.issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
	_, err := parser.ParseWithClaims(token, &c, m.key)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenUnverifiable):
		return identity.Session{}, refused("expired", nil)
	case err != nil:
		return identity.Session{}, refused("invalid", nil) // jwt's errors may quote the token
	}
	s, err := m.session(c)
	if err != nil {
		return identity.Session{}, refused("invalid", err)
	}
	return s, nil
}

func (m *Minter) key(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	version, err := strconv.Atoi(kid)
	key, ok := m.access[version]
	if err != nil || !ok || t.Header["typ"] != headerType || strconv.Itoa(version) != kid {
		return nil, jwt.ErrTokenUnverifiable
	}
	return key, nil
}

// session reads claims that are authentic; it still refuses what Access would not have made.
func (m *Minter) session(c claims) (identity.Session, error) {
	id, err1 := uuid.Parse(c.Session)
	person, err2 := uuid.Parse(c.Subject)
	_, err3 := uuid.Parse(c.ID)
	if err := errors.Join(err1, err2, err3); err != nil {
		return identity.Session{}, err
	}
	if c.IssuedAt == nil || c.ExpiresAt.Sub(c.IssuedAt.Time) > m.maxAge+time.Second {
		return identity.Session{}, errors.New("token: lives too long")
	}
	s := identity.Session{
		ID: id, Person: person, Country: c.Country, Reachable: c.Reachable, Staff: c.Staff,
		ExpiresAt: c.ExpiresAt.UTC(), EndsAt: time.Unix(c.Ends, 0).UTC(),
	}
	for _, g := range c.Grants {
		role, consulate, _ := strings.Cut(g, "@")
		s.Grants = append(s.Grants, identity.Grant{Role: identity.Role(role), Consulate: consulate})
	}
	return s, nil
}

func refused(reason string, cause error) *identity.Error {
	return &identity.Error{Code: identity.CodeUnauthenticated, Reason: reason, Detail: "sign in again", Cause: cause}
}
