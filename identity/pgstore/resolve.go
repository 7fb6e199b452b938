package pgstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// ResolveCertified finds or makes the person of a certificate.
//
// Which person: the certified owner of any of the numbers; without one, the person somebody has declared under
// the first of them that is known; without one, candidate. All numbers then belong to that person by
// certificate, taken from whoever was merely declared under them, and what else was declared about her is
// dropped, because only her certificate knows. Two certified owners stop it.
func (s *Store) ResolveCertified(
	ctx context.Context, candidate uuid.UUID, ids []identity.SealedIdentifier, at time.Time,
) (person uuid.UUID, err error) {
	err = s.inTx(ctx, "resolve certificate", func(tx pgx.Tx) error {
		matches, err := findMatches(ctx, tx, ids)
		if err != nil {
			return err
		}
		certified, declared := owners(matches, true), owners(matches, false)
		switch {
		case len(certified) > 1:
			return errConflict()
		case len(certified) == 1:
			person = certified[0]
		case len(declared) > 0:
			person = declared[0]
		default:
			person = candidate
		}
		if err := lockOrMake(ctx, tx, person, candidate, at); err != nil {
			return err
		}
		if len(certified) == 0 && person != candidate {
			if err := adopt(ctx, tx, person, matches); err != nil {
				return err
			}
		}
		for _, m := range inKeyOrder(matches) {
			if err := attach(ctx, tx, person, m, true, at); err != nil {
				return err
			}
		}
		return nil
	})
	return person, err
}

// adopt makes a declared person ready for her certificate.
func adopt(ctx context.Context, tx pgx.Tx, person uuid.UUID, matches []match) error {
	isCertified, err := certified(ctx, tx, person)
	if err != nil {
		return err
	}
	if isCertified { // since the rows were read, by another number
		return errLostRace
	}
	keep := make([]uuid.UUID, 0, len(matches))
	for _, m := range matches {
		if m.row != uuid.Nil {
			keep = append(keep, m.row)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM identity.person_identifiers WHERE person = $1 AND id <> ALL($2)`, person, keep); err != nil {
		return fmt.Errorf("drop what was declared: %w", err)
	}
	return nil
}

// ResolveDeclared finds or makes the person of typed numbers. A certified owner is answered and left as she is.
// Otherwise the person declared under the first known number, or candidate, gets the numbers nobody has; a
// number declared for somebody else stays there, so that typing cannot join two people either.
func (s *Store) ResolveDeclared(
	ctx context.Context, candidate uuid.UUID, ids []identity.SealedIdentifier, at time.Time,
) (person uuid.UUID, err error) {
	err = s.inTx(ctx, "resolve applicant", func(tx pgx.Tx) error {
		matches, err := findMatches(ctx, tx, ids)
		if err != nil {
			return err
		}
		byCertificate, declared := owners(matches, true), owners(matches, false)
		switch {
		case len(byCertificate) > 1:
			return errConflict()
		case len(byCertificate) == 1:
			person = byCertificate[0]
			return nil
		case len(declared) > 0:
			person = declared[0]
		default:
			person = candidate
		}
		if err := lockOrMake(ctx, tx, person, candidate, at); err != nil {
			return err
		}
		if isCertified, err := certified(ctx, tx, person); err != nil {
			return err
		} else if isCertified { // since the rows were read, by another number
			return errLostRace
		}
		for _, m := range inKeyOrder(matches) {
			if m.row != uuid.Nil && m.person != person {
				continue
			}
			if err := attach(ctx, tx, person, m, false, at); err != nil {
				return err
			}
		}
		return nil
	})
	return person, err
}

// CertifiedOwners answers who owns any of the numbers by certificate, each once.
func (s *Store) CertifiedOwners(ctx context.Context, ids []identity.SealedIdentifier) ([]uuid.UUID, error) {
	var (
		kinds    []string
		versions []int32
		macs     [][]byte
	)
	for _, id := range ids {
		for _, p := range id.Pseudonyms {
			kinds, versions, macs = append(kinds, string(id.Kind)), append(versions, int32(p.KeyVersion)), append(macs, p.MAC[:])
		}
	}
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT i.person
		FROM unnest($1::text[], $2::int[], $3::bytea[]) AS g (kind, key_version, hmac)
		JOIN identity.identifier_pseudonyms p USING (kind, key_version, hmac)
		JOIN identity.person_identifiers i ON i.id = p.identifier AND i.certified_at IS NOT NULL`, kinds, versions, macs)
	if err != nil {
		return nil, translate("find signer", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, translate("find signer", err)
	}
	slices.SortFunc(list, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return list, nil
}

// lockOrMake locks the person's row against other resolutions, or makes it when person is the candidate.
func lockOrMake(ctx context.Context, tx pgx.Tx, person, candidate uuid.UUID, at time.Time) error {
	if person == candidate {
		if _, err := tx.Exec(ctx, `INSERT INTO identity.persons (id, created_at) VALUES ($1, $2)`, person, at); err != nil {
			return fmt.Errorf("store person: %w", err)
		}
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT 1 FROM identity.persons WHERE id = $1 FOR UPDATE`, person); err != nil {
		return fmt.Errorf("lock person: %w", err)
	}
	return nil
}

func certified(ctx context.Context, tx pgx.Tx, person uuid.UUID) (yes bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM identity.person_identifiers WHERE person = $1 AND certified_at IS NOT NULL)`, person).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look whether certified: %w", err)
	}
	return yes, nil
}

func errConflict() error {
	return &identity.Error{
		Code:   identity.CodeIdentityConflict,
		Detail: "these numbers belong to two different persons in the system; an officer has to decide",
	}
}
