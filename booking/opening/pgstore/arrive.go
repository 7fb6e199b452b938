package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/opening"
	"chesna/booking/opening/pgstore/rows"
	bookingstore "chesna/booking/pgstore"
)

// Arrive implements opening.Store.
func (s *Store) Arrive(ctx context.Context, id booking.OpeningID, person uuid.UUID) (opening.Arrival, error) {
	var out opening.Arrival
	err := s.write(ctx, "arrive", func(_ pgx.Tx, q *rows.Queries) error {
		if err := q.LockShared(ctx, string(id)); err != nil {
			return fmt.Errorf("share the opening: %w", err)
		}
		o, err := q.Opening(ctx, string(id))
		if err != nil {
			return absent("read the opening", err)
		}
		now, err := s.time(ctx, q)
		if err != nil {
			return err
		}
		if err := takesPlaces(o, now); err != nil {
			return err
		}
		if err := arrive(ctx, q, o, person, now); err != nil {
			return err
		}
		a, err := q.Arrival(ctx, rows.ArrivalParams{Opening: o.ID, Person: person})
		out = arrivalOf(a)
		return err
	})
	return out, err
}

// takesPlaces tells whether somebody may arrive now.
func takesPlaces(o rows.BookingOpening, now time.Time) error {
	switch lobby := orZero(o.LobbyFrom); {
	case opening.State(o.State) == opening.StateEnded:
		return booking.Refuse(booking.CodeOpeningEnded, "the opening is over: booking is free")
	case opening.State(o.State) == opening.StatePlanned:
		return &booking.Error{Code: booking.CodeLobbyClosed, Detail: "its rules are not set yet", RetryAfter: time.Minute}
	case now.Before(lobby):
		return &booking.Error{Code: booking.CodeLobbyClosed, Detail: "places are given from " + lobby.Format(time.RFC3339), RetryAfter: lobby.Sub(now)}
	}
	return nil
}

// arrive writes the arrival, if there is none, and gives a place to whoever comes late or comes again after her turn.
func arrive(ctx context.Context, q *rows.Queries, o rows.BookingOpening, person uuid.UUID, now time.Time) error {
	late := !now.Before(orZero(o.GatherUntil))
	ticket := opening.TicketOf([32]byte(o.Secret), booking.OpeningID(o.ID), person)
	fresh, err := q.Arrive(ctx, rows.ArriveParams{Opening: o.ID, Person: person, Ticket: ticket[:], Late: late})
	if err != nil {
		return fmt.Errorf("write the arrival: %w", err)
	}
	if fresh == 0 {
		a, err := q.LockArrival(ctx, rows.LockArrivalParams{Opening: o.ID, Person: person})
		if err != nil {
			return fmt.Errorf("lock the arrival: %w", err)
		}
		if !arrivalOf(a).Over(now) {
			return nil
		}
	} else if !late || gathers(o) { // freezing and settling give these their places
		return nil
	}
	place, err := q.NextPlace(ctx, o.ID)
	if err != nil {
		return fmt.Errorf("take a place: %w", err)
	}
	return q.Stand(ctx, rows.StandParams{Place: place, Opening: o.ID, Person: person})
}

// Arrival implements opening.Store.
func (s *Store) Arrival(ctx context.Context, id booking.OpeningID, person uuid.UUID) (opening.Arrival, error) {
	a, err := s.query.Arrival(ctx, rows.ArrivalParams{Opening: string(id), Person: person})
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err := s.query.Opening(ctx, string(id)); err != nil {
			return opening.Arrival{}, absent("read an opening", err)
		}
		return opening.Arrival{}, booking.Refuse(booking.CodePlaceAbsent, "you have no place in this opening")
	}
	if err != nil {
		return opening.Arrival{}, bookingstore.MapError("read an arrival", err)
	}
	return arrivalOf(a), nil
}

// Took implements opening.Store.
func (s *Store) Took(ctx context.Context, id booking.OpeningID, person uuid.UUID) error {
	now, err := s.time(ctx, s.query)
	if err == nil {
		err = s.query.Took(ctx, rows.TookParams{Opening: string(id), Person: person, NowAt: now})
	}
	return bookingstore.MapError("note a taken seat", err)
}
