package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/opening"
	"chesna/booking/opening/pgstore/rows"
	bookingstore "chesna/booking/pgstore"
)

// Announce implements opening.Store. The secret of the tickets is drawn here.
func (s *Store) Announce(ctx context.Context, id booking.OpeningID, t opening.Terms) error {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.random, secret); err != nil {
		return fmt.Errorf("draw a secret: %w", err)
	}
	chain, err := json.Marshal(t.Chain)
	if err != nil {
		return fmt.Errorf("write the chain: %w", err)
	}
	_, err = s.query.Announce(ctx, rows.AnnounceParams{
		ID: string(id), LobbyFrom: &t.LobbyFrom, GatherUntil: &t.GatherUntil, PerMinute: int32(t.PerMinute), TurnS: int32(t.Turn / time.Second),
		Chain: chain, DelayS: int32(t.Delay / time.Second), Round: int64(t.Round), Secret: secret,
	})
	return bookingstore.MapError("announce an opening", err)
}

// step runs fn on the locked opening if it is in the state; alone keeps arrivals out meanwhile.
func (s *Store) step(ctx context.Context, what string, id booking.OpeningID, state opening.State, alone bool,
	fn func(tx pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error,
) error {
	return s.write(ctx, what, func(tx pgx.Tx, q *rows.Queries) error {
		if alone {
			if err := q.LockAlone(ctx, string(id)); err != nil {
				return fmt.Errorf("lock the opening: %w", err)
			}
		}
		o, err := q.LockOpening(ctx, string(id))
		if err != nil {
			return absent("lock the opening", err)
		}
		if opening.State(o.State) != state {
			return nil
		}
		now, err := s.time(ctx, q)
		if err != nil {
			return err
		}
		return fn(tx, q, o, now)
	})
}

// Gather implements opening.Store.
func (s *Store) Gather(ctx context.Context, id booking.OpeningID) ([]booking.Seat, error) {
	var out []booking.Seat
	err := s.step(ctx, "open the seats", id, opening.StateAnnounced, false, func(tx pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error {
		out = nil
		if now.Before(o.OpensAt) {
			return nil
		}
		if _, err := q.Gather(ctx, o.ID); err != nil {
			return err
		}
		found, err := q.OpenSeats(ctx, rows.OpenSeatsParams{Opening: o.ID, NowAt: now})
		if err != nil {
			return fmt.Errorf("open seats: %w", err)
		}
		var events []booking.Event
		for _, r := range found {
			out = append(out, booking.Seat{
				ID: booking.SeatID(r.ID), Consulate: booking.ConsulateID(r.Consulate), Counter: booking.CounterID(r.Counter), Group: booking.GroupID(r.Grp),
				Pool: booking.Pool(r.Pool), Start: r.StartAt.UTC(), Minutes: int(r.Minutes), State: booking.SeatOpen,
			})
			events = append(events, booking.Event{
				Type: booking.EventSeatReopen, Actor: booking.System(), Consulate: booking.ConsulateID(r.Consulate), Seat: booking.SeatID(r.ID),
				Data: map[string]string{"opening": o.ID},
			})
		}
		return bookingstore.Record(ctx, tx, s.random, events)
	})
	return out, err
}

// Freeze implements opening.Store.
func (s *Store) Freeze(ctx context.Context, id booking.OpeningID) error {
	return s.step(ctx, "freeze the crowd", id, opening.StateGathering, true, func(_ pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error {
		if now.Before(orZero(o.GatherUntil)) {
			return nil
		}
		found, err := q.Tickets(ctx, o.ID)
		if err != nil {
			return fmt.Errorf("list the tickets: %w", err)
		}
		crowd, root := int32(len(found)), opening.Root(ticketsOf(found))
		late, err := q.PlaceLate(ctx, rows.PlaceLateParams{Opening: o.ID, Crowd: crowd})
		if err != nil {
			return fmt.Errorf("place who came late: %w", err)
		}
		return q.Freeze(ctx, rows.FreezeParams{ID: o.ID, Crowd: crowd, Root: root[:], Places: crowd + int32(late)})
	})
}

// Settle implements opening.Store.
func (s *Store) Settle(ctx context.Context, id booking.OpeningID, b draw.Beacon) error {
	return s.step(ctx, "order the crowd", id, opening.StateFrozen, true, func(_ pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error {
		if b.Round != uint64(o.Round) {
			return fmt.Errorf("round %d instead of %d", b.Round, o.Round)
		}
		found, err := q.Tickets(ctx, o.ID)
		if err != nil {
			return fmt.Errorf("list the tickets: %w", err)
		}
		tickets := ticketsOf(found)
		if len(tickets) != int(o.Crowd) || opening.Root(tickets) != [32]byte(o.Root) {
			return fmt.Errorf("the crowd of %d is not the frozen one of %d", len(tickets), o.Crowd)
		}
		order := opening.Order(opening.Seed(id, b, len(tickets), [32]byte(o.Root)), tickets)
		places := rows.PlaceCrowdParams{Opening: o.ID}
		for i, t := range order {
			places.Tickets, places.Places = append(places.Tickets, t[:]), append(places.Places, int32(i+1))
		}
		n, err := q.PlaceCrowd(ctx, places)
		if err != nil {
			return fmt.Errorf("place the crowd: %w", err)
		}
		if n != int64(len(order)) {
			return fmt.Errorf("%d of %d got a place", n, len(order))
		}
		first := now.Add(-time.Minute / time.Duration(max(o.PerMinute, 1)))
		return q.Ordered(ctx, rows.OrderedParams{ID: o.ID, Signature: b.Signature[:], PacedAt: &first})
	})
}

// Call implements opening.Store. With nothing free a frozen opening ends too.
func (s *Store) Call(ctx context.Context, id booking.OpeningID, free int) error {
	if free <= 0 {
		end := func(_ pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error {
			return q.End(ctx, rows.EndParams{ID: o.ID, NowAt: now})
		}
		if err := s.step(ctx, "end an opening", id, opening.StateFrozen, false, end); err != nil {
			return err
		}
		return s.step(ctx, "end an opening", id, opening.StateCalling, false, end)
	}
	return s.step(ctx, "call the next", id, opening.StateCalling, false, func(_ pgx.Tx, q *rows.Queries, o rows.BookingOpening, now time.Time) error {
		active, err := q.ActiveTurns(ctx, rows.ActiveTurnsParams{Opening: o.ID, NowAt: now})
		if err != nil {
			return fmt.Errorf("count the turns: %w", err)
		}
		waiting := int(o.Places - o.Called)
		if waiting == 0 && active == 0 {
			return q.End(ctx, rows.EndParams{ID: o.ID, NowAt: now, Free: int32(free)})
		}
		n, paced := opening.Calls(now, orZero(o.PacedAt), int(o.PerMinute), waiting, free, int(active))
		upto := o.Called + int32(n)
		if n > 0 {
			until := now.Add(time.Duration(o.TurnS) * time.Second)
			if err := q.CallNext(ctx, rows.CallNextParams{Opening: o.ID, NowAt: now, TurnUntil: until, After: o.Called, Upto: upto}); err != nil {
				return fmt.Errorf("call: %w", err)
			}
		}
		return q.Called(ctx, rows.CalledParams{ID: o.ID, Called: upto, Free: int32(free), PacedAt: &paced})
	})
}
