package wave_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
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
	"chesna/booking/capacity"
	"chesna/booking/draw"
	"chesna/booking/jobs"
	journalstore "chesna/booking/journal/pgstore"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore"
	"chesna/booking/wave/wavetest"
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

// town is a ledger in PostgreSQL with everything that a scheduler needs around it, in virtual time: a journal that counts,
// witnesses that cosign after a second, an authority, and a beacon that anybody here could predict.
type town struct {
	*testing.T
	pool     *pgxpool.Pool
	bookings *bookingstore.Store
	ledger   *pgstore.Store
	policy   wave.Policy
	posts    []booking.Consulate

	mu      sync.Mutex
	now     time.Time
	written map[int64]writing
	slow    time.Duration // how long witnesses take; a second when zero
	silent  bool          // the beacon says nothing
	chain   string        // its name; "town" when empty
}

type writing struct {
	at   time.Time
	leaf []byte
}

const family = wave.ID("waw-passport-2041w02")

func newTown(t *testing.T, posts ...booking.ConsulateID) *town {
	t.Helper()
	w := &town{T: t, written: map[int64]writing{}, policy: wave.Policy{
		Notice: 72 * time.Hour, Entry: 48 * time.Hour, StandbyEntry: 24 * time.Hour, StandbyEvery: 24 * time.Hour, Lead: 30 * 24 * time.Hour,
		Spread: 12 * time.Hour, Delays: draw.Standard(), Offer: 72 * time.Hour, Margin: 24 * time.Hour, OpenWithin: 24 * time.Hour,
		Pause: 14 * 24 * time.Hour, LateCancel: 48 * time.Hour, MaxChanges: 2, Witnesses: 1, Online: 100,
	}}
	w.now = bookingtest.TestMonday().AddDate(0, 0, -30)
	for _, id := range posts {
		w.posts = append(w.posts, booking.Consulate{ID: id, Location: time.UTC, Workdays: []capacity.Weekday{1, 2, 3, 4, 5}})
	}
	var err error
	if w.pool, err = bookingstore.Open(t.Context(), servers.Database(t, migrate)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	log := slog.New(slog.DiscardHandler)
	outbox, err := jobs.NewOutbox(log)
	if err != nil {
		t.Fatal(err)
	}
	w.bookings, err = bookingstore.New(bookingstore.Deps{Pool: w.pool, Jobs: outbox, Logger: log, Random: rand.Reader, Clock: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	w.ledger, err = pgstore.New(pgstore.Deps{
		Pool: w.pool, Jobs: outbox, Appointments: outbox, Journal: w, Logger: log, Random: rand.Reader, Clock: w.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []interface {
		Start(context.Context) error
		Stop(context.Context) error
	}{w.bookings, w.ledger} {
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop(context.Background()) })
	}
	return w
}

// schedulerLedger is what a scheduler needs of a ledger.
type schedulerLedger interface {
	wave.Steps
	wave.Public
}

func (w *town) scheduler(l schedulerLedger) *wave.Scheduler {
	w.Helper()
	catalogue, err := booking.NewCatalogue(w.posts, []booking.Group{{ID: bookingtest.TestGroup, Minutes: 20}}, nil)
	if err != nil {
		w.Fatal(err)
	}
	s, err := wave.NewScheduler(wave.SchedulerDeps{
		Catalogue: catalogue, Ledger: l, Authority: w, Beacon: w, Log: w, Trust: trust{}, Policy: w.policy, BookingLead: 2 * time.Hour,
		Now: w.Now, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// Now is the time of everybody here.
func (w *town) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *town) set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.After(w.now) {
		w.now = t
	}
}

// The journal, and the log that publishes it.

func (w *town) Append(ctx context.Context, tx pgx.Tx, log string, leaves ...[]byte) error {
	return journalstore.Append(ctx, tx, log, leaves...)
}

func (w *town) AppendDraws(ctx context.Context, tx pgx.Tx, leaf func(int64) ([]byte, error)) (int64, error) {
	return journalstore.AppendDraws(ctx, tx, func(seq int64) ([]byte, error) {
		b, err := leaf(seq)
		at := w.Now()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.written[seq] = writing{at, b} // of a transaction that fails the next one has the number
		return b, err
	})
}

func (w *town) Proof(_ context.Context, seq int64, _ int) (wave.Proof, error) {
	now := w.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.written[seq]
	if at := x.at.Add(max(time.Second, w.slow)); !at.After(now) {
		return wave.Proof{Leaf: x.leaf, Proof: []byte("proof"), Cosigned: []time.Time{at}}, nil
	}
	return wave.Proof{Leaf: x.leaf}, nil
}

// The authority.

func name(kind, drawID string, person uuid.UUID) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s/%s/%s", kind, drawID, person))
}

func names(kind, drawID string, persons []uuid.UUID) (out [][32]byte) {
	for _, p := range persons {
		out = append(out, name(kind, drawID, p))
	}
	return out
}

func (w *town) Nullify(_ context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return names("nf", drawID, persons), nil
}

func (w *town) NullifyPersons(_ context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return names("person", drawID, persons), nil
}

// Attest signs only what it issued, once to each person.
func (w *town) Attest(_ context.Context, s wave.Statement) ([]byte, error) {
	seen := map[uuid.UUID]bool{}
	for _, e := range s.Entries {
		if e.NF != name("nf", e.DrawID, e.Person) {
			return nil, errors.New("a name that was never issued")
		}
	}
	for _, p := range s.Persons {
		if p.PersonNF != name("person", p.DrawID, p.Person) || seen[p.Person] {
			return nil, errors.New("a person who was not named, or named twice")
		}
		seen[p.Person] = true
	}
	return []byte("attested"), nil
}

// The beacon.

func (w *town) Chain() draw.BeaconInfo {
	id := cmp.Or(w.chain, "town")
	return draw.BeaconInfo{ID: id, ChainHash: sha256.Sum256([]byte(id)), Period: 3, Genesis: 1692803367, Development: true}
}

func (w *town) Round(_ context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	if w.silent || w.Now().Before(time.Unix(chain.Genesis+chain.Period*int64(round-1), 0)) {
		return draw.Beacon{}, nil, wave.ErrNotYet
	}
	b := draw.Beacon{ChainHash: chain.ChainHash, Round: round}
	sum := sha256.Sum256(fmt.Appendf(nil, "town/%d", round))
	copy(b.Signature[:], bytes.Repeat(sum[:], 2))
	return b, fmt.Appendf(nil, "{\"randomness\":\"\",\"round\":%d,\"signature\":\"%x\"}\n", round, b.Signature), nil
}

type trust struct{}

func (trust) Policy() []byte { return []byte(`{"version":"chesna/policy/v1"}`) }

// People.

// publish makes n planned seats of the draw pool in the test week at the post, four at a time.
func (w *town) publish(post booking.ConsulateID, n int) []booking.Seat {
	w.Helper()
	seats := bookingtest.MakeSeats(post, bookingtest.TestMonday(), n)
	for i := range seats {
		seats[i].Pool, seats[i].State = booking.PoolDraw, booking.SeatPlanned
	}
	_, err := w.bookings.PublishWeek(w.Context(), booking.WeekChange{
		Consulate: post, ISOWeek: bookingtest.TestWeek, Plan: []byte(`{"plan":1}`), Add: seats,
		Actor: booking.Actor{Person: uuid.New(), Role: "officer"},
	})
	if err != nil {
		w.Fatal(err)
	}
	return seats
}

// enter asks for a place in the wave for the declarer and those with her; rev is the revision she has seen.
func (w *town) enter(id wave.ID, rev int, windows uint64, reschedules uuid.UUID, declarer uuid.UUID, others ...uuid.UUID) (wave.Entry, error) {
	request := fmt.Appendf(nil, "%s enters %s %d %s", declarer, id, rev, uuid.New())
	a := wave.Acceptance{
		Wave: id, Declarer: declarer, Rev: rev + 1, NF: name("nf", string(id), declarer), Windows: windows, CountsLoss: true,
		Reschedules: reschedules, Commitment: sha256.Sum256(request), Opening: sha256.Sum256([]byte("opening")), Request: request,
		Evidence: []byte("sealed"), Signature: sha256.Sum256(append([]byte("signed "), request...)),
		Actor: booking.Actor{Person: declarer, Role: "citizen"},
	}
	for _, p := range append([]uuid.UUID{declarer}, others...) {
		a.Members = append(a.Members, wave.Member{Applicant: p, Service: "passport-adult", PersonNF: name("person", string(id), p)})
	}
	return w.ledger.Enter(w.Context(), a)
}

func (w *town) leave(id wave.ID, rev int, declarer uuid.UUID) (wave.Entry, error) {
	request := fmt.Appendf(nil, "%s leaves %s %d %s", declarer, id, rev, uuid.New())
	return w.ledger.Leave(w.Context(), wave.Leaving{
		Wave: id, Declarer: declarer, Rev: rev + 1, Commitment: sha256.Sum256(request), Request: request, Evidence: []byte("sealed"),
		Opening: sha256.Sum256([]byte("opening")), Signature: sha256.Sum256(append([]byte("signed "), request...)),
		Actor: booking.Actor{Person: declarer, Role: "citizen"},
	})
}

func (w *town) sign(o wave.Offer) ([]booking.Appointment, error) {
	s := wave.Signing{
		Offer: o.ID, Declarer: o.Declarer, Evidence: []byte("sealed"), MaxChanges: w.policy.MaxChanges,
		SignatureDigest: sha256.Sum256([]byte("offer " + o.ID.String())), DocumentDigest: sha256.Sum256(o.ID[:]),
		Actor: booking.Actor{Person: o.Declarer, Role: "citizen"},
	}
	for range o.Seats {
		id := uuid.New()
		s.Appointments = append(s.Appointments, id)
		s.References = append(s.References, "WAW-"+id.String()[:13])
	}
	return w.ledger.SignOffer(w.Context(), s)
}

func (w *town) decline(o wave.Offer) error {
	_, err := w.ledger.DeclineOffer(w.Context(), o.ID, o.Declarer, booking.Actor{Person: o.Declarer, Role: "citizen"})
	return err
}

// cancel gives a booked seat back; it never re-opens by itself.
func (w *town) cancel(a booking.Appointment) error {
	now := w.Now()
	_, err := w.bookings.Cancel(w.Context(), booking.Cancellation{
		Appointment: a.ID, Person: a.Person, Now: now, Actor: booking.Actor{Person: a.Person, Role: "citizen"},
	})
	return err
}

// wave reads a wave that must be there.
func (w *town) wave(id wave.ID) wave.Wave {
	w.Helper()
	x, err := w.ledger.Wave(w.Context(), id)
	if err != nil {
		w.Fatalf("wave %s: %v", id, err)
	}
	return x
}

func (w *town) wantState(id wave.ID, want wave.State) wave.Wave {
	w.Helper()
	x := w.wave(id)
	if x.State != want {
		leaves, _ := w.ledger.Leaves(w.Context(), id)
		w.Fatalf("wave %s is %s, want %s; its leaves are %v", id, x.State, want, leaves)
	}
	return x
}

// after are the times after a close at which something happens to a wave.
var after = []time.Duration{0, 2 * time.Second, 603 * time.Second}

// through ticks a wave from its announcement to its result.
func (w *town) through(id wave.ID, tick func()) wave.Wave {
	w.Helper()
	closes := w.wave(id).Closes
	for _, d := range after {
		w.set(closes.Add(d))
		tick()
	}
	x := w.wave(id)
	if x.State != wave.StateFinished { // when nobody was served, a second tick may have finished it
		x = w.wantState(id, wave.StateDrawn)
	}
	return x
}

// offers lists a wave's offers, by declarer.
func (w *town) offers(id wave.ID, declarers []uuid.UUID) map[uuid.UUID]wave.Offer {
	w.Helper()
	out := map[uuid.UUID]wave.Offer{}
	for _, d := range declarers {
		list, err := w.ledger.OffersOf(w.Context(), d)
		if err != nil {
			w.Fatal(err)
		}
		for _, o := range list {
			if o.Wave == id {
				out[d] = o
			}
		}
	}
	return out
}

// states counts the post's seats by state.
func (w *town) states(post booking.ConsulateID) map[booking.SeatState]int {
	w.Helper()
	week, err := w.bookings.Week(w.Context(), post, bookingtest.TestWeek)
	if err != nil {
		w.Fatal(err)
	}
	out := map[booking.SeatState]int{}
	for _, s := range week.Seats {
		out[s.State]++
	}
	return out
}

// given reads from a wave's published result who was given which seats, by nf; and that nf is in the published entries.
func given(files wave.Files) (map[booking.SeatID][32]byte, error) {
	out := map[booking.SeatID][32]byte{}
	for line := range strings.Lines(string(files.Result)) {
		if line == "--\n" {
			return out, nil
		}
		nf, seats, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !bytes.Contains(files.Entries, []byte(nf+" ")) {
			return nil, errors.New("served and not in the entries")
		}
		b, err := hex.DecodeString(nf)
		if err != nil {
			return nil, err
		}
		for _, s := range strings.Split(seats, ",") {
			out[booking.SeatID(s)] = [32]byte(b)
		}
	}
	return nil, errors.New("a result without end")
}

// check looks at the whole ledger.
func (w *town) check() {
	w.Helper()
	wavetest.CheckInvariants(w.T, w.pool)
}
