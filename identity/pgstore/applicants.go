package pgstore

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// PutApplicant keeps an applicant as the declarer gave her last. The first time is recorded with both: the declarer
// sees that he asked for somebody, the applicant, should she ever sign in, that somebody asked for her.
func (s *Store) PutApplicant(ctx context.Context, declarer uuid.UUID, a identity.ApplicantRecord) error {
	_, err := s.pool.Exec(ctx, `
		WITH kept AS (
			INSERT INTO identity.applicants (declarer, person, relation, details, declared_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (declarer, person) DO UPDATE
			SET relation = excluded.relation, details = excluded.details, declared_at = excluded.declared_at
			RETURNING declarer, person, xmax = 0 AS first)
		INSERT INTO identity.actions (person, by, at, kind, detail)
		SELECT who, declarer, $5, 'applicant', $3 FROM kept, unnest(ARRAY[declarer, person]) AS who WHERE first`,
		declarer, a.Person, a.Relation, a.Details, a.At)
	return translate("keep applicant", err)
}

// Applicant reads one applicant of a declarer.
func (s *Store) Applicant(ctx context.Context, declarer, person uuid.UUID) (identity.ApplicantRecord, error) {
	list, err := s.applicants(ctx, `WHERE declarer = $1 AND person = $2`, declarer, person)
	if err != nil {
		return identity.ApplicantRecord{}, err
	}
	if len(list) == 0 {
		return identity.ApplicantRecord{}, errPersonUnknown()
	}
	return list[0], nil
}

// Applicants reads the last hundred applicants of a declarer, the newest first.
func (s *Store) Applicants(ctx context.Context, declarer uuid.UUID) ([]identity.ApplicantRecord, error) {
	return s.applicants(ctx, `WHERE declarer = $1 ORDER BY declared_at DESC, person LIMIT 100`, declarer)
}

func (s *Store) applicants(ctx context.Context, where string, args ...any) ([]identity.ApplicantRecord, error) {
	rows, err := s.pool.Query(ctx, `SELECT person, relation, details, declared_at FROM identity.applicants `+where, args...)
	if err != nil {
		return nil, translate("read applicants", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a identity.ApplicantRecord, err error) {
		err = row.Scan(&a.Person, &a.Relation, &a.Details, &a.At)
		a.At = a.At.UTC()
		return a, err
	})
	return list, translate("read applicants", err)
}
