package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

var _ booking.Idempotency = (*Store)(nil)

// keyLease is how long a request may take before its key counts as lost.
const keyLease = time.Minute

// Begin implements booking.Idempotency.
func (s *Store) Begin(ctx context.Context, scope, key string, bodyHash [32]byte) (*booking.StoredResponse, error) {
	_, err := s.query.BeginKey(ctx, rows.BeginKeyParams{
		Scope: scope, Key: key, BodyHash: bodyHash[:], Lease: interval(keyLease), Lifetime: interval(s.keyLife),
	})
	if err == nil {
		return nil, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, mapError("take an idempotency key", err)
	}
	state, err := s.query.KeyState(ctx, rows.KeyStateParams{Scope: scope, Key: key})
	switch {
	case errors.Is(err, pgx.ErrNoRows): // dropped between the two statements
		return nil, keyInFlight()
	case err != nil:
		return nil, mapError("read an idempotency key", err)
	case [32]byte(state.BodyHash) != bodyHash:
		return nil, booking.Refuse(booking.CodeKeyMismatch, "this Idempotency-Key was used with another request")
	case !state.Status.Valid:
		return nil, keyInFlight()
	}
	r := &booking.StoredResponse{Status: int(state.Status.Int32), Body: state.Response}
	if err := json.Unmarshal(state.Header, &r.Header); err != nil {
		return nil, fmt.Errorf("read a stored answer: %w", err)
	}
	return r, nil
}

func keyInFlight() error {
	return &booking.Error{
		Code: booking.CodeKeyInFlight, Detail: "the first request with this Idempotency-Key is still running", RetryAfter: time.Second,
	}
}

// Finish implements booking.Idempotency.
func (s *Store) Finish(ctx context.Context, scope, key string, bodyHash [32]byte, r booking.StoredResponse) error {
	header, err := eventData(r.Header)
	if err != nil {
		return err
	}
	_, err = s.query.FinishKey(ctx, rows.FinishKeyParams{
		Scope: scope, Key: key, BodyHash: bodyHash[:], Status: int32(r.Status), Header: []byte(header), Response: r.Body,
	})
	return mapError("store an answer", err)
}

// Drop implements booking.Idempotency.
func (s *Store) Drop(ctx context.Context, scope, key string) error {
	_, err := s.query.DropKey(ctx, rows.DropKeyParams{Scope: scope, Key: key})
	return mapError("drop an idempotency key", err)
}

// DropExpiredKeys forgets answers whose day is over, at most limit (10,000), and returns how many.
func (s *Store) DropExpiredKeys(ctx context.Context, limit int) (int, error) {
	n, err := s.query.DropExpiredKeys(ctx, clamp(limit, 10_000))
	return int(n), mapError("drop expired idempotency keys", err)
}

func interval(d time.Duration) pgtype.Interval {
	return pgtype.Interval{Microseconds: d.Microseconds(), Valid: true}
}
