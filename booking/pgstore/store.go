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
	"chesna/booking/pgstore/rows"
)

// Outbox writes, inside a ledger transaction, the jobs that must follow an event of the given type for each
// appointment. It must only use the transaction it is given and must not wait for anything else.
type Outbox interface {
	Enqueue(ctx context.Context, tx pgx.Tx, what booking.EventType, appointments []uuid.UUID) error
}

// Deps is what a Store needs. The zero value of an optional field means its default.
type Deps struct {
	Pool   *pgxpool.Pool // required; owned by the caller
	Jobs   Outbox        // required
	Logger *slog.Logger  // required
	Random io.Reader     // required: crypto/rand.Reader outside tests

	// Writers is how many batches of confirmations run at once in this process: 1 or 2. Default 1.
	Writers int
	// BatchSize is the most confirmations that share a transaction. Default 64.
	BatchSize int
	// QueueLimit is how many confirmations may wait before further ones are refused. Default 4096.
	QueueLimit int
	// BatchTimeout bounds one transaction of confirmations. Default 10 s.
	BatchTimeout time.Duration
	// KeyLifetime is how long an idempotency key is remembered. Default 24 h.
	KeyLifetime time.Duration
	// Clock replaces the database's clock where a snapshot leaves out seats that have begun, and where a weight goes back
	// to 1; for tests.
	Clock func() time.Time
}

func (d Deps) validate() error {
	var errs []error
	if d.Pool == nil {
		errs = append(errs, errors.New("pgstore: Pool is required"))
	}
	if d.Jobs == nil {
		errs = append(errs, errors.New("pgstore: Jobs is required"))
	}
	if d.Logger == nil {
		errs = append(errs, errors.New("pgstore: Logger is required"))
	}
	if d.Random == nil {
		errs = append(errs, errors.New("pgstore: Random is required"))
	}
	if d.Writers < 0 || d.Writers > 2 {
		errs = append(errs, errors.New("pgstore: Writers must be 1 or 2"))
	}
	if d.BatchSize < 0 || d.BatchSize > 256 {
		errs = append(errs, errors.New("pgstore: BatchSize must be between 1 and 256"))
	}
	return errors.Join(errs...)
}

// Store is the ledger. It implements booking.Ledger and booking.WeekLedger. Confirm works between Start and
// Stop; everything else at any time. Safe for concurrent use.
type Store struct {
	pool    *pgxpool.Pool
	query   *rows.Queries
	jobs    Outbox
	log     *slog.Logger
	random  io.Reader
	clock   func() time.Time
	keyLife time.Duration // how long an idempotency key is remembered
	turns   chan struct{} // of Serially
	batch   *coalesce.Batcher[booking.Confirmation, booking.Appointment]
}

var (
	_ booking.Ledger     = (*Store)(nil)
	_ booking.WeekLedger = (*Store)(nil)
)

// New makes a Store over a pool whose database has been migrated.
func New(d Deps) (*Store, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	s := &Store{
		pool: d.Pool, query: rows.New(d.Pool), jobs: d.Jobs, log: d.Logger, random: d.Random, clock: d.Clock,
		keyLife: orDefault(d.KeyLifetime, 24*time.Hour), turns: make(chan struct{}, maxTurns),
	}
	s.batch = coalesce.New(coalesce.Config[booking.Confirmation, booking.Appointment]{
		Size:    orDefault(d.BatchSize, 64),
		Limit:   orDefault(d.QueueLimit, 4096),
		Writers: orDefault(d.Writers, 1),
		Timeout: orDefault(d.BatchTimeout, 10*time.Second),
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

// Open connects a pool to the database: at most 16 connections unless the DSN says pool_max_conns, times in
// UTC. The caller closes it. CodeUnavailable when the database does not answer.
func Open(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("pgstore: the database URL cannot be read") // the cause may quote a password
	}
	if cfg.MaxConns < 16 && !hasPoolSize(dsn) {
		cfg.MaxConns = 16
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "chesna"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, mapError("open the pool", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, mapError("reach the database", err)
	}
	return pool, nil
}

// Start begins to serve Confirm. It returns at once; calling it twice is an error.
func (s *Store) Start(context.Context) error { return s.batch.Start() }

// Stop refuses new confirmations, finishes those that wait, and returns when they have their verdicts or ctx has
// ended.
func (s *Store) Stop(ctx context.Context) error { return s.batch.Stop(ctx) }

// Waiting is how many confirmations are in the queue now; a measure of load.
func (s *Store) Waiting() int { return s.batch.Waiting() }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return mapError("reach the database", s.pool.Ping(ctx))
}

const maxAttempts = 3

// inTx runs fn in one transaction; see Transact.
func (s *Store) inTx(ctx context.Context, what string, opts pgx.TxOptions, fn func(tx pgx.Tx, q *rows.Queries) error) error {
	return Transact(ctx, s.pool, what, opts, func(tx pgx.Tx) error { return fn(tx, s.query.WithTx(tx)) })
}

// write is inTx at READ COMMITTED.
func (s *Store) write(ctx context.Context, what string, fn func(tx pgx.Tx, q *rows.Queries) error) error {
	return s.inTx(ctx, what, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

func (s *Store) enqueue(ctx context.Context, tx pgx.Tx, what booking.EventType, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := s.jobs.Enqueue(ctx, tx, what, ids); err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	return nil
}
