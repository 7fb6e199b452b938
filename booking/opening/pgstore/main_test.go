package pgstore_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/draw"
	"chesna/booking/opening"
	"chesna/booking/opening/pgstore"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
)

func TestMain(m *testing.M) {
	code := servers.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func migrate(dsn string) error { return bookingstore.Migrate(context.Background(), dsn) }

type noJobs struct{}

func (noJobs) Enqueue(context.Context, pgx.Tx, booking.EventType, []uuid.UUID) error { return nil }

// world is a ledger, an inventory and a beacon in virtual time, with one opening of its first week.
type world struct {
	t         testing.TB
	pool      *pgxpool.Pool
	ledger    *bookingstore.Store
	store     *pgstore.Store
	ticker    *opening.Ticker
	inventory *shelf
	id        booking.OpeningID
	opensAt   time.Time

	mu      sync.Mutex
	at      time.Time
	silent  bool // the beacon
	genesis int64
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// Chain implements opening.Beacon.
func (w *world) Chain() draw.BeaconInfo {
	return draw.BeaconInfo{ID: "test", Period: 3, Genesis: w.genesis}
}

// Round implements opening.Beacon: the signature is the round's number.
func (w *world) Round(_ context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	at := time.Unix(chain.Genesis+chain.Period*int64(round-1), 0)
	if w.now().Before(at) || w.silent {
		return draw.Beacon{}, nil, wave.ErrNotYet
	}
	b := draw.Beacon{ChainHash: chain.ChainHash, Round: round}
	binary.BigEndian.PutUint64(b.Signature[:], round)
	return b, nil, nil
}

// shelf is an inventory of free seats only; anything else panics.
type shelf struct {
	booking.Inventory
	mu    sync.Mutex
	seats map[booking.SeatID]booking.Seat
	fail  error
}

func (s *shelf) Publish(_ context.Context, _ booking.ConsulateID, seats []booking.Seat) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	for _, seat := range seats {
		s.seats[seat.ID] = seat
	}
	return nil
}

func (s *shelf) Withdraw(_ context.Context, _ booking.ConsulateID, ids []booking.SeatID) ([]booking.SeatID, error) {
	s.take(ids...)
	return nil, nil
}

func (s *shelf) take(ids ...booking.SeatID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.seats, id)
	}
}

func (s *shelf) Free(context.Context, booking.ConsulateID, booking.GroupID, time.Time, time.Time) ([]booking.FreeSlot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []booking.FreeSlot{{Seats: len(s.seats)}}, nil
}

// one is any free seat, taken.
func (s *shelf) one() booking.SeatID {
	for id := range s.seats {
		s.take(id)
		return id
	}
	return ""
}

// newWorld publishes n seats that open an hour after the world begins.
func newWorld(t testing.TB, n int) *world {
	t.Helper()
	start := bookingtest.TestMonday().AddDate(0, 0, -14)
	w := &world{
		t: t, at: start, opensAt: start.Add(time.Hour), genesis: start.Unix() - 1000, inventory: &shelf{seats: map[booking.SeatID]booking.Seat{}},
		id: booking.NewOpeningID(bookingtest.TestPost, bookingtest.TestGroup, start.Add(time.Hour)),
	}
	pool, err := bookingstore.Open(t.Context(), servers.Database(t, migrate))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w.pool = pool
	w.ledger, err = bookingstore.New(bookingstore.Deps{Pool: pool, Jobs: noJobs{}, Logger: slog.New(slog.DiscardHandler), Random: rand.Reader, Clock: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.store, w.ticker = w.process()
	w.publish(0, n, w.opensAt)
	t.Cleanup(func() { bookingtest.CheckLedgerInvariants(t, pool) })
	return w
}

// process is another process over the same ledger.
func (w *world) process() (*pgstore.Store, *opening.Ticker) {
	w.t.Helper()
	store, err := pgstore.New(pgstore.Deps{Pool: w.pool, Random: rand.Reader, Clock: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	ticker, err := opening.NewTicker(opening.TickerDeps{
		Store: store, Ledger: w.ledger, Inventory: w.inventory, Beacon: w, Policy: opening.StandardPolicy(), Horizon: 56 * 24 * time.Hour,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return store, ticker
}

// publish is a revision of the week that adds n seats which open at the instant.
func (w *world) publish(revision int64, n int, at time.Time, remove ...booking.SeatID) booking.PublishedWeek {
	w.t.Helper()
	week, err := w.ledger.PublishWeek(w.t.Context(), booking.WeekChange{
		Consulate: bookingtest.TestPost, ISOWeek: bookingtest.TestWeek, Expected: revision, OpensAt: at, Remove: remove,
		Add: bookingtest.MakeSeats(bookingtest.TestPost, bookingtest.TestMonday(), n),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return week
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.ticker.Tick(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// until lets the clock run to the instant, then ticks often enough for any step.
func (w *world) until(at time.Time) {
	w.t.Helper()
	w.pass(at.Sub(w.now()))
	for range 5 {
		w.tick()
	}
}

func (w *world) arrive(people ...uuid.UUID) []opening.Arrival {
	w.t.Helper()
	out := make([]opening.Arrival, len(people))
	for i, p := range people {
		var err error
		if out[i], err = w.store.Arrive(context.Background(), w.id, p); err != nil {
			w.t.Fatal(err)
		}
	}
	return out
}

func (w *world) opening() opening.Opening {
	w.t.Helper()
	list, _, err := w.store.Openings(context.Background())
	if err != nil || len(list) != 1 {
		w.t.Fatal(len(list), err)
	}
	return list[0]
}

func (w *world) place(p uuid.UUID) opening.Arrival {
	w.t.Helper()
	a, err := w.store.Arrival(context.Background(), w.id, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func persons(n int) []uuid.UUID {
	out := make([]uuid.UUID, n)
	for i := range out {
		out[i] = uuid.New()
	}
	return out
}

// states counts the seats of the week.
func (w *world) states() map[booking.SeatState]int {
	w.t.Helper()
	week, err := w.ledger.Week(context.Background(), bookingtest.TestPost, bookingtest.TestWeek)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[booking.SeatState]int{}
	for _, s := range week.Seats {
		out[s.State]++
	}
	return out
}

func sorted(a []int) []int {
	slices.Sort(a)
	return a
}
