package pgstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// Snapshot reads a post's open seats that have not begun and its active appointments at one moment (REPEATABLE
// READ), with a new epoch. Seq is the position for SeatsLeftSince: see the package comment.
func (s *Store) Snapshot(ctx context.Context, c booking.ConsulateID) (booking.Snapshot, error) {
	epoch, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		return booking.Snapshot{}, fmt.Errorf("draw an epoch: %w", err)
	}
	var out booking.Snapshot
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = s.inTx(ctx, "read a snapshot", opts, func(_ pgx.Tx, q *rows.Queries) error {
		out = booking.Snapshot{Epoch: epoch.String()}
		var err error
		if out.Seq, err = q.SnapshotHorizon(ctx); err != nil { // first: it takes the transaction's snapshot
			return err
		}
		seats, err := q.OpenSeats(ctx, rows.OpenSeatsParams{Consulate: string(c), NowAt: s.now()})
		if err != nil {
			return err
		}
		for _, r := range seats {
			out.Seats = append(out.Seats, seatOf(r))
		}
		claims, err := q.ActiveClaims(ctx, string(c))
		for _, r := range claims {
			out.Active = append(out.Active, booking.ActiveClaim{
				Applicant: r.Applicant, Group: booking.GroupID(r.ServiceGroup), Appointment: r.Appointment,
			})
		}
		return err
	})
	return out, err
}

// Position is where the ledger stands now, for SeatsLeftSince.
func (s *Store) Position(ctx context.Context) (int64, error) {
	seq, err := s.query.SnapshotHorizon(ctx)
	return seq, mapError("read the ledger's position", err)
}

// SeatsLeftSince names the seats of the post that some change since the position touched and that are not open
// now. It may name seats that were not open at the snapshot either; it misses none that has left since.
func (s *Store) SeatsLeftSince(ctx context.Context, c booking.ConsulateID, seq int64) ([]booking.SeatID, error) {
	found, err := s.query.SeatsLeftSince(ctx, rows.SeatsLeftSinceParams{
		Horizon: strconv.FormatInt(seq, 10), Consulate: string(c),
	})
	if err != nil {
		return nil, mapError("read what happened since the snapshot", err)
	}
	out := make([]booking.SeatID, len(found))
	for i, id := range found {
		out[i] = booking.SeatID(id)
	}
	return out, nil
}

// now is the test's clock, or nil for the database's.
func (s *Store) now() *time.Time {
	if s.clock == nil {
		return nil
	}
	t := s.clock()
	return &t
}
