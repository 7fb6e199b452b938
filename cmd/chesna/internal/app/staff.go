package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"chesna/identity"
	"chesna/identity/qes"
)

// Staff is the register of rights for the operator of the system, who appoints the first administrators and
// officers. It needs the stores and the trust of the service, not the service itself.
type Staff struct{ app *App }

// OpenStaff connects to what the register needs.
func OpenStaff(ctx context.Context, o Options) (*Staff, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	a := &App{options: o, logger: o.Logger, origin: o.Config.Server.PublicURL, failed: make(chan error, 4)}
	for _, step := range []func(context.Context) error{a.openStores, a.openTrust, a.buildIdentity} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Stop(ctx))
		}
	}
	return &Staff{a}, nil
}

// Close disconnects.
func (s *Staff) Close(ctx context.Context) error { return s.app.Stop(ctx) }

// Appoint gives a right to whoever made the signature in the file: an attached CAdES message over any text, such
// as her application for access. The signature is judged as at sign-in, so that only the holder of a qualified
// certificate can be appointed. It returns the person's pseudonym.
func (s *Staff) Appoint(ctx context.Context, file string, g identity.Grant) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the signature: %w", err)
	}
	message, err := qes.DecodeMessage(raw)
	if err != nil {
		return "", err
	}
	now := time.Now()
	signed, err := s.app.parts.verifier.Verify(qes.Request{Message: message, At: now, Profile: qes.ProfileOperator})
	if err != nil {
		return "", err
	}
	who, err := s.app.parts.judge.Verify(ctx, signed.Content, message, now)
	if err != nil {
		return "", err
	}
	person, err := s.app.parts.people.Appoint(ctx, who, g)
	return person.String(), err
}

// Register lists who got which right, when and from whom, newest first.
func (s *Staff) Register(ctx context.Context) ([]identity.GrantRow, error) {
	return s.app.parts.people.GrantRegister(ctx, 1000)
}
