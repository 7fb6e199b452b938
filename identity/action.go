package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ActionKind is a kind of thing that happens to a person's data or rights.
type ActionKind string

const (
	ActionSignIn     ActionKind = "sign-in"
	ActionEmail      ActionKind = "email"      // another address was verified
	ActionCountry    ActionKind = "country"    // Detail: the country
	ActionLanguage   ActionKind = "language"   // Detail: the language
	ActionApplicant  ActionKind = "applicant"  // By asked for somebody; Detail: the relation. Shown to both
	ActionGrant      ActionKind = "grant"      // By gave a right; Detail: the right
	ActionWithdrawal ActionKind = "withdrawal" // By took a right; Detail: the right
)

// Action is one entry of the record that is shown to the person it is about. Entries are written with
// the change itself, in one transaction, and never changed.
type Action struct {
	Seq    int64 // orders the entries of one moment
	At     time.Time
	Kind   ActionKind
	By     uuid.UUID // the nil UUID: the operator of the system
	Detail string
	// Certificate is SHA-256 of the certificate of a sign-in: a person recognises a key that is not hers.
	Certificate [32]byte
}

// Actions answers the last entries about a person, newest first, at most 500.
func (s *Service) Actions(ctx context.Context, person uuid.UUID, limit int) ([]Action, error) {
	list, err := s.d.Persons.Actions(ctx, person, min(max(limit, 1), 500))
	if err != nil {
		return nil, fmt.Errorf("load actions: %w", err)
	}
	return list, nil
}

// SignIns answers the sign-ins among the last 500 actions, newest first, at most limit.
func (s *Service) SignIns(ctx context.Context, person uuid.UUID, limit int) ([]SignIn, error) {
	actions, err := s.Actions(ctx, person, 500)
	if err != nil {
		return nil, err
	}
	list := []SignIn{}
	for _, a := range actions {
		if a.Kind == ActionSignIn && len(list) < limit {
			list = append(list, SignIn{At: a.At, Certificate: a.Certificate})
		}
	}
	return list, nil
}
