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
// Which person: the certified owner of any of the numbers, else candidate. All numbers then belong to that person
// by certificate, taken from whoever was merely declared under them. She does not become the person who was
// declared: somebody who types her number and books would else have used up her place. She is told who asked for
// her. Two certified owners stop it.
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
		certified := owners(matches, true)
		switch len(certified) {
		case 0:
			person = candidate
			if err := makePerson(ctx, tx, person, at); err != nil {
				return err
			}
		case 1:
			person = certified[0]
		default:
			return errConflict()
		}
		for _, m := range inKeyOrder(matches) {
			if err := attach(ctx, tx, person, m, true, at); err != nil {
				return err
			}
		}
		return tellWhoAsked(ctx, tx, person, owners(matches, false))
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

// tellWhoAsked copies to a person's record who has asked for those declared under her numbers.
func tellWhoAsked(ctx context.Context, tx pgx.Tx, person uuid.UUID, declared []uuid.UUID) error {
	if len(declared) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO identity.actions (person, by, at, kind, detail)
		SELECT $1, by, at, kind, detail FROM identity.actions
		WHERE person = ANY($2) AND by <> person AND kind = 'applicant' ORDER BY id`, person, declared)
	if err != nil {
		return fmt.Errorf("copy who asked: %w", err)
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
