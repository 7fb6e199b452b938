package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// Grants answers the standing rights of a person.
func (s *Store) Grants(ctx context.Context, person uuid.UUID) ([]identity.Grant, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT role, consulate FROM identity.grants WHERE person = $1 AND withdrawn_at IS NULL ORDER BY role, consulate`, person)
	if err != nil {
		return nil, translate("read grants", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g identity.Grant, err error) {
		err = row.Scan(&g.Role, &g.Consulate)
		return g, err
	})
	return list, translate("read grants", err)
}

// AddGrant records a right; a standing one is left as it is.
func (s *Store) AddGrant(ctx context.Context, by, person uuid.UUID, g identity.Grant, at time.Time) error {
	_, err := s.pool.Exec(ctx, `
		WITH added AS (
			INSERT INTO identity.grants (person, role, consulate, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (person, role, consulate) WHERE withdrawn_at IS NULL DO NOTHING RETURNING person)
		INSERT INTO identity.actions (person, by, at, kind, detail) SELECT person, $4, $5, 'grant', $6 FROM added`,
		person, string(g.Role), g.Consulate, by, at, g.String())
	return translate("record grant", err)
}

// WithdrawGrant ends a standing right.
func (s *Store) WithdrawGrant(ctx context.Context, by, person uuid.UUID, g identity.Grant, at time.Time) error {
	err := s.change(ctx, "record withdrawal", `
		WITH ended AS (
			UPDATE identity.grants SET withdrawn_by = $4, withdrawn_at = $5
			WHERE person = $1 AND role = $2 AND consulate = $3 AND withdrawn_at IS NULL RETURNING person)
		INSERT INTO identity.actions (person, by, at, kind, detail) SELECT person, $4, $5, 'withdrawal', $6 FROM ended`,
		person, string(g.Role), g.Consulate, by, at, g.String())
	if identity.CodeOf(err) == identity.CodePersonUnknown {
		return &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{
			{Pointer: "/role", Code: "absent", Detail: "the person does not have this right"},
		}}
	}
	return err
}

// GrantRegister reads the register, newest first.
func (s *Store) GrantRegister(ctx context.Context, limit int) ([]identity.GrantRow, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT person, role, consulate, granted_by, granted_at, withdrawn_by, withdrawn_at
		FROM identity.grants ORDER BY id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, translate("read register of rights", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r identity.GrantRow, err error) {
		var (
			by *uuid.UUID
			at *time.Time
		)
		err = row.Scan(&r.Person, &r.Grant.Role, &r.Grant.Consulate, &r.By, &r.At, &by, &at)
		r.At, r.WithdrawnAt = r.At.UTC(), orZero(at)
		if by != nil {
			r.WithdrawnBy = *by
		}
		return r, err
	})
	return list, translate("read register of rights", err)
}
