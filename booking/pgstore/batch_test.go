package pgstore_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/pgstore"
)

// gateOutbox stops the first booking inside its transaction, after its event was written, until open is closed.
type gateOutbox struct {
	inside  chan struct{} // closed when the first booking stands at the gate
	open    chan struct{}
	once    sync.Once
	batches atomic.Int32
}

func newGate() *gateOutbox {
	return &gateOutbox{inside: make(chan struct{}), open: make(chan struct{})}
}

func (g *gateOutbox) Enqueue(ctx context.Context, _ pgx.Tx, what booking.EventType, _ []uuid.UUID) error {
	if what != booking.EventBooked {
		return nil
	}
	g.batches.Add(1)
	var err error
	g.once.Do(func() {
		close(g.inside)
		select {
		case <-g.open:
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	return err
}

// blocked starts a store whose first confirmation stands at the gate, with 40 seats published.
func blocked(t *testing.T) (s *pgstore.Store, g *gateOutbox, seats []booking.Seat, first chan error, pool bookingtest.Querier) {
	t.Helper()
	p := openPool(t, servers.Database(t, migrate))
	g = newGate()
	s = startStore(t, p, func(d *pgstore.Deps) { d.Jobs = g })
	seats = bookingtest.PublishSeats(t, s, "waw", 40)
	first = make(chan error, 1)
	go func() {
		_, err := s.Confirm(context.Background(), bookingtest.Sign(bookingtest.MakeHold(seats[39], uuid.New())))
		first <- err
	}()
	<-g.inside
	return s, g, seats, first, p
}

// queued sends confirmations while the writer stands at the gate, so that they share the next batch.
func queued(s *pgstore.Store, g *gateOutbox, contexts []context.Context, cs []booking.Confirmation) []error {
	errs := make([]error, len(cs))
	var wg sync.WaitGroup
	for i, c := range cs {
		arrived := s.Waiting() + 1
		wg.Go(func() { _, errs[i] = s.Confirm(contexts[i], c) })
		for s.Waiting() < arrived { // in order of arrival
			runtime.Gosched()
		}
	}
	close(g.open)
	wg.Wait()
	return errs
}

func backgrounds(n int) []context.Context {
	out := make([]context.Context, n)
	for i := range out {
		out[i] = context.Background()
	}
	return out
}

func TestConfirmationsShareATransaction(t *testing.T) {
	s, g, seats, first, db := blocked(t)
	ann := uuid.New()
	cs := []booking.Confirmation{
		bookingtest.Sign(bookingtest.MakeHold(seats[0], ann)),
		bookingtest.Sign(bookingtest.MakeHold(seats[1], ann)),
		bookingtest.Sign(bookingtest.MakeHold(seats[0], uuid.New())),
		bookingtest.Sign(bookingtest.MakeHold(seats[1], uuid.New())),
		bookingtest.Sign(bookingtest.MakeHold(seats[39], uuid.New())), // the first has it
	}
	errs := queued(s, g, backgrounds(len(cs)), cs)
	for i, want := range []booking.Code{"", booking.CodeAlreadyBooked, booking.CodeSeatTaken, "", booking.CodeSeatTaken} {
		if got := booking.CodeOf(errs[i]); got != want {
			t.Errorf("verdict %d: %v, want %q", i, errs[i], want)
		}
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
	if n := g.batches.Load(); n != 2 {
		t.Errorf("%d transactions wrote bookings, want 2", n)
	}
	bookingtest.CheckLedgerInvariants(t, db)
}

func TestPoisonedBatchIsRedoneRowByRow(t *testing.T) {
	s, g, seats, first, db := blocked(t)
	var cs []booking.Confirmation
	for i := range 10 {
		c := bookingtest.Sign(bookingtest.MakeHold(seats[i], uuid.New()))
		if i == 4 {
			c.Hold.Service = "no\x00text" // PostgreSQL refuses the whole statement
		}
		cs = append(cs, c)
	}
	errs := queued(s, g, backgrounds(len(cs)), cs)
	<-first
	for i, err := range errs {
		if (i == 4) != (err != nil) {
			t.Errorf("verdict %d: %v", i, err)
		}
	}
	if c := booking.CodeOf(errs[4]); c != "" {
		t.Errorf("a fault of ours has the code %q", c)
	}
	bookingtest.CheckLedgerInvariants(t, db)
}

func TestOneCallerLeavesAndTheOthersStay(t *testing.T) {
	s, g, seats, first, db := blocked(t)
	leaving, leave := context.WithCancel(context.Background())
	contexts := []context.Context{context.Background(), leaving, context.Background()}
	var cs []booking.Confirmation
	for i := range contexts {
		cs = append(cs, bookingtest.Sign(bookingtest.MakeHold(seats[i], uuid.New())))
	}
	left := make(chan error, 1)
	go func() { // she leaves while her confirmation waits
		for s.Waiting() < 3 {
			runtime.Gosched()
		}
		leave()
		left <- nil
	}()
	errs := make([]error, len(cs))
	var wg sync.WaitGroup
	for i, c := range cs {
		wg.Go(func() { _, errs[i] = s.Confirm(contexts[i], c) })
	}
	<-left
	for s.Waiting() > 2 {
		runtime.Gosched()
	}
	close(g.open)
	wg.Wait()
	if err := <-first; err != nil || errs[0] != nil || errs[2] != nil {
		t.Errorf("the others: %v, %v, %v", err, errs[0], errs[2])
	}
	if !errors.Is(errs[1], context.Canceled) {
		t.Errorf("who left: %v", errs[1])
	}
	if _, err := s.AppointmentByHold(context.Background(), cs[1].Hold.ID); booking.CodeOf(err) != booking.CodeAppointmentAbsent {
		t.Errorf("she left before her turn and was booked: %v", err)
	}
	bookingtest.CheckLedgerInvariants(t, db)
}

func TestStopAnswersThoseWhoWait(t *testing.T) {
	s, g, seats, first, _ := blocked(t)
	waits := make(chan error, 1)
	go func() {
		_, err := s.Confirm(context.Background(), bookingtest.Sign(bookingtest.MakeHold(seats[0], uuid.New())))
		waits <- err
	}()
	for s.Waiting() < 1 {
		runtime.Gosched()
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if err := s.Stop(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("stop did not mind its context: %v", err)
	}
	_, err := s.Confirm(context.Background(), bookingtest.Sign(bookingtest.MakeHold(seats[1], uuid.New())))
	bookingtest.WantCode(t, err, booking.CodeUnavailable)
	close(g.open)
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if err := errors.Join(<-first, <-waits); err != nil {
		t.Error(err)
	}
}

func TestQueueHasAnEnd(t *testing.T) {
	pool := openPool(t, servers.Database(t, migrate))
	g := newGate()
	s := startStore(t, pool, func(d *pgstore.Deps) { d.Jobs, d.QueueLimit = g, 1 })
	seats := bookingtest.PublishSeats(t, s, "waw", 3)
	done := make(chan error, 2)
	for i := range 2 {
		go func() {
			_, err := s.Confirm(context.Background(), bookingtest.Sign(bookingtest.MakeHold(seats[i], uuid.New())))
			done <- err
		}()
		if i == 0 {
			<-g.inside
		}
	}
	for s.Waiting() < 1 {
		runtime.Gosched()
	}
	_, err := s.Confirm(context.Background(), bookingtest.Sign(bookingtest.MakeHold(seats[2], uuid.New())))
	bookingtest.WantCode(t, err, booking.CodeUnavailable)
	close(g.open)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Error(err)
	}
}

// TestSnapshotMissesNothingThatCommitsLater: event numbers are given out before commit, so a booking with a lower
// number than the snapshot's last event may become visible after it.
func TestSnapshotMissesNothingThatCommitsLater(t *testing.T) {
	s, g, seats, first, _ := blocked(t)
	if _, err := s.PublishWeek(t.Context(), booking.WeekChange{ // commits later events first
		Consulate: "waw", ISOWeek: "2041-W03", Add: bookingtest.MakeSeats("waw", bookingtest.TestMonday().AddDate(0, 0, 7), 1),
	}); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(t.Context(), "waw")
	if err != nil {
		t.Fatal(err)
	}
	if len(snap.Seats) != 41 || len(snap.Active) != 0 {
		t.Fatalf("snapshot before the commit: %d seats, %d claims", len(snap.Seats), len(snap.Active))
	}
	close(g.open)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	left, err := s.SeatsLeftSince(t.Context(), "waw", snap.Seq)
	if err != nil || len(left) != 1 || left[0] != seats[39].ID {
		t.Fatalf("left since the snapshot: %v, %v", left, err)
	}
}
