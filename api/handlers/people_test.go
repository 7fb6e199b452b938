package handlers_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/identity"
)

// people stands in for identity: a signature is "<name>:<hex SHA-256 of the document>", an access token is the
// name. What is real in it is the codes of its refusals.
type people struct {
	mu         sync.Mutex
	persons    map[string]*identity.Person
	grants     map[string][]identity.Grant
	challenges map[string][]byte
	ended      map[string]bool
	children   map[uuid.UUID]identity.Names
	actions    map[uuid.UUID][]identity.Action
	limited    string // an action that is over its limit
	stale      string // the country that every token names, whatever is stored
}

func newPeople() *people {
	p := &people{
		persons: map[string]*identity.Person{}, grants: map[string][]identity.Grant{}, challenges: map[string][]byte{},
		ended: map[string]bool{}, children: map[uuid.UUID]identity.Names{},
	}
	for i, name := range []string{"olena", "taras", "ivanna"} {
		p.persons[name] = &identity.Person{
			ID: uuid.UUID{15: byte(i + 1)}, Names: identity.Names{Surname: "Шевченко", GivenName: "Олена", Patronymic: "Іванівна"},
			Country: "PL", Language: "uk",
		}
		p.grants[name] = []identity.Grant{{Role: identity.RoleCitizen}}
	}
	p.grants["ivanna"] = append(p.grants["ivanna"], identity.Grant{Role: identity.RoleOfficer, Consulate: "waw"})
	return p
}

// sign is what the person's key would make of a document, in base64.
func sign(name string, document []byte) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s:%x", name, sha256.Sum256(document)))
}

func (p *people) signer(document, signature []byte) (string, error) {
	name, digest, ok := bytes.Cut(signature, []byte(":"))
	if !ok || p.persons[string(name)] == nil {
		return "", &identity.Error{Code: identity.CodeSignatureRejected, Reason: "malformed"}
	}
	if string(digest) != fmt.Sprintf("%x", sha256.Sum256(document)) {
		return "", &identity.Error{Code: identity.CodeSignatureRejected, Reason: "content-mismatch"}
	}
	return string(name), nil
}

func (p *people) VerifyAct(_ context.Context, person uuid.UUID, document, signature []byte) (identity.Act, error) {
	name, err := p.signer(document, signature)
	if err != nil {
		return identity.Act{}, err
	}
	if p.persons[name].ID != person {
		return identity.Act{}, &identity.Error{Code: identity.CodeSignerMismatch}
	}
	return identity.Act{Person: person, Digest: sha256.Sum256(signature), Evidence: signature}, nil
}

func (*people) SignatureDigest(signature []byte) ([32]byte, error) {
	return sha256.Sum256(signature), nil
}

func (p *people) ResolveApplicant(_ context.Context, _ uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := uuid.NewSHA1(uuid.Nil, []byte(a.Names.Full()))
	p.children[id] = a.Names
	return id, nil
}

func (p *people) NamesIn(_ context.Context, _, person uuid.UUID, _ string) (identity.Names, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.children[person], nil
}

func (p *people) Country(_ context.Context, id uuid.UUID) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.persons {
		if one.ID == id {
			return one.Country, nil
		}
	}
	return "", &identity.Error{Code: identity.CodePersonUnknown}
}

func (p *people) Challenge(context.Context) (identity.Challenge, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := fmt.Sprintf("%032x", len(p.challenges)+1)
	p.challenges[id] = []byte("вхід " + id + "\n")
	return identity.Challenge{ID: id, Document: p.challenges[id], ExpiresAt: time.Now().Add(time.Minute)}, nil
}

func (p *people) Complete(_ context.Context, id string, signature []byte) (identity.Session, identity.Tokens, identity.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	document, ok := p.challenges[id]
	if !ok {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, &identity.Error{Code: identity.CodeChallengeUnknown}
	}
	name, err := p.signer(document, signature)
	if err != nil {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, err
	}
	delete(p.challenges, id)
	return p.session(name), p.tokens(name), *p.persons[name], nil
}

func (p *people) session(name string) identity.Session {
	now, country := time.Now(), p.persons[name].Country
	if p.stale != "" {
		country = p.stale
	}
	return identity.Session{
		ID: uuid.NewSHA1(uuid.Nil, []byte(name)), Person: p.persons[name].ID, Grants: p.grants[name],
		Country: country, Staff: len(p.grants[name]) > 1, ExpiresAt: now.Add(time.Minute), EndsAt: now.Add(time.Hour),
	}
}

func (*people) tokens(name string) identity.Tokens {
	now := time.Now()
	return identity.Tokens{Access: name, AccessExpires: now.Add(time.Minute), Refresh: "r-" + name, RefreshExpires: now.Add(time.Hour)}
}

func (p *people) Authenticate(_ context.Context, access string) (identity.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.persons[access] == nil || p.ended[access] {
		return identity.Session{}, &identity.Error{Code: identity.CodeUnauthenticated}
	}
	return p.session(access), nil
}

func (p *people) Refresh(_ context.Context, refresh string) (identity.Session, identity.Tokens, error) {
	if len(refresh) < 3 || p.persons[refresh[2:]] == nil {
		return identity.Session{}, identity.Tokens{}, &identity.Error{Code: identity.CodeUnauthenticated}
	}
	return p.session(refresh[2:]), p.tokens(refresh[2:]), nil
}

func (p *people) byID(id uuid.UUID) (string, *identity.Person) {
	for name, one := range p.persons {
		if one.ID == id {
			return name, one
		}
	}
	return "", nil
}

func (p *people) Reissue(_ context.Context, s identity.Session) (identity.Session, identity.Tokens, error) {
	name, _ := p.byID(s.Person)
	return p.session(name), identity.Tokens{Access: name, AccessExpires: time.Now().Add(time.Minute)}, nil
}

func (p *people) Logout(_ context.Context, s identity.Session) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, _ := p.byID(s.Person)
	p.ended[name] = true
	return nil
}

func (p *people) Person(_ context.Context, id uuid.UUID) (identity.Person, error) {
	_, one := p.byID(id)
	return *one, nil
}

func (p *people) SetCountry(_ context.Context, id uuid.UUID, country string) (identity.Person, error) {
	_, one := p.byID(id)
	if country == "ZZ" {
		return identity.Person{}, &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{{Pointer: "/country", Code: "unknown"}}}
	}
	one.Country = country
	return *one, nil
}

func (*people) SetLanguage(context.Context, uuid.UUID, string) error { return nil }

func (*people) SetEmail(context.Context, uuid.UUID, string) error { return nil }

func (p *people) VerifyEmail(_ context.Context, id uuid.UUID, code string) (identity.Person, error) {
	_, one := p.byID(id)
	if code != "123456" {
		return identity.Person{}, &identity.Error{Code: identity.CodeEmailCode}
	}
	one.Email, one.EmailVerified = "olena@example.org", true
	return *one, nil
}

func (p *people) Actions(_ context.Context, person uuid.UUID, _ int) ([]identity.Action, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.actions[person], nil
}

func (p *people) Allow(_ context.Context, action string, _ uuid.UUID) error {
	if action == p.limited {
		return &identity.Error{Code: identity.CodeRateLimited, RetryAfter: 90 * time.Second}
	}
	return nil
}
