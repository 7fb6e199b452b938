package app

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
	"chesna/identity/devqtsp"
)

// citizen is somebody at her own device: what she knows survives every crash of ours.
type citizen struct {
	name      string
	authority *devqtsp.Authority
	session   identity.Session

	Hold        booking.HoldID
	Signature   []byte
	Appointment uuid.UUID
}

// newCitizen signs a person of the trust service in.
func newCitizen(ctx context.Context, a *App, trust, name string) (*citizen, error) {
	authority, err := devqtsp.Load(trust, rand.Reader)
	if err != nil {
		return nil, err
	}
	z := &citizen{name: name, authority: authority}
	challenge, err := a.parts.people.Challenge(ctx)
	if err != nil {
		return nil, err
	}
	signature, err := z.sign(a, challenge.Document)
	if err != nil {
		return nil, err
	}
	z.session, _, _, err = a.parts.people.Complete(ctx, challenge.ID, signature)
	return z, err
}

func (z *citizen) sign(a *App, document []byte) ([]byte, error) {
	return z.authority.Sign(z.name, document, devqtsp.SignOptions{Detached: true, At: a.now()})
}

// book goes the way from the list of windows to the appointment. It stops at the first error.
func (z *citizen) book(ctx context.Context, a *App, post booking.ConsulateID, tell func(*citizen)) error {
	open, err := a.parts.office.Availability(ctx, z.session, post, "passport-adult")
	if err != nil {
		return err
	}
	if len(open.Windows) == 0 {
		return errors.New("nothing is open")
	}
	held, err := a.parts.office.Reserve(ctx, z.session, booking.ReserveRequest{
		Consulate: post, Service: "passport-adult", Window: open.Windows[0].ID,
	})
	if err != nil {
		return err
	}
	z.Hold, z.Signature, z.Appointment = held.Hold.ID, nil, uuid.Nil
	tell(z)
	if z.Signature, err = z.sign(a, held.Document); err != nil {
		return err
	}
	tell(z)
	return z.confirm(ctx, a, tell)
}

func (z *citizen) confirm(ctx context.Context, a *App, tell func(*citizen)) error {
	appointment, err := a.parts.office.Confirm(ctx, z.session, z.Hold, z.Signature)
	if err != nil {
		return err
	}
	z.Appointment = appointment.ID
	tell(z)
	return nil
}

// insist goes on where she was: the same signature once more, and a new hold only when hers is gone. It tells
// whether she needed a new one.
func (z *citizen) insist(ctx context.Context, a *App, post booking.ConsulateID) (again bool, err error) {
	quiet := func(*citizen) {}
	if z.Signature != nil {
		err = z.confirm(ctx, a, quiet)
		if c := booking.CodeOf(err); c != booking.CodeHoldNotFound && c != booking.CodeHoldExpired {
			return false, err
		}
	}
	before := z.Hold
	err = z.book(ctx, a, post, quiet)
	return z.Hold != before, err
}
