package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking"
	"chesna/booking/opening"
	"chesna/booking/opening/pgstore/rows"
	bookingstore "chesna/booking/pgstore"
)

// keptFor is how long an opening that ended is still listed.
const keptFor = 24 * time.Hour

// Deps is what a Store needs.
type Deps struct {
	Pool   *pgxpool.Pool    // required; owned by the caller
	Random io.Reader        // required: crypto/rand.Reader outside tests
	Clock  func() time.Time // replaces the database's clock; for tests
}

// Store keeps openings. Safe for concurrent use.
type Store struct {
	pool   *pgxpool.Pool
	query  *rows.Queries
	random io.Reader
	clock  func() time.Time
}

var _ opening.Store = (*Store)(nil)

// New makes a Store over a pool whose database has been migrated (booking/pgstore.Migrate).
func New(d Deps) (*Store, error) {
	if d.Pool == nil || d.Random == nil {
		return nil, errors.New("opening/pgstore: Pool and Random are required")
	}
	return &Store{pool: d.Pool, query: rows.New(d.Pool), random: d.Random, clock: d.Clock}, nil
}

func (s *Store) write(ctx context.Context, what string, fn func(tx pgx.Tx, q *rows.Queries) error) error {
	return bookingstore.Transact(ctx, s.pool, what, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		return fn(tx, s.query.WithTx(tx))
	})
}

// time is the database's, or the test's.
func (s *Store) time(ctx context.Context, q *rows.Queries) (time.Time, error) {
	if s.clock != nil {
		return s.clock().UTC(), nil
	}
	now, err := q.Now(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the time: %w", err)
	}
	return now.UTC(), nil
}

// Openings implements opening.Store.
func (s *Store) Openings(ctx context.Context) ([]opening.Opening, time.Time, error) {
	const what = "list openings"
	now, err := s.time(ctx, s.query)
	if err != nil {
		return nil, now, bookingstore.MapError(what, err)
	}
	found, err := s.query.Openings(ctx, now.Add(-keptFor))
	if err != nil {
		return nil, now, bookingstore.MapError(what, err)
	}
	gathered := map[string]int{}
	for _, r := range found {
		if gathers(r) {
			counts, err := s.query.Gathered(ctx)
			if err != nil {
				return nil, now, bookingstore.MapError(what, err)
			}
			for _, c := range counts {
				gathered[c.Opening] = int(c.People)
			}
			break
		}
	}
	out := make([]opening.Opening, len(found))
	for i, r := range found {
		if out[i], err = openingOf(r); err != nil {
			return nil, now, err
		}
		if gathers(r) {
			out[i].Waiting = gathered[r.ID]
		}
	}
	return out, now, nil
}

// gathers tells whether people arrive whom the counter of places does not know yet.
func gathers(r rows.BookingOpening) bool {
	return opening.State(r.State) == opening.StateAnnounced || opening.State(r.State) == opening.StateGathering
}

// Opening implements opening.Store; who waits is not counted before the crowd is frozen.
func (s *Store) Opening(ctx context.Context, id booking.OpeningID) (opening.Opening, time.Time, error) {
	now, err := s.time(ctx, s.query)
	if err != nil {
		return opening.Opening{}, now, bookingstore.MapError("read an opening", err)
	}
	r, err := s.query.Opening(ctx, string(id))
	if err != nil {
		return opening.Opening{}, now, absent("read an opening", err)
	}
	out, err := openingOf(r)
	return out, now, err
}

// Tickets implements opening.Store.
func (s *Store) Tickets(ctx context.Context, id booking.OpeningID) ([]opening.Ticket, error) {
	found, err := s.query.Tickets(ctx, string(id))
	if err != nil {
		return nil, bookingstore.MapError("list tickets", err)
	}
	return ticketsOf(found), nil
}

func ticketsOf(found [][]byte) []opening.Ticket {
	out := make([]opening.Ticket, len(found))
	for i, t := range found {
		out[i] = opening.Ticket(t)
	}
	return out
}

func absent(what string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return booking.Refuse(booking.CodeOpeningAbsent, "no such opening")
	}
	return bookingstore.MapError(what, err)
}

func openingOf(r rows.BookingOpening) (opening.Opening, error) {
	o := opening.Opening{
		ID: booking.OpeningID(r.ID), Consulate: booking.ConsulateID(r.Consulate), Group: booking.GroupID(r.Grp), ISOWeek: r.IsoWeek,
		OpensAt: r.OpensAt.UTC(), State: opening.State(r.State),
		Terms: opening.Terms{
			LobbyFrom: orZero(r.LobbyFrom), GatherUntil: orZero(r.GatherUntil), PerMinute: int(r.PerMinute),
			Turn: time.Duration(r.TurnS) * time.Second, Delay: time.Duration(r.DelayS) * time.Second, Round: uint64(r.Round),
		},
		Crowd: int(r.Crowd), Called: int(r.Called), Free: int(r.Free), Waiting: int(r.Places - r.Called), EndedAt: orZero(r.EndedAt),
	}
	copy(o.Root[:], r.Root)
	copy(o.Signature[:], r.Signature)
	if o.State == opening.StatePlanned {
		return o, nil
	}
	if err := json.Unmarshal(r.Chain, &o.Chain); err != nil {
		return o, fmt.Errorf("read the chain of an opening: %w", err)
	}
	return o, nil
}

func arrivalOf(r rows.BookingArrival) opening.Arrival {
	return opening.Arrival{
		Person: r.Person, Ticket: opening.Ticket(r.Ticket), Place: int(r.Place.Int32),
		CalledAt: orZero(r.CalledAt), TurnUntil: orZero(r.TurnUntil), TookAt: orZero(r.TookAt),
	}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
