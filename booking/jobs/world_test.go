package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/jobs"
	"chesna/booking/pgstore"
	"chesna/booking/redisinv"
)

const post = bookingtest.TestPost

func TestMain(m *testing.M) {
	code := servers.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func migrate(dsn string) error { return pgstore.Migrate(context.Background(), dsn) }

// clock is the time of everybody here; tests move it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Now(context.Context, booking.ConsulateID) (time.Time, error) { return c.Time(), nil }

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// notices collects what people were told.
type notices chan string

func (n notices) Notify(_ context.Context, kind string, _ uuid.UUID) error {
	n <- kind
	return nil
}

// flaky is the inventory with a fault that tests switch on.
type flaky struct {
	booking.Inventory
	mu   sync.Mutex
	down map[string]bool
}

var errFault = errors.New("fault")

func (f *flaky) fails(method string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down[method] = on
}

func (f *flaky) fault(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down[method] {
		return errFault
	}
	return nil
}

func (f *flaky) Acknowledge(ctx context.Context, c booking.ConsulateID, holds []booking.HoldID) error {
	if err := f.fault("Acknowledge"); err != nil {
		return err
	}
	return f.Inventory.Acknowledge(ctx, c, holds)
}

func (f *flaky) Publish(ctx context.Context, c booking.ConsulateID, seats []booking.Seat) error {
	if err := f.fault("Publish"); err != nil {
		return err
	}
	return f.Inventory.Publish(ctx, c, seats)
}

// world is a ledger in PostgreSQL, an inventory in miniredis, and the service between them, in virtual time a
// week before the seats.
type world struct {
	*testing.T
	clock     *clock
	pool      *pgxpool.Pool
	ledger    *pgstore.Store
	inventory *flaky
	service   *jobs.Service
	notices   notices
	seats     []booking.Seat
	lose      func()
}

// reopenAfter is when a returned seat opens again here.
const reopenAfter = 3 * time.Hour

func newWorld(t *testing.T, seats int, change func(*jobs.Deps)) *world {
	t.Helper()
	w := newWorldAt(t, servers.Database(t, migrate), servers.MiniredisEngine(t), change)
	w.publish(seats)
	return w
}

func (w *world) publish(seats int) {
	w.Helper()
	w.seats = bookingtest.PublishSeats(w.T, w.ledger, post, seats)
	w.ensure(true)
}

func newWorldAt(t *testing.T, dsn string, engine servers.Engine, change func(*jobs.Deps)) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: bookingtest.TestMonday().AddDate(0, 0, -7)}, notices: make(notices, 100)}
	log := slog.New(slog.DiscardHandler)
	var err error
	if w.pool, err = pgstore.Open(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	outbox, err := jobs.NewOutbox(log)
	if err != nil {
		t.Fatal(err)
	}
	w.ledger, err = pgstore.New(pgstore.Deps{Pool: w.pool, Jobs: outbox, Logger: log, Random: rand.Reader, Clock: w.clock.Time})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.ledger.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.ledger.Stop(context.Background()) })
	w.lose = func() {
		if err := engine.Client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	inventory, err := redisinv.New(redisinv.Deps{Client: engine.Client, Clock: w.clock, GateLife: -1})
	if err != nil {
		t.Fatal(err)
	}
	inventory.Start()
	t.Cleanup(inventory.Stop)
	w.inventory = &flaky{Inventory: inventory, down: map[string]bool{}}
	deps := jobs.Deps{
		Pool: w.pool, Ledger: w.ledger, Inventory: w.inventory, Notifier: w.notices, Logger: log, Now: w.clock.Time,
		Posts:    func() []booking.ConsulateID { return []booking.ConsulateID{post} },
		ReopenAt: func(now, _ time.Time) (time.Time, error) { return now.Add(reopenAfter), nil },
	}
	if change != nil {
		change(&deps)
	}
	if w.service, err = jobs.New(deps); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) ensure(want bool) {
	w.Helper()
	rebuilt, err := w.service.Ensure(w.Context(), post)
	if err != nil || rebuilt != want {
		w.Fatalf("ensure: rebuilt %v, %v; want %v", rebuilt, err, want)
	}
}

