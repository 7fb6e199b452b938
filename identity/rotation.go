package identity

import (
	"context"
	"errors"
	"fmt"
)

// Rehash gives up to limit identifiers their pseudonym under the current key and answers how many it did.
//
// To change the master key: load the new version beside the old one in every process; call Rehash until it answers
// 0; name the old version as retired in every process (pseudonym.New); call RetireKey. The old version stays loaded
// to open what it sealed: names until their owner signs in again, evidence for as long as it is kept. Rehash is safe
// to repeat and to run in several processes.
func (s *Service) Rehash(ctx context.Context, limit int) (int, error) {
	current := s.d.Pseudonyms.Pseudonyms(Identifier{Kind: KindDocument})[0].KeyVersion
	list, err := s.d.Identifiers.IdentifiersWithout(ctx, current, limit)
	if err != nil {
		return 0, fmt.Errorf("find identifiers to hash again: %w", err)
	}
	for i, id := range list {
		value, err := s.d.Sealer.Open(SealIdentifier, []byte(id.Kind), id.Sealed)
		if err != nil {
			return i, fmt.Errorf("open identifier: %w", err)
		}
		p := s.d.Pseudonyms.Pseudonyms(Identifier{id.Kind, string(value)})[0]
		if err := s.d.Identifiers.AddPseudonym(ctx, id.ID, p); err != nil {
			return i, fmt.Errorf("keep pseudonym: %w", err)
		}
	}
	return len(list), nil
}

// RetireKey deletes the pseudonyms of an old key version, after every identifier has one of the current.
func (s *Service) RetireKey(ctx context.Context, keyVersion int) (int64, error) {
	if s.d.Pseudonyms.Pseudonyms(Identifier{Kind: KindDocument})[0].KeyVersion == keyVersion {
		return 0, errors.New("identity: the current key cannot be retired")
	}
	n, err := s.d.Identifiers.DropPseudonyms(ctx, keyVersion)
	if err != nil {
		return 0, fmt.Errorf("retire key: %w", err)
	}
	return n, nil
}
