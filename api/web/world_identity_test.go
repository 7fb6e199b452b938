package web_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/api/web"
	"chesna/identity"
)

func (w *world) Authenticate(_ context.Context, access string) (identity.Session, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.sessions[access]; ok {
		return s, nil
	}
	return identity.Session{}, &identity.Error{Code: identity.CodeUnauthenticated}
}

func (w *world) Refresh(context.Context, string) (identity.Session, identity.Tokens, error) {
	return identity.Session{}, identity.Tokens{}, &identity.Error{Code: identity.CodeUnauthenticated}
}

func (w *world) Challenge(context.Context) (identity.Challenge, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := fmt.Sprintf("%032x", len(w.challenges)+1)
	w.challenges[id] = []byte("Чесна\nВхід до електронної черги\n\nДія: вхід\nОдноразове число: " + id + "\n")
	return identity.Challenge{ID: id, Document: w.challenges[id], ExpiresAt: w.now.Add(5 * time.Minute)}, nil
}

func (w *world) Complete(_ context.Context, id string, signature []byte) (identity.Session, identity.Tokens, identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	document, ok := w.challenges[id]
	if !ok {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, &identity.Error{Code: identity.CodeChallengeUnknown}
	}
	name, err := signer(signature, document)
	if err != nil {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, err
	}
	h := w.people[name]
	delete(w.challenges, id)
	s, t := w.issue(h, uuid.New())
	return s, t, h.Person, nil
}

func (w *world) issue(h *human, id uuid.UUID) (identity.Session, identity.Tokens) {
	s := identity.Session{ID: id, Person: h.ID, Grants: h.grants, Country: h.Country, Reachable: h.EmailVerified}
	token := fmt.Sprintf("token-%s-%d", s.ID, len(w.sessions))
	w.sessions[token] = s
	return s, identity.Tokens{Access: token}
}

func (w *world) Reissue(_ context.Context, s identity.Session) (identity.Session, identity.Tokens, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh, t := w.issue(w.human(s.Person), s.ID)
	return fresh, t, nil
}

func (w *world) Logout(_ context.Context, s identity.Session) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for token, one := range w.sessions {
		if one.Person == s.Person {
			delete(w.sessions, token)
		}
	}
	return nil
}

func (w *world) Person(_ context.Context, id uuid.UUID) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.human(id).Person, nil
}

func (w *world) SetCountry(_ context.Context, id uuid.UUID, country string) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(id)
	if h.Country != "" && h.Country != country {
		return identity.Person{}, &identity.Error{Code: identity.CodeCountryFixed}
	}
	h.Country, h.CountryChangeableAt = country, w.now.Add(90*24*time.Hour)
	return h.Person, nil
}

func (w *world) SetLanguage(_ context.Context, id uuid.UUID, l string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.human(id).Language = l
	return nil
}

func (w *world) SetEmail(_ context.Context, id uuid.UUID, address string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	address, ok := identity.CheckEmail(address)
	if !ok {
		return &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{{Pointer: "/email", Code: "format", Detail: "an address"}}}
	}
	h := w.human(id)
	h.code, h.pending = "123456", address
	w.mails = append(w.mails, web.DemoMail{At: w.now, Mail: identity.Mail{To: address, Subject: "Код 123456", Text: "Ваш код: 123456\n"}})
	return nil
}

func (w *world) VerifyEmail(_ context.Context, id uuid.UUID, code string) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(id)
	if h.code == "" || code != h.code {
		return identity.Person{}, &identity.Error{Code: identity.CodeEmailCode, Reason: "wrong"}
	}
	h.Email, h.EmailVerified, h.code = h.pending, true, ""
	return h.Person, nil
}

func (w *world) ResolveApplicant(_ context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, wrong := identity.CheckApplicant(a, w.now, false)
	if len(wrong) > 0 {
		return uuid.Nil, &identity.Error{Code: identity.CodeInvalid, Fields: wrong}
	}
	id := uuid.NewSHA1(uuid.Nil, []byte(a.BirthCertificate+a.UNZR+a.RNOKPP))
	h := w.human(declarer)
	if !slices.ContainsFunc(h.applicants, func(d identity.DeclaredApplicant) bool { return d.Person == id }) {
		h.applicants = append(h.applicants, identity.DeclaredApplicant{Person: id, Applicant: a})
	}
	return id, nil
}

func (w *world) Applicants(_ context.Context, declarer uuid.UUID) ([]identity.DeclaredApplicant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.human(declarer).applicants, nil
}

func (w *world) NamesIn(_ context.Context, declarer, person uuid.UUID, _ string) (identity.Names, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(declarer)
	if declarer == person {
		return h.Person.Names, nil
	}
	for _, a := range h.applicants {
		if a.Person == person {
			return a.Applicant.Names, nil
		}
	}
	return identity.Names{}, &identity.Error{Code: identity.CodePersonUnknown}
}

func (w *world) Actions(_ context.Context, person uuid.UUID, _ int) ([]identity.Action, error) {
	return []identity.Action{
		{Seq: 4, At: w.Now(), Kind: identity.ActionApplicant, By: uuid.New(), Detail: "other"},
		{Seq: 3, At: w.Now(), Kind: identity.ActionCountry, By: person, Detail: "PL"},
		{Seq: 2, At: w.Now(), Kind: identity.ActionSignIn, By: person, Certificate: [32]byte{1, 2, 3}},
		{Seq: 1, At: w.Now(), Kind: identity.ActionGrant, Detail: "officer@waw"},
	}, nil
}
