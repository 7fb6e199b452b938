package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking"
	"chesna/booking/internal/coalesce"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Outbox writes, inside a ledger transaction, the jobs that must follow. It must only use the transaction that it is given
// and must not wait for anything else.
type Outbox interface {
	// Step asks for a step of the wave at the instant.
	Step(ctx context.Context, tx pgx.Tx, id wave.ID, step wave.Step, at time.Time) error
	// Offer tells the declarer what became of her offer: made, expired, signed or withheld.
	Offer(ctx context.Context, tx pgx.Tx, offer uuid.UUID, what string) error
	// Loss tells declarers that the draw had no seat for them.
	Loss(ctx context.Context, tx pgx.Tx, id wave.ID, declarers []uuid.UUID) error
}

// Journal queues leaves in the transaction of the change that they record. booking/journal/pgstore has both functions.
type Journal interface {
	Append(ctx context.Context, tx pgx.Tx, log string, leaves ...[]byte) error
	AppendDraws(ctx context.Context, tx pgx.Tx, leaf func(seq int64) ([]byte, error)) (int64, error)
}

// Deps is what a Store needs. The zero value of an optional field means its default.
type Deps struct {
	Pool         *pgxpool.Pool       // required; owned by the caller
	Jobs         Outbox              // required
	Appointments bookingstore.Outbox // required: what follows a booked or cancelled appointment
	Journal      Journal             // required
	Logger       *slog.Logger        // required
	Random       io.Reader           // required: crypto/rand.Reader outside tests

	// Writers is how many batches of entries run at once in this process, 1 to 4. Default 2.
	Writers int
	// BatchSize is the most entries that share a transaction, at most 1024. Default 256.
	BatchSize int
	// QueueLimit is how many entries may wait before further ones are refused. Default 16384.
	QueueLimit int
	// BatchTimeout bounds one transaction of entries. Default 15 s.
	BatchTimeout time.Duration
	// Clock replaces the database's clock; for tests.
	Clock func() time.Time
}

func (d Deps) validate() error {
	var errs []error
	for name, missing := range map[string]bool{
		"Pool": d.Pool == nil, "Jobs": d.Jobs == nil, "Appointments": d.Appointments == nil, "Journal": d.Journal == nil,
		"Logger": d.Logger == nil, "Random": d.Random == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("wave/pgstore: %s is required", name))
		}
	}
	if d.Writers < 0 || d.Writers > 4 || d.BatchSize < 0 || d.BatchSize > 1024 || d.QueueLimit < 0 || d.BatchTimeout < 0 {
		errs = append(errs, errors.New("wave/pgstore: Writers must be 1 to 4, BatchSize 1 to 1024, limits not negative"))
	}
	return errors.Join(errs...)
}

// Store is the ledger of waves. Enter works between Start and Stop; everything else at any time. Safe for concurrent use.
type Store struct {
	pool         *pgxpool.Pool
	query        *rows.Queries
	jobs         Outbox
	appointments bookingstore.Outbox
	journal      Journal
	log          *slog.Logger
	random       io.Reader
	clock        func() time.Time
	counts       counts
	batch        *coalesce.Batcher[wave.Acceptance, wave.Entry]
}

var _ wave.Ledger = (*Store)(nil)

// New makes a Store over a pool whose database has been migrated (booking/pgstore.Migrate).
func New(d Deps) (*Store, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	s := &Store{
		pool: d.Pool, query: rows.New(d.Pool), jobs: d.Jobs, appointments: d.Appointments, journal: d.Journal,
		log: d.Logger, random: d.Random, clock: d.Clock,
	}
	s.batch = coalesce.New(coalesce.Config[wave.Acceptance, wave.Entry]{
		Size:    orDefault(d.BatchSize, 256),
		Limit:   orDefault(d.QueueLimit, 16384),
		Writers: orDefault(d.Writers, 2),
		Timeout: orDefault(d.BatchTimeout, 15*time.Second),
		Work:    s.answer,
	})
	return s, nil
}

func orDefault[T int | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Start begins to serve Enter. It returns at once; calling it twice is an error.
func (s *Store) Start(context.Context) error { return s.batch.Start() }

// Stop refuses new entries, finishes those that wait, and returns when they have their verdicts or ctx has ended.
func (s *Store) Stop(ctx context.Context) error { return s.batch.Stop(ctx) }

// Waiting is how many entries are in the queue now; a measure of load.
func (s *Store) Waiting() int { return s.batch.Waiting() }

// work is one transaction: its queries, and the time it is for all of it.
type work struct {
	*rows.Queries
	tx  pgx.Tx
	now time.Time // zero until clock was asked
}

// write runs fn in one transaction at READ COMMITTED; see bookingstore.Transact.
func (s *Store) write(ctx context.Context, what string, fn func(w *work) error) error {
	return bookingstore.Transact(ctx, s.pool, what, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		return fn(&work{Queries: s.query.WithTx(tx), tx: tx})
	})
}

// read runs fn on one snapshot.
func (s *Store) read(ctx context.Context, what string, fn func(q *rows.Queries) error) error {
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return bookingstore.Transact(ctx, s.pool, what, opts, func(tx pgx.Tx) error { return fn(s.query.WithTx(tx)) })
}

// tell asks what time it is, once the locks are there.
func (s *Store) tell(ctx context.Context, w *work) error {
	var err error
	w.now, err = s.time(ctx, w.Queries)
	return err
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

func (s *Store) record(ctx context.Context, w *work, events []booking.Event) error {
	return bookingstore.Record(ctx, w.tx, s.random, events)
}

func seatEvent(t booking.EventType, c booking.ConsulateID, seat, reason string) booking.Event {
	e := booking.Event{Type: t, Actor: booking.System(), Consulate: c, Seat: booking.SeatID(seat)}
	if reason != "" {
		e.Data = map[string]string{"reason": reason}
	}
	return e
}

// lossesSince is the instant before which losses have expired.
func lossesSince(now time.Time) time.Time { return now.AddDate(0, -wave.LossMonths, 0) }

func absent[T any](v T, err error, code booking.Code, detail string) (T, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return v, booking.Refuse(code, detail)
	}
	return v, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// clamp keeps a caller's limit between 1 and most.
func clamp(limit, most int) int32 { return int32(min(max(limit, 1), most)) }
