package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// ReturnSeats records that holds ended: each seat that is still open, and whose hold became no appointment,
// becomes returned, to re-open at the time of the same place in reopenAt (the zero time: only by a later draw), and
// remembers the signer and the applicant.
// Seats in other states are left. A hold that was reported before changes nothing.
func (s *Store) ReturnSeats(ctx context.Context, ended []booking.EndedHold, reopenAt []time.Time) error {
	if len(ended) != len(reopenAt) {
		return errors.New("return seats: one time for each hold is needed")
	}
	if len(ended) == 0 {
		return nil
	}
	byHold := make(map[string]int, len(ended))
	var record rows.RecordEndedHoldsParams
	for i, e := range ended {
		if _, twice := byHold[string(e.Hold)]; twice {
			continue
		}
		byHold[string(e.Hold)] = i
		record.Holds = append(record.Holds, string(e.Hold))
		record.Seats = append(record.Seats, string(e.Seat))
		record.Reasons = append(record.Reasons, string(e.Reason))
	}
	return s.write(ctx, "return seats", func(_ pgx.Tx, q *rows.Queries) error {
		if _, err := q.LockSeats(ctx, record.Seats); err != nil {
			return fmt.Errorf("lock the seats: %w", err)
		}
		fresh, err := q.RecordEndedHolds(ctx, record)
		if err != nil {
			return fmt.Errorf("record the holds: %w", err)
		}
		var back rows.ReturnOpenSeatsParams
		for _, hold := range fresh {
			i := byHold[hold]
			back.Holds = append(back.Holds, hold)
			back.Seats = append(back.Seats, string(ended[i].Seat))
			back.Persons = append(back.Persons, ended[i].Person)
			back.Applicants = append(back.Applicants, ended[i].Applicant)
			back.Reopens = append(back.Reopens, reopenAt[i])
		}
		returned, err := q.ReturnOpenSeats(ctx, back)
		if err != nil {
			return fmt.Errorf("return the seats: %w", err)
		}
		marks := rows.MarkCameBackParams{Ids: back.Seats, Persons: back.Persons, Applicants: back.Applicants}
		if err := q.MarkCameBack(ctx, marks); err != nil {
			return fmt.Errorf("mark withdrawn seats: %w", err)
		}
		return s.record(ctx, q, endedEvents(fresh, returned, byHold, ended))
	})
}

// endedEvents writes one line into the person's record for each hold, and one for each seat that went back.
func endedEvents(fresh []string, returned []rows.ReturnOpenSeatsRow, byHold map[string]int, ended []booking.EndedHold) []booking.Event {
	var events []booking.Event
	for _, hold := range fresh {
		e := ended[byHold[hold]]
		events = append(events, booking.Event{
			Type: booking.EventHoldEnded, Actor: booking.System(), Subject: e.Person, Consulate: e.Consulate,
			Data: map[string]string{"reason": string(e.Reason), "group": string(e.Group)},
		})
	}
	for _, row := range returned {
		e := ended[byHold[row.Hold]]
		events = append(events, seatEvent(booking.EventSeatBack, booking.System(), e.Consulate, e.Seat,
			map[string]string{"reason": string(e.Reason)}))
	}
	return events
}

// ReopenDue moves returned seats of the open pool whose time has come, and which have not begun, to open and
// returns them, at most limit (1000). Several callers share the work.
func (s *Store) ReopenDue(ctx context.Context, now time.Time, limit int) ([]booking.Seat, error) {
	var out []booking.Seat
	err := s.write(ctx, "re-open seats", func(_ pgx.Tx, q *rows.Queries) error {
		out = nil
		if _, err := q.ForgetPastReopens(ctx, rows.ForgetPastReopensParams{NowAt: &now, MaxRows: 1000}); err != nil {
			return fmt.Errorf("drop past times: %w", err)
		}
		found, err := q.ReopenDue(ctx, rows.ReopenDueParams{NowAt: &now, MaxRows: clamp(limit, 1000)})
		if err != nil {
			return err
		}
		var events []booking.Event
		for _, r := range found {
			seat := seatOf(rows.OpenSeatsRow(r))
			out = append(out, seat)
			events = append(events, seatEvent(booking.EventSeatReopen, booking.System(), seat.Consulate, seat.ID, nil))
		}
		return s.record(ctx, q, events)
	})
	return out, err
}

// NextSeats counts the seats of a group at a post that start in [from, to], by start, pool and state.
func (s *Store) NextSeats(ctx context.Context, c booking.ConsulateID, g booking.GroupID, from, to time.Time) ([]booking.SeatCount, error) {
	found, err := s.query.NextSeats(ctx, rows.NextSeatsParams{Consulate: string(c), Grp: string(g), FromAt: from, ToAt: to})
	if err != nil {
		return nil, mapError("count seats", err)
	}
	out := make([]booking.SeatCount, len(found))
	for i, r := range found {
		out[i] = booking.SeatCount{
			Start: r.StartAt.UTC(), Pool: booking.Pool(r.Pool), State: booking.SeatState(r.State), Seats: int(r.Seats),
		}
	}
	return out, nil
}

func seatOf(r rows.OpenSeatsRow) booking.Seat {
	seat := booking.Seat{
		ID: booking.SeatID(r.ID), Consulate: booking.ConsulateID(r.Consulate), Counter: booking.CounterID(r.Counter),
		Group: booking.GroupID(r.Grp), Pool: booking.Pool(r.Pool), Start: r.StartAt.UTC(), Minutes: int(r.Minutes),
		State: booking.SeatState(r.State),
	}
	if r.PublishedPool != r.Pool {
		seat.PublishedAs = booking.Pool(r.PublishedPool)
	}
	return seat
}
