package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// Country answers the country of stay that the person has declared, as it is stored now; empty when none is. Session
// has the one of the moment when its token was issued.
func (s *Service) Country(ctx context.Context, person uuid.UUID) (string, error) {
	r, err := s.d.Persons.Person(ctx, person)
	if err != nil {
		return "", fmt.Errorf("load person: %w", err)
	}
	return r.Country, nil
}
