package pgstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// match is an identifier given by a caller with the row that holds it, if there is one.
type match struct {
	given     identity.SealedIdentifier
	row       uuid.UUID // nil UUID: nobody has this number
	person    uuid.UUID
	certified bool
}

// lockMatches looks the identifiers up and locks the persons who have them, and the others named: whoever changes a
// person's identifiers holds her lock, so what is answered stays true until the transaction ends. Locks are taken in
// the order of their keys and before anything is inserted, so that two resolutions cannot wait for each other.
func lockMatches(ctx context.Context, tx pgx.Tx, ids []identity.SealedIdentifier, others ...uuid.UUID) ([]match, error) {
	before, err := findMatches(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	held := persons(before)
	wanted := slices.Concat(held, others)
	if len(wanted) == 0 {
		return before, nil
	}
	// NO KEY: rows that refer to a person may be added meanwhile.
	_, err = tx.Exec(ctx, `SELECT FROM identity.persons WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, wanted)
	if err != nil {
		return nil, fmt.Errorf("lock persons: %w", err)
	}
	after, err := findMatches(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(held, persons(after)) { // another was faster
		return nil, errLostRace
	}
	return after, nil
}

// findMatches reads who has the identifiers now.
func findMatches(ctx context.Context, tx pgx.Tx, ids []identity.SealedIdentifier) ([]match, error) {
	matches := make([]match, len(ids))
	kinds, versions, macs := columns(ids)
	var index []int32
	for i, id := range ids {
		matches[i].given = id
		index = append(index, slices.Repeat([]int32{int32(i)}, len(id.Pseudonyms))...)
	}
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT g.index, i.id, i.person, i.certified_at IS NOT NULL
		FROM unnest($1::text[], $2::int[], $3::bytea[], $4::int[]) AS g (kind, key_version, hmac, index)
		JOIN identity.identifier_pseudonyms p USING (kind, key_version, hmac)
		JOIN identity.person_identifiers i ON i.id = p.identifier`, kinds, versions, macs, index)
	if err != nil {
		return nil, fmt.Errorf("look up identifiers: %w", err)
	}
	var (
		i int32
		m match
	)
	_, err = pgx.ForEachRow(rows, []any{&i, &m.row, &m.person, &m.certified}, func() error {
		at := &matches[i]
		at.row, at.person, at.certified = m.row, m.person, m.certified
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look up identifiers: %w", err)
	}
	return matches, nil
}

// persons are the distinct owners of the matches, sorted.
func persons(matches []match) []uuid.UUID {
	list := append(owners(matches, true), owners(matches, false)...)
	slices.SortFunc(list, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(list)
}

// owners answers the distinct persons of certified or of declared matches, in the order of the given identifiers.
func owners(matches []match, certified bool) []uuid.UUID {
	var list []uuid.UUID
	for _, m := range matches {
		if m.row != uuid.Nil && m.certified == certified && !slices.Contains(list, m.person) {
			list = append(list, m.person)
		}
	}
	return list
}

// inKeyOrder sorts the matches by their hashes: whoever inserts the same numbers does it in the same order, so that
// the second waits for the first instead of both for each other.
func inKeyOrder(matches []match) []match {
	return slices.SortedFunc(slices.Values(matches), func(a, b match) int {
		return cmp.Or(cmp.Compare(a.given.Kind, b.given.Kind), slices.CompareFunc(a.given.Pseudonyms, b.given.Pseudonyms,
			func(a, b identity.Pseudonym) int { return bytes.Compare(a.MAC[:], b.MAC[:]) }))
	})
}

// attach gives one number to a person: a new row, or the declared row taken over.
func attach(ctx context.Context, tx pgx.Tx, person uuid.UUID, m match, certified bool, at time.Time) error {
	row := m.row
	var certifiedAt *time.Time
	if certified {
		certifiedAt = &at
	}
	switch {
	case row == uuid.Nil:
		var err error
		if row, err = uuid.NewRandom(); err != nil {
			return fmt.Errorf("make identifier: %w", err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO identity.person_identifiers (id, person, kind, sealed, declared_at, certified_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, row, person, string(m.given.Kind), m.given.Sealed, at, certifiedAt)
		if err != nil {
			return fmt.Errorf("store identifier: %w", err)
		}
	case certified && !m.certified:
		_, err := tx.Exec(ctx, `UPDATE identity.person_identifiers SET person = $2, certified_at = $3, sealed = $4 WHERE id = $1`,
			row, person, at, m.given.Sealed)
		if err != nil {
			return fmt.Errorf("take identifier over: %w", err)
		}
	}
	for _, p := range m.given.Pseudonyms {
		// A row of ours under this version may be there already; another's under the same hash must fail.
		_, err := tx.Exec(ctx, `
			INSERT INTO identity.identifier_pseudonyms (kind, key_version, hmac, identifier) VALUES ($1, $2, $3, $4)
			ON CONFLICT (identifier, key_version) DO NOTHING`, string(m.given.Kind), p.KeyVersion, p.MAC[:], row)
		if err != nil {
			return fmt.Errorf("store pseudonym: %w", err)
		}
	}
	return nil
}
