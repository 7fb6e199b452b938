package identity

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// GrantRow is one row of the register of rights. By is the nil UUID where the operator of the system
// gave the right from the command line; WithdrawnAt is zero while the right stands.
type GrantRow struct {
	Person      uuid.UUID
	Grant       Grant
	By          uuid.UUID
	At          time.Time
	WithdrawnBy uuid.UUID
	WithdrawnAt time.Time
}

var consulatePattern = regexp.MustCompile(`^([a-z0-9]{2,8}|\*)?$`)

// Grants answers the standing rights of a person, without the citizen's own.
func (s *Service) Grants(ctx context.Context, person uuid.UUID) ([]Grant, error) {
	grants, err := s.d.Rights.Grants(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("load grants: %w", err)
	}
	return grants, nil
}

// Grant gives a right. By must be an administrator, and nobody gives himself anything.
func (s *Service) Grant(ctx context.Context, by, person uuid.UUID, g Grant) error {
	if err := s.mayChangeRights(ctx, by, person, g); err != nil {
		return err
	}
	if err := s.d.Rights.AddGrant(ctx, by, person, g, s.d.Now()); err != nil {
		return fmt.Errorf("record grant: %w", err)
	}
	return nil
}

// Withdraw takes a right away and ends the person's sessions, so that it is gone at once.
func (s *Service) Withdraw(ctx context.Context, by, person uuid.UUID, g Grant) error {
	if err := s.mayChangeRights(ctx, by, person, g); err != nil {
		return err
	}
	if err := s.d.Rights.WithdrawGrant(ctx, by, person, g, s.d.Now()); err != nil {
		return fmt.Errorf("record withdrawal: %w", err)
	}
	return s.LogoutEverywhere(ctx, person)
}

// Appoint gives a right to whoever has these numbers, before she has ever signed in: for the operator of the
// system, who needs a first administrator. The register shows it as given by nobody (the nil UUID).
func (s *Service) Appoint(ctx context.Context, a Assertion, grants ...Grant) (uuid.UUID, error) {
	for _, g := range grants {
		if err := checkGrant(g); err != nil {
			return uuid.Nil, err
		}
	}
	person, err := s.resolveSigner(ctx, a)
	if err != nil {
		return uuid.Nil, err
	}
	for _, g := range grants {
		if err := s.d.Rights.AddGrant(ctx, uuid.Nil, person, g, s.d.Now()); err != nil {
			return uuid.Nil, fmt.Errorf("record grant: %w", err)
		}
	}
	return person, nil
}

// GrantRegister answers the register of rights, newest first.
func (s *Service) GrantRegister(ctx context.Context, limit int) ([]GrantRow, error) {
	rows, err := s.d.Rights.GrantRegister(ctx, min(max(limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("load register of rights: %w", err)
	}
	return rows, nil
}

func (s *Service) mayChangeRights(ctx context.Context, by, person uuid.UUID, g Grant) error {
	if err := checkGrant(g); err != nil {
		return err
	}
	grants, err := s.d.Rights.Grants(ctx, by)
	if err != nil {
		return fmt.Errorf("load grants: %w", err)
	}
	if by == person || !slices.ContainsFunc(grants, func(g Grant) bool { return g.Role == RoleAdministrator }) {
		return &Error{Code: CodeForbidden, Detail: "rights are given by an administrator, and not to herself"}
	}
	return nil
}

func checkGrant(g Grant) error {
	var fields []FieldError
	switch g.Role {
	case RoleOfficer, RoleAnalyst, RoleAdministrator, RoleAuditor:
	case RoleCitizen:
		fields = append(fields, FieldError{"/role", "implied", "everybody is a citizen"})
	default:
		fields = append(fields, FieldError{"/role", "unknown", "one of officer, analyst, administrator, auditor"})
	}
	switch {
	case !consulatePattern.MatchString(g.Consulate):
		fields = append(fields, FieldError{"/consulate", "format", "a post's identifier, * for all, or nothing"})
	case g.Role == RoleOfficer && g.Consulate == "":
		fields = append(fields, FieldError{"/consulate", "required", "an officer's right names a post"})
	}
	if fields != nil {
		return &Error{Code: CodeInvalid, Fields: fields}
	}
	return nil
}

// LogValue logs the right and the pseudonyms.
func (r GrantRow) LogValue() slog.Value {
	return slog.GroupValue(slog.String("person", r.Person.String()), slog.String("role", string(r.Grant.Role)),
		slog.String("consulate", r.Grant.Consulate), slog.String("by", r.By.String()))
}
