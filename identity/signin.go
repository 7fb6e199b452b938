package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// MaxSignatureBytes bounds a signature as received.
const MaxSignatureBytes = 64 << 10

// Complete signs a person in with the signature over a challenge's exact bytes.
//
// A challenge ends by success, by its time, or by too many tries. A wrong signature does not end it, so that
// signing with the wrong key costs nothing; its identifier is 128 secret bits, so nobody else can spend the
// tries. The person is found before the challenge is consumed: a failing store costs no new signature either.
// Of several answers to one challenge exactly one signs in.
func (s *Service) Complete(ctx context.Context, challengeID string, signature []byte) (Session, Tokens, Person, error) {
	fail := func(err error) (Session, Tokens, Person, error) { return Session{}, Tokens{}, Person{}, err }
	if !challengeIDPattern.MatchString(challengeID) {
		return fail(errChallengeUnknown())
	}
	if err := checkSignatureSize(signature); err != nil {
		return fail(err)
	}
	c, err := s.d.Challenges.TryChallenge(ctx, challengeID, s.d.Policy.ChallengeTries)
	if err != nil {
		return fail(fmt.Errorf("look up challenge: %w", err))
	}
	now := s.d.Now()
	if !now.Before(c.ExpiresAt) {
		return fail(errChallengeUnknown())
	}
	a, err := s.d.Signatures.Verify(ctx, c.Document, signature, now)
	if err != nil {
		return fail(fmt.Errorf("verify sign-in: %w", err))
	}
	person, err := s.resolveSigner(ctx, a)
	if err != nil {
		return fail(err)
	}
	consumed, err := s.d.Challenges.ConsumeChallenge(ctx, challengeID)
	if err != nil {
		return fail(fmt.Errorf("consume challenge: %w", err))
	}
	if !consumed {
		return fail(errChallengeUnknown())
	}
	if err := s.recordSignIn(ctx, person, a, SignIn{At: now, Certificate: a.Certificate}); err != nil {
		return fail(err)
	}
	record := SessionRecord{ID: newID(), Person: person, Staff: s.actsForInstitution(a), EndsAt: now.Add(s.d.Policy.SessionTTL)}
	err = s.d.Sessions.CreateSession(ctx, record, now, s.d.Policy.RefreshIdle, s.d.Policy.MaxSessions)
	if err != nil {
		return fail(fmt.Errorf("store session: %w", err))
	}
	session, tokens, err := s.issue(ctx, record)
	if err != nil {
		return fail(err)
	}
	p, err := s.Person(ctx, person)
	if err != nil {
		return fail(err)
	}
	return session, tokens, p, nil
}

func errChallengeUnknown() *Error {
	return &Error{Code: CodeChallengeUnknown, Detail: "the sign-in text was used, has expired or was never issued"}
}

func checkSignatureSize(signature []byte) error {
	switch {
	case len(signature) == 0:
		return &Error{Code: CodeInvalid, Fields: []FieldError{{"/signature", "required", "a signature is needed"}}}
	case len(signature) > MaxSignatureBytes:
		return &Error{Code: CodeInvalid, Fields: []FieldError{{"/signature", "too-long", "a signature has at most 64 KiB"}}}
	}
	return nil
}

// resolveSigner finds or makes the person of a certificate.
func (s *Service) resolveSigner(ctx context.Context, a Assertion) (uuid.UUID, error) {
	ids, err := s.sealAll(a.Identifiers())
	if err != nil {
		return uuid.Nil, err
	}
	if len(ids) == 0 {
		return uuid.Nil, &Error{
			Code: CodeSignatureRejected, Reason: "no-identifier",
			Detail: "the certificate holds neither a tax number nor another number of its owner",
		}
	}
	person, err := s.d.Persons.ResolveCertified(ctx, newID(), ids, s.d.Now())
	if err != nil {
		return uuid.Nil, fmt.Errorf("resolve signer: %w", err)
	}
	return person, nil
}

// certified is what is kept of a certificate, sealed as SealNames.
type certified struct {
	Names
	Born string `json:"born,omitempty"`
}

func (s *Service) recordSignIn(ctx context.Context, person uuid.UUID, a Assertion, entry SignIn) error {
	names, err := s.sealJSON(SealNames, person[:], certified{a.Names, a.Born()})
	if err != nil {
		return err
	}
	if err := s.d.Persons.RecordSignIn(ctx, person, names, entry); err != nil {
		return fmt.Errorf("record sign-in: %w", err)
	}
	return nil
}

// actsForInstitution tells whether the rights of staff may be used with this certificate.
func (s *Service) actsForInstitution(a Assertion) bool {
	return len(s.d.StaffInstitutions) == 0 || slices.Contains(s.d.StaffInstitutions, a.Institution())
}

// sealAll makes identifiers fit for a store.
func (s *Service) sealAll(ids []Identifier) ([]SealedIdentifier, error) {
	sealed := make([]SealedIdentifier, len(ids))
	for i, id := range ids {
		box, err := s.d.Sealer.Seal(SealIdentifier, []byte(id.Kind), []byte(id.Value))
		if err != nil {
			return nil, fmt.Errorf("seal identifier: %w", err)
		}
		sealed[i] = SealedIdentifier{Kind: id.Kind, Pseudonyms: s.d.Pseudonyms.Pseudonyms(id), Sealed: box}
	}
	return sealed, nil
}

func (s *Service) sealJSON(p Purpose, bound []byte, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", p, err)
	}
	box, err := s.d.Sealer.Seal(p, bound, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", p, err)
	}
	return box, nil
}

func (s *Service) openJSON(p Purpose, bound, box []byte, v any) error {
	plain, err := s.d.Sealer.Open(p, bound, box)
	if err != nil {
		return fmt.Errorf("open %s: %w", p, err)
	}
	if json.Unmarshal(plain, v) != nil { // its error could quote personal data
		return errors.New("decode " + string(p))
	}
	return nil
}
