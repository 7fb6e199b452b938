package web

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// PersonLimits counts what one person does, by the actions of limits.yaml; over the limit it refuses with
// identity.CodeRateLimited. The API counts the same actions, so that pages are no way around it.
type PersonLimits interface {
	Allow(ctx context.Context, action string, person uuid.UUID) error
}

// limited counts before it asks booking.
type limited struct {
	Bookings
	limits PersonLimits
}

func (l limited) count(ctx context.Context, action string, s identity.Session) error {
	return countBy(ctx, l.limits, action, s)
}

func countBy(ctx context.Context, limits PersonLimits, action string, s identity.Session) error {
	if err := limits.Allow(ctx, action, s.Person); err != nil {
		return fmt.Errorf("count %s: %w", action, err)
	}
	return nil
}

// Availability is Bookings.Availability, counted.
func (l limited) Availability(ctx context.Context, s identity.Session, c booking.ConsulateID, id booking.ServiceID) (booking.Openings, error) {
	if err := l.count(ctx, "availability", s); err != nil {
		return booking.Openings{}, err
	}
	return l.Bookings.Availability(ctx, s, c, id)
}

// Reserve is Bookings.Reserve, counted.
func (l limited) Reserve(ctx context.Context, s identity.Session, r booking.ReserveRequest) (booking.HeldSeat, error) {
	if err := l.count(ctx, "hold", s); err != nil {
		return booking.HeldSeat{}, err
	}
	return l.Bookings.Reserve(ctx, s, r)
}

// Extend is Bookings.Extend, counted.
func (l limited) Extend(ctx context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error) {
	if err := l.count(ctx, "extend", s); err != nil {
		return booking.HeldSeat{}, err
	}
	return l.Bookings.Extend(ctx, s, id)
}

// Release is Bookings.Release, counted.
func (l limited) Release(ctx context.Context, s identity.Session, id booking.HoldID) error {
	if err := l.count(ctx, "release", s); err != nil {
		return err
	}
	return l.Bookings.Release(ctx, s, id)
}

// Confirm is Bookings.Confirm, counted.
func (l limited) Confirm(ctx context.Context, s identity.Session, id booking.HoldID, signature []byte) (booking.Appointment, error) {
	if err := l.count(ctx, "confirm", s); err != nil {
		return booking.Appointment{}, err
	}
	return l.Bookings.Confirm(ctx, s, id, signature)
}

// Cancel is Bookings.Cancel, counted.
func (l limited) Cancel(ctx context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error) {
	if err := l.count(ctx, "cancel", s); err != nil {
		return booking.Appointment{}, err
	}
	return l.Bookings.Cancel(ctx, s, id)
}

// PublishWeek is Bookings.PublishWeek, counted.
func (l limited) PublishWeek(ctx context.Context, s identity.Session, c booking.ConsulateID, isoWeek string, expected int64, p booking.WeekPlan) (booking.Publication, error) {
	if err := l.count(ctx, "publish", s); err != nil {
		return booking.Publication{}, err
	}
	return l.Bookings.PublishWeek(ctx, s, c, isoWeek, expected, p)
}

// drawSource is Draws under a name that its own method leaves free.
type drawSource = Draws

// limitedDraws counts before it asks the waves.
type limitedDraws struct {
	drawSource
	limits PersonLimits
}

// Enter is Draws.Enter, counted.
func (l limitedDraws) Enter(ctx context.Context, s identity.Session, id wave.ID, r wave.EntryRequest) (wave.Receipt, error) {
	if err := countBy(ctx, l.limits, "enter", s); err != nil {
		return wave.Receipt{}, err
	}
	return l.drawSource.Enter(ctx, s, id, r)
}

// Leave is Draws.Leave, counted.
func (l limitedDraws) Leave(ctx context.Context, s identity.Session, id wave.ID, signature []byte) (wave.Receipt, error) {
	if err := countBy(ctx, l.limits, "enter", s); err != nil {
		return wave.Receipt{}, err
	}
	return l.drawSource.Leave(ctx, s, id, signature)
}

// Sign is Draws.Sign, counted.
func (l limitedDraws) Sign(ctx context.Context, s identity.Session, id uuid.UUID, signature []byte) (wave.Offer, []booking.Appointment, error) {
	if err := countBy(ctx, l.limits, "confirm", s); err != nil {
		return wave.Offer{}, nil, err
	}
	return l.drawSource.Sign(ctx, s, id, signature)
}

// Decline is Draws.Decline, counted.
func (l limitedDraws) Decline(ctx context.Context, s identity.Session, id uuid.UUID) (wave.Offer, error) {
	if err := countBy(ctx, l.limits, "cancel", s); err != nil {
		return wave.Offer{}, err
	}
	return l.drawSource.Decline(ctx, s, id)
}
