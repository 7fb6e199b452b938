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
	return s.inTx(ctx, "record sign-in", func(tx pgx.Tx) error {
		if err := changeOne(tx.Exec(ctx, `UPDATE identity.persons SET names = $2 WHERE id = $1`, person, names)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO identity.sign_ins (person, at, certificate) VALUES ($1, $2, $3)`, person, in.At, in.Certificate[:])
		return err
	})
}

// SignIns answers the last sign-ins, newest first.
func (s *Store) SignIns(ctx context.Context, person uuid.UUID, limit int) ([]identity.SignIn, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT at, certificate FROM identity.sign_ins WHERE person = $1 ORDER BY at DESC, id DESC LIMIT $2`, person, limit)
	if err != nil {
		return nil, translate("read sign-ins", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (in identity.SignIn, err error) {
		var certificate []byte
		err = row.Scan(&in.At, &certificate)
		in.At = in.At.UTC()
		copy(in.Certificate[:], certificate)
		return in, err
	})
	return list, translate("read sign-ins", err)
}

// SetEmail keeps a verified address.
func (s *Store) SetEmail(ctx context.Context, person uuid.UUID, address []byte, verifiedAt time.Time) error {
	return translate("set e-mail", changeOne(s.pool.Exec(ctx,
		`UPDATE identity.persons SET email = $2, email_verified_at = $3 WHERE id = $1`, person, address, verifiedAt)))
}

// SetCountry changes the country unless it was changed after notAfter.
func (s *Store) SetCountry(ctx context.Context, person uuid.UUID, country string, at, notAfter time.Time) error {
	err := changeOne(s.pool.Exec(ctx, `
		UPDATE identity.persons SET country = $2, country_set_at = $3
		WHERE id = $1 AND (country_set_at IS NULL OR country_set_at <= $4)`, person, country, at, notAfter))
	if identity.CodeOf(err) != identity.CodePersonUnknown {
		return translate("set country", err)
	}
	if _, err := s.Person(ctx, person); err != nil {
		return err
	}
	return &identity.Error{Code: identity.CodeCountryFixed, Detail: "the country was changed not long ago"}
}

// SetLanguage keeps the language of notices.
func (s *Store) SetLanguage(ctx context.Context, person uuid.UUID, language string) error {
	return translate("set language", changeOne(s.pool.Exec(ctx,
		`UPDATE identity.persons SET language = $2 WHERE id = $1`, person, language)))
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
