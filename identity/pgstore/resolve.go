package pgstore

import (
	"context"
	"fmt"
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
	if person, known, err := s.knownSigner(ctx, ids); err != nil || known {
		return person, err
	}
	err = s.inTx(ctx, "resolve certificate", func(tx pgx.Tx) error {
		matches, err := lockMatches(ctx, tx, ids)
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
		switch {
		case person == candidate:
			err = makePerson(ctx, tx, person, at)
		case len(certified) == 0:
			err = adopt(ctx, tx, person, matches)
		}
		if err != nil {
			return err
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

// knownSigner answers in one query for a person who comes back with the same numbers: every hash of them is hers by
// certificate already, so there is nothing to change. Certified numbers never move, so no lock is needed.
func (s *Store) knownSigner(ctx context.Context, ids []identity.SealedIdentifier) (person uuid.UUID, known bool, err error) {
	kinds, versions, macs := columns(ids)
	rows, err := s.pool.Query(ctx, ownersQuery, kinds, versions, macs)
	if err != nil {
		return uuid.Nil, false, translate("look up signer", err)
	}
	var (
		owner  uuid.UUID
		hashes int
	)
	owners := 0
	_, err = pgx.ForEachRow(rows, []any{&owner, &hashes}, func() error { owners++; return nil })
	if err != nil {
		return uuid.Nil, false, translate("look up signer", err)
	}
	if owners != 1 || hashes != len(macs) {
		return uuid.Nil, false, nil
	}
	return owner, true, nil
}

// ownersQuery answers each certified owner of any of the hashes, and of how many of them.
const ownersQuery = `
	SELECT i.person, count(*)
	FROM unnest($1::text[], $2::int[], $3::bytea[]) AS g (kind, key_version, hmac)
	JOIN identity.identifier_pseudonyms p USING (kind, key_version, hmac)
	JOIN identity.person_identifiers i ON i.id = p.identifier AND i.certified_at IS NOT NULL
	GROUP BY i.person ORDER BY i.person`

// columns are the hashes of identifiers, as unnest takes them.
func columns(ids []identity.SealedIdentifier) (kinds []string, versions []int32, macs [][]byte) {
	for _, id := range ids {
		for _, p := range id.Pseudonyms {
			kinds, versions, macs = append(kinds, string(id.Kind)), append(versions, int32(p.KeyVersion)), append(macs, p.MAC[:])
		}
	}
	return kinds, versions, macs
}

// adopt makes a declared person ready for her certificate: what the certificate does not say is dropped.
func adopt(ctx context.Context, tx pgx.Tx, person uuid.UUID, matches []match) error {
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

// CertifiedOwners answers who owns any of the numbers by certificate, each once, in order.
func (s *Store) CertifiedOwners(ctx context.Context, ids []identity.SealedIdentifier) ([]uuid.UUID, error) {
	kinds, versions, macs := columns(ids)
	rows, err := s.pool.Query(ctx, ownersQuery, kinds, versions, macs)
	if err != nil {
		return nil, translate("find signer", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (owner uuid.UUID, err error) {
		var hashes int
		err = row.Scan(&owner, &hashes)
		return owner, err
	})
	return list, translate("find signer", err)
}

func makePerson(ctx context.Context, tx pgx.Tx, person uuid.UUID, at time.Time) error {
	if _, err := tx.Exec(ctx, `INSERT INTO identity.persons (id, created_at) VALUES ($1, $2)`, person, at); err != nil {
		return fmt.Errorf("store person: %w", err)
	}
	return nil
}

func errConflict() error {
	return &identity.Error{
		Code:   identity.CodeIdentityConflict,
		Detail: "these numbers belong to two different persons in the system; an officer has to decide",
	}
}
