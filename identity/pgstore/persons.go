package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// Person reads one person.
func (s *Store) Person(ctx context.Context, id uuid.UUID) (identity.PersonRecord, error) {
	r := identity.PersonRecord{ID: id}
	var verified, countrySet *time.Time
	err := s.pool.QueryRow(ctx, `
		SELECT names, email, email_verified_at, coalesce(country, ''), country_set_at, language
		FROM identity.persons WHERE id = $1`, id).
		Scan(&r.Names, &r.Email, &verified, &r.Country, &countrySet, &r.Language)
	if errors.Is(err, pgx.ErrNoRows) {
		return identity.PersonRecord{}, errPersonUnknown()
	}
	if err != nil {
		return identity.PersonRecord{}, translate("read person", err)
	}
	r.EmailVerifiedAt, r.CountrySetAt = orZero(verified), orZero(countrySet)
	return r, nil
}

// RecordSignIn keeps the names of the certificate and the sign-in itself, both or none.
func (s *Store) RecordSignIn(ctx context.Context, person uuid.UUID, names []byte, in identity.SignIn) error {
	return s.change(ctx, "record sign-in", `
		WITH changed AS (UPDATE identity.persons SET names = $2 WHERE id = $1 RETURNING id)
		INSERT INTO identity.actions (person, by, at, kind, certificate) SELECT id, id, $3, 'sign-in', $4 FROM changed`,
		person, names, in.At, in.Certificate[:])
}

// SetEmail keeps a verified address.
func (s *Store) SetEmail(ctx context.Context, person uuid.UUID, address []byte, verifiedAt time.Time) error {
	return s.change(ctx, "set e-mail", `
		WITH changed AS (UPDATE identity.persons SET email = $2, email_verified_at = $3 WHERE id = $1 RETURNING id)
		INSERT INTO identity.actions (person, by, at, kind) SELECT id, id, $3, 'email' FROM changed`, person, address, verifiedAt)
}

// SetCountry changes the country unless it was changed after notAfter.
func (s *Store) SetCountry(ctx context.Context, person uuid.UUID, country string, at, notAfter time.Time) error {
	err := s.change(ctx, "set country", `
		WITH changed AS (
			UPDATE identity.persons SET country = $2, country_set_at = $3
			WHERE id = $1 AND (country_set_at IS NULL OR country_set_at <= $4) RETURNING id)
		INSERT INTO identity.actions (person, by, at, kind, detail) SELECT id, id, $3, 'country', $2 FROM changed`,
		person, country, at, notAfter)
	if identity.CodeOf(err) != identity.CodePersonUnknown {
		return err
	}
	if _, err := s.Person(ctx, person); err != nil {
		return err
	}
	return &identity.Error{Code: identity.CodeCountryFixed, Detail: "the country was changed not long ago"}
}

// SetLanguage keeps the language of notices.
func (s *Store) SetLanguage(ctx context.Context, person uuid.UUID, language string, at time.Time) error {
	return s.change(ctx, "set language", `
		WITH changed AS (UPDATE identity.persons SET language = $2 WHERE id = $1 RETURNING id)
		INSERT INTO identity.actions (person, by, at, kind, detail) SELECT id, id, $3, 'language', $2 FROM changed`,
		person, language, at)
}

// Actions answers what happened to the person's data and rights, newest first.
func (s *Store) Actions(ctx context.Context, person uuid.UUID, limit int) ([]identity.Action, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, at, kind, by, detail, certificate FROM identity.actions
		WHERE person = $1 ORDER BY id DESC LIMIT $2`, person, limit)
	if err != nil {
		return nil, translate("read actions", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a identity.Action, err error) {
		var certificate []byte
		err = row.Scan(&a.Seq, &a.At, &a.Kind, &a.By, &a.Detail, &certificate)
		a.At = a.At.UTC()
		copy(a.Certificate[:], certificate)
		return a, err
	})
	return list, translate("read actions", err)
}

// change is for a statement that changes one person and records it: no row means no such person.
func (s *Store) change(ctx context.Context, doing, statement string, args ...any) error {
	tag, err := s.pool.Exec(ctx, statement, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return errPersonUnknown()
	}
	return translate(doing, err)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