// hold takes the earliest free seat for a person.
func (w *world) hold(person uuid.UUID) (booking.Hold, error) {
	nonce := uuid.New()
	return w.inventory.Hold(w.Context(), booking.HoldRequest{
		ID: booking.NewHoldID(post, uuid.New()), Consulate: post, Group: bookingtest.TestGroup, Service: "passport-adult",
		Window: "waw-passport-20410107-am", From: w.seats[0].Start, To: w.seats[len(w.seats)-1].Start,
		Person: person, Applicant: person, Nonce: nonce.String(), TTL: 10 * time.Minute, Extension: 5 * time.Minute, DailyLimit: 9,
	})
}

func (w *world) mustHold(person uuid.UUID) booking.Hold {
	w.Helper()
	h, err := w.hold(person)
	if err != nil {
		w.Fatalf("hold: %v", err)
	}
	return h
}

func (w *world) pinned(person uuid.UUID) booking.Hold {
	w.Helper()
	h, err := w.inventory.Pin(w.Context(), w.mustHold(person).ID)
	if err != nil {
		w.Fatalf("pin: %v", err)
	}
	return h
}

// booked is an appointment whose settling is still to be done.
func (w *world) booked(person uuid.UUID) booking.Appointment {
	w.Helper()
	a, err := w.ledger.Confirm(w.Context(), bookingtest.Sign(w.pinned(person)))
	if err != nil {
		w.Fatalf("confirm: %v", err)
	}
	return a
}

func (w *world) cancel(a booking.Appointment) {
	w.Helper()
	_, err := w.ledger.Cancel(w.Context(), booking.Cancellation{
		Appointment: a.ID, Person: a.Person, Now: w.clock.Time(), ReopenAt: w.clock.Time().Add(reopenAfter),
	})
	if err != nil {
		w.Fatalf("cancel: %v", err)
	}
}

// run calls a tick and wants its count.
func (w *world) run(what string, want int, tick func(context.Context) (int, error)) {
	w.Helper()
	if n, err := tick(w.Context()); err != nil || n != want {
		w.Fatalf("%s: %d, %v; want %d", what, n, err, want)
	}
}

func (w *world) sweep(ctx context.Context) (int, error)     { return w.service.Sweep(ctx, post) }
func (w *world) reconcile(ctx context.Context) (int, error) { return w.service.Reconcile(ctx, post) }

// free counts the seats that can be held now.
func (w *world) free() int {
	w.Helper()
	slots, err := w.inventory.Free(w.Context(), post, bookingtest.TestGroup, w.seats[0].Start, w.seats[len(w.seats)-1].Start)
	if err != nil {
		w.Fatalf("count free seats: %v", err)
	}
	n := 0
	for _, s := range slots {
		n += s.Seats
	}
	return n
}

func (w *world) wantFree(want int) {
	w.Helper()
	if got := w.free(); got != want {
		w.Fatalf("%d seats can be held, want %d", got, want)
	}
}

// states counts the ledger's seats by state.
func (w *world) wantStates(want map[booking.SeatState]int) {
	w.Helper()
	week, err := w.ledger.Week(w.Context(), post, bookingtest.TestWeek)
	if err != nil {
		w.Fatal(err)
	}
	got := map[booking.SeatState]int{}
	for _, s := range week.Seats {
		got[s.State]++
	}
	for state, n := range want {
		if got[state] != n {
			w.Fatalf("the ledger's seats are %v, want %v", got, want)
		}
	}
}

func (w *world) check() {
	w.Helper()
	bookingtest.CheckLedgerInvariants(w.T, w.pool)
}
