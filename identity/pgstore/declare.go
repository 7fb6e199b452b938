package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// Declare finds or makes the person whom somebody declares, and keeps what he typed of her.
//
// Which person: the one he has given these names and this date of birth before; without one, the person declared
// under the number; without one, the candidate, who gets both. Nothing else is ever attached, and a certified
// owner of the number refuses the declaration. The declarer is locked: his applicants are counted one by one.
func (s *Store) Declare(ctx context.Context, d identity.Declaration) (person uuid.UUID, err error) {
	err = s.inTx(ctx, "declare applicant", func(tx pgx.Tx) error {
		matches, err := lockMatches(ctx, tx, []identity.SealedIdentifier{d.Number, d.Likeness}, d.Declarer)
		if err != nil {
			return err
		}
		number, likeness := matches[0], matches[1]
		switch {
		case number.certified && number.person == d.Declarer:
			return errOwnNumber()
		case number.certified:
			return errNotDeclarable()
		case likeness.row != uuid.Nil:
			person = likeness.person
		case number.row != uuid.Nil:
			person = number.person
		default:
			person = d.Candidate
		}
		return s.declare(ctx, tx, d, person, number, likeness)
	})
	if err != nil {
		return uuid.Nil, err
	}
	return person, nil
}

// declare writes a declaration about a person who has been found.
func (s *Store) declare(ctx context.Context, tx pgx.Tx, d identity.Declaration, person uuid.UUID, number, likeness match) error {
	if person == d.Candidate {
		if err := makePerson(ctx, tx, person, d.At); err != nil {
			return err
		}
	}
	known, err := earlier(ctx, tx, d, person, likeness)
	if err != nil {
		return err
	}
	if !known {
		if err := roomForAnother(ctx, tx, d); err != nil {
			return err
		}
	}
	// The number first: others may insert it too, and no two wait for each other over the likeness.
	if person == d.Candidate || number.person == person {
		if err := attach(ctx, tx, person, number, false, d.At); err != nil {
			return err
		}
	}
	if err := attach(ctx, tx, person, likeness, false, d.At); err != nil {
		return err
	}
	return putDeclaration(ctx, tx, d, person)
}

// earlier tells whether the declarer has declared the person before, and whether the new declaration may stand
// beside the last one.
func earlier(ctx context.Context, tx pgx.Tx, d identity.Declaration, person uuid.UUID, likeness match) (known bool, err error) {
	rows, err := tx.Query(ctx, newest+`WHERE declarer = $1 AND person = $2 ORDER BY seq DESC LIMIT 1`, d.Declarer, person)
	if err != nil {
		return false, fmt.Errorf("read the last declaration: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanApplicant)
	if err != nil {
		return false, fmt.Errorf("read the last declaration: %w", err)
	}
	if len(list) == 0 {
		return false, nil
	}
	if likeness.row != uuid.Nil {
		return true, nil
	}
	return true, d.Agrees(list[0])
}

// roomForAnother bounds the people whom one declarer may declare. The declarer is locked.
func roomForAnother(ctx context.Context, tx pgx.Tx, d identity.Declaration) error {
	var leaves *time.Time // when the first of the last Most leaves the span
	err := tx.QueryRow(ctx, `
		SELECT min(declared_at) FROM (
			SELECT declared_at FROM identity.applicants WHERE declarer = $1 AND declared_at > $2
			ORDER BY declared_at DESC LIMIT $3) AS last HAVING count(*) >= $3`, d.Declarer, d.At.Add(-d.Span), d.Most).Scan(&leaves)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("count applicants: %w", err)
	}
	detail := fmt.Sprintf("you may ask for at most %d other people in twelve months", d.Most)
	return &identity.Error{
		Code: identity.CodeRateLimited, Reason: "applicants", Detail: detail,
		RetryAfter: max(leaves.Add(d.Span).Sub(d.At), time.Second),
		Fields:     []identity.FieldError{{Pointer: "/applicant", Code: "too-many-applicants", Detail: detail}},
	}
}

// putDeclaration keeps what was typed. What was typed before and is in no text is forgotten. The first declaration
// is recorded with both people: the declarer sees that he asked for somebody, the applicant, should she ever sign
// in, that somebody asked for her.
func putDeclaration(ctx context.Context, tx pgx.Tx, d identity.Declaration, person uuid.UUID) error {
	// The row is locked before it is looked at who uses the declarations: ApplicantIn takes the same lock.
	_, err := tx.Exec(ctx, `
		WITH kept AS (
			INSERT INTO identity.applicants (declarer, person, declared_at) VALUES ($1, $2, $3)
			ON CONFLICT (declarer, person) DO UPDATE SET declared_at = identity.applicants.declared_at
			RETURNING declarer, person, xmax = 0 AS first)
		INSERT INTO identity.actions (person, by, at, kind, detail)
		SELECT who, declarer, $3, 'applicant', $4 FROM kept, unnest(ARRAY[declarer, person]) AS who WHERE first`,
		d.Declarer, person, d.At, d.Relation)
	if err != nil {
		return fmt.Errorf("keep applicant: %w", err)
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM identity.declarations d WHERE declarer = $1 AND person = $2 AND NOT EXISTS (
			SELECT FROM identity.declared_texts t WHERE t.declarer = d.declarer AND t.declaration = d.id)`, d.Declarer, person)
	if err != nil {
		return fmt.Errorf("forget what is in no text: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO identity.declarations (declarer, id, person, relation, details, declared_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.Declarer, d.ID, person, d.Relation, d.Details, d.At)
	if err != nil {
		return fmt.Errorf("keep declaration: %w", err)
	}
	return nil
}

func errOwnNumber() error {
	return &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{
		{Pointer: "/applicant", Code: "self", Detail: "these are your own numbers: leave the applicant out to ask for yourself"},
	}}
}

// errNotDeclarable does not say why: whether a number is registered is nobody's business.
func errNotDeclarable() error {
	return &identity.Error{
		Code: identity.CodeInvalid, Detail: "it is not possible to ask for this person",
		Fields: []identity.FieldError{{
			Pointer: "/applicant", Code: "not-possible",
			Detail: "it is not possible to ask for this person; if you believe it should be, ask the consulate",
		}},
	}
}
