package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// newest selects declarations; the caller says which.
const newest = `SELECT person, id, relation, details, declared_at FROM identity.declarations `

// Applicant reads the last declaration about one applicant of a declarer.
func (s *Store) Applicant(ctx context.Context, declarer, person uuid.UUID) (identity.ApplicantRecord, error) {
	return s.applicant(ctx, newest+`WHERE declarer = $1 AND person = $2 ORDER BY seq DESC LIMIT 1`, declarer, person)
}

// Applicants reads the last declarations about the last hundred applicants of a declarer, the newest first.
func (s *Store) Applicants(ctx context.Context, declarer uuid.UUID) ([]identity.ApplicantRecord, error) {
	return s.applicants(ctx, newest+`d WHERE declarer = $1 AND NOT EXISTS (
			SELECT FROM identity.declarations n WHERE n.declarer = d.declarer AND n.person = d.person AND n.seq > d.seq)
		ORDER BY seq DESC LIMIT 100`, declarer)
}

// ApplicantIn reads the declaration of a text, after making the last one the text's for ever when it has none.
func (s *Store) ApplicantIn(ctx context.Context, declarer, person uuid.UUID, text string) (identity.ApplicantRecord, error) {
	const of = newest + `d WHERE declarer = $1 AND person = $2 AND EXISTS (
		SELECT FROM identity.declared_texts t WHERE t.text = $3 AND t.declarer = d.declarer AND t.declaration = d.id)`
	a, err := s.applicant(ctx, of, declarer, person, text)
	if identity.CodeOf(err) != identity.CodePersonUnknown {
		return a, err
	}
	err = s.inTx(ctx, "name applicant", func(tx pgx.Tx) error {
		// Against a declaration at this moment, which would forget the one that is about to be used.
		_, err := tx.Exec(ctx, `SELECT FROM identity.applicants WHERE declarer = $1 AND person = $2 FOR SHARE`, declarer, person)
		if err != nil {
			return fmt.Errorf("lock applicant: %w", err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO identity.declared_texts (text, declarer, declaration)
			SELECT $3, declarer, id FROM identity.declarations WHERE declarer = $1 AND person = $2 ORDER BY seq DESC LIMIT 1
			ON CONFLICT (text) DO NOTHING`, declarer, person, text)
		return err
	})
	if err != nil {
		return identity.ApplicantRecord{}, err
	}
	return s.applicant(ctx, of, declarer, person, text)
}

func (s *Store) applicant(ctx context.Context, query string, args ...any) (identity.ApplicantRecord, error) {
	list, err := s.applicants(ctx, query, args...)
	if err != nil {
		return identity.ApplicantRecord{}, err
	}
	if len(list) == 0 {
		return identity.ApplicantRecord{}, errPersonUnknown()
	}
	return list[0], nil
}

func (s *Store) applicants(ctx context.Context, query string, args ...any) ([]identity.ApplicantRecord, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, translate("read applicants", err)
	}
	list, err := pgx.CollectRows(rows, scanApplicant)
	return list, translate("read applicants", err)
}

func scanApplicant(row pgx.CollectableRow) (a identity.ApplicantRecord, err error) {
	err = row.Scan(&a.Person, &a.Declaration, &a.Relation, &a.Details, &a.At)
	a.At = a.At.UTC()
	return a, err
}
