package wavetest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

// Clock is a test's time; it stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands three weeks before the week of the tests.
func NewClock() *Clock { return &Clock{now: bookingtest.TestMonday().AddDate(0, 0, -21)} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// Add moves the time on.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// World is one empty ledger of waves, ready to take entries, with the ledger of bookings under it.
type World struct {
	Waves    wave.Ledger
	Bookings bookingtest.FullLedger
	Clock    *Clock
	// Check re-reads the whole state after a test and reports what breaks an invariant; see CheckInvariants. May be nil.
	Check func(t testing.TB)
	// Unseen does something while the ledger does not see the person's live entry, as a transaction of the same moment
	// would not.
	Unseen func(t testing.TB, person uuid.UUID, do func())

	revision map[string]int64
}

// Group and post of the tests.
const (
	Post  = bookingtest.TestPost
	Group = bookingtest.TestGroup
)

// Beacon is a chain of one round a second that began at the epoch.
var beacon = draw.BeaconInfo{ID: "test", Scheme: "bls-unchained-g1-rfc9380", Period: 1, Genesis: 1}

// person is a citizen of the tests.
func person() uuid.UUID { return uuid.New() }

// Week is the ISO week, n weeks after the tests' first.
func Week(n int) string {
	monday := bookingtest.TestMonday().AddDate(0, 0, 7*n)
	year, week := monday.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// Publish publishes n seats of the pool in the n-th week of the tests.
func (w *World) Publish(t testing.TB, week int, pool booking.Pool, n int) []booking.Seat {
	t.Helper()
	seats := bookingtest.MakeSeats(Post, bookingtest.TestMonday().AddDate(0, 0, 7*week), n)
	for i := range seats {
		seats[i].Pool = pool
		if pool != booking.PoolOpen {
			seats[i].State = booking.SeatPlanned
		}
	}
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(week), Add: seats}, "")
	return seats
}

// PublishWeek publishes a change of a week of the post and expects the code.
func (w *World) PublishWeek(t testing.TB, c booking.WeekChange, want booking.Code) {
	t.Helper()
	if w.revision == nil {
		w.revision = map[string]int64{}
	}
	c.Consulate, c.Expected, c.Plan = Post, w.revision[c.ISOWeek], []byte("{}")
	_, err := w.Bookings.PublishWeek(t.Context(), c)
	bookingtest.WantCode(t, err, want)
	if want == "" {
		w.revision[c.ISOWeek]++
	}
}

// SeatState is the ledger's word on a seat of the week.
func (w *World) SeatState(t testing.TB, week int, id booking.SeatID) booking.Seat {
	t.Helper()
	found, err := w.Bookings.Week(t.Context(), Post, Week(week))
	bookingtest.WantCode(t, err, "")
	for _, s := range found.Seats {
		if s.ID == id {
			return s
		}
	}
	return booking.Seat{ID: id, State: booking.SeatWithdrawn}
}

// WantSeat fails the test unless the seat is in the state.
func (w *World) WantSeat(t testing.TB, week int, id booking.SeatID, want booking.SeatState) {
	t.Helper()
	if got := w.SeatState(t, week, id); got.State != want {
		t.Fatalf("seat %s is %s, want %s", id, got.State, want)
	}
}

// Plan makes a main wave of the batch, or a standby wave, that opens now and closes in a day. All seats are in window 0 but
// every fourth, which is in window 1.
func (w *World) Plan(b wave.Batch, kind wave.Kind, target int) wave.Plan {
	now := w.Clock.Now().Truncate(time.Second)
	v := wave.Wave{
		ID: b.Family, Family: b.Family, Kind: kind, Predecessor: b.Predecessor, Consulate: b.Consulate, Group: b.Group, Pool: b.Pool,
		ISOWeek: b.ISOWeek, Announced: now, Opens: now, Closes: now.Add(24 * time.Hour), Beacon: beacon, Delays: draw.Standard(),
		Guarantee: draw.GuaranteeInfo{T: target, Rho: "1.0000", GiveUp: "0.1000"}, Seats: len(b.Seats),
	}
	if kind == wave.KindStandby {
		v.ID, v.Parent = wave.ID(fmt.Sprintf("%s-s%d", b.Family, b.Standbys+1)), b.Main
	}
	v.Round = draw.AttemptRound(v.Closes, v.Delays, beacon, 0)
	v.ManifestRoot = sha256.Sum256([]byte(v.ID))
	seats := slices.Clone(b.Seats)
	windows := map[int]*wave.Window{}
	for i := range seats {
		if seats[i].Window < 0 {
			seats[i].Window = map[bool]int{true: 1, false: 0}[i%4 == 3]
		}
		n := seats[i].Window
		if windows[n] == nil {
			windows[n] = &wave.Window{Number: n, LastHalf: n, Label: fmt.Sprint("window ", n), From: seats[i].Start, To: seats[i].Start}
		}
		windows[n].Seats++
		windows[n].To = seats[i].Start
	}
	for n := range draw.MaxWindows {
		if windows[n] != nil {
			v.Windows = append(v.Windows, *windows[n])
		}
	}
	return wave.Plan{Wave: v, Seats: seats, Leaf: leafOf(draw.LeafAnnouncement, v.ID), Policy: []byte(`{"k":1}`)}
}

func leafOf(t draw.LeafType, id wave.ID) wave.LeafFunc {
	return func(seq int64) ([]byte, error) {
		return draw.LeafBytes(draw.Head{Type: t, Seq: seq, DrawID: string(id)})
	}
}

// Announce announces the main wave of the planned seats of a week.
func (w *World) Announce(t testing.TB, week, target int) wave.Wave {
	t.Helper()
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	for _, b := range planned {
		if b.ISOWeek == Week(week) {
			if b.Seats == nil { // the one before is not drawn: the ledger need not name them, and takes them
				b.Seats = w.planned(t, week)
			}
			v, err := w.Waves.Announce(t.Context(), w.Plan(b, wave.KindMain, target))
			bookingtest.WantCode(t, err, "")
			return v
		}
	}
	t.Fatalf("no planned seats in week %s", Week(week))
	return wave.Wave{}
}

// planned are the seats of a week that wait for a draw.
func (w *World) planned(t testing.TB, week int) []wave.Seat {
	t.Helper()
	published, err := w.Bookings.Week(t.Context(), Post, Week(week))
	bookingtest.WantCode(t, err, "")
	var out []wave.Seat
	for _, s := range published.Seats {
		if s.State == booking.SeatPlanned && s.Pool == booking.PoolDraw && s.Group == Group {
			out = append(out, wave.Seat{Seat: s, Window: -1})
		}
	}
	slices.SortStableFunc(out, func(a, b wave.Seat) int { return a.Start.Compare(b.Start) })
	return out
}

// Standby announces the standby wave of the returned seats of a week.
func (w *World) Standby(t testing.TB, week int) wave.Wave {
	t.Helper()
	returned, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	for _, b := range returned {
		if b.ISOWeek == Week(week) {
			v, err := w.Waves.Announce(t.Context(), w.Plan(b, wave.KindStandby, 0))
			bookingtest.WantCode(t, err, "")
			return v
		}
	}
	t.Fatalf("no returned seats in week %s", Week(week))
	return wave.Wave{}
}

// Ask makes the first signed request of a declarer for the members (herself, if there are none) in windows 0 and 1.
func Ask(id wave.ID, declarer uuid.UUID, members ...uuid.UUID) wave.Acceptance {
	if len(members) == 0 {
		members = []uuid.UUID{declarer}
	}
	a := wave.Acceptance{
		Wave: id, Declarer: declarer, Rev: 1, NF: sha256.Sum256([]byte(string(id) + declarer.String())), Windows: 3, CountsLoss: true,
		Actor: booking.Actor{Person: declarer, Role: "citizen"},
	}
	for _, m := range members {
		a.Members = append(a.Members, wave.Member{
			Applicant: m, Service: "passport-adult", PersonNF: sha256.Sum256([]byte("person" + string(id) + m.String())),
		})
	}
	return signed(a)
}

// signed gives the request another signature.
func signed(a wave.Acceptance) wave.Acceptance {
	random := uuid.New()
	a.Request, a.Evidence = []byte("request "+random.String()), []byte("sealed")
	a.Signature, a.Opening = sha256.Sum256(random[:]), sha256.Sum256([]byte(random.String()))
	a.Commitment = sha256.Sum256(append(slices.Clone(a.Request), a.Opening[:]...))
	return a
}

// Enter enters and expects the code.
func (w *World) Enter(t testing.TB, a wave.Acceptance, want booking.Code) wave.Entry {
	t.Helper()
	e, err := w.Waves.Enter(t.Context(), a)
	bookingtest.WantCode(t, err, want)
	return e
}

// Leaving is the signed request to leave an entry.
func Leaving(e wave.Entry) wave.Leaving {
	a := signed(wave.Acceptance{})
	return wave.Leaving{
		Wave: e.Wave, Declarer: e.Declarer, Rev: e.Rev + 1, Commitment: a.Commitment, Opening: a.Opening, Request: a.Request,
		Evidence: a.Evidence, Signature: a.Signature, Actor: booking.Actor{Person: e.Declarer, Role: "citizen"},
	}
}

// Close moves the time to the close, freezes, closes and lets the wave stand.
func (w *World) Close(t testing.TB, v wave.Wave) wave.Frozen {
	t.Helper()
	if w.Clock.Now().Before(v.Closes) {
		w.Clock.Set(v.Closes)
	}
	f, err := w.Waves.Freeze(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	bookingtest.WantCode(t, w.Waves.Close(t.Context(), v.ID, files(f), leafOf(draw.LeafClose, v.ID)), "")
	bookingtest.WantCode(t, w.Waves.Stand(t.Context(), v.ID, 0), "")
	return f
}

func files(f wave.Frozen) wave.Files {
	var out wave.Files
	for _, e := range f.Entries {
		out.Entries = append(out.Entries, e.Line()+"\n"...)
	}
	out.Manifest, out.Bindings, out.Persons, out.Authority = []byte("manifest\n"), []byte("bindings\n"), []byte("persons\n"), []byte("note\n")
	return out
}

// Outcome gives the seats to the declarers, in the order of the manifest; the others lose, what is over opens in an hour.
func (w *World) Outcome(f wave.Frozen, winners ...uuid.UUID) wave.Outcome {
	o := wave.Outcome{
		Result: []byte("--\n"), Beacon: []byte("{}\n"), Leaf: leafOf(draw.LeafResult, f.Wave.ID), OfferUntil: w.Clock.Now().Add(72 * time.Hour),
	}
	next := 0
	for _, e := range f.Entries {
		key := wave.EntryKey{Wave: e.Wave, Declarer: e.Declarer}
		if !slices.Contains(winners, e.Declarer) {
			o.Losers = append(o.Losers, key)
			continue
		}
		a := wave.Award{Entry: key, Offer: uuid.New()}
		for range e.Members {
			a.Seats = append(a.Seats, f.Seats[next].ID)
			next++
		}
		o.Awards = append(o.Awards, a)
	}
	for _, s := range f.Seats[next:] {
		o.Leftover = append(o.Leftover, wave.Leftover{Seat: s.ID, OpenAt: w.Clock.Now().Add(time.Hour)})
	}
	return o
}

// Draw closes the wave and gives its seats to the declarers.
func (w *World) Draw(t testing.TB, v wave.Wave, winners ...uuid.UUID) (wave.Frozen, wave.Outcome) {
	t.Helper()
	f := w.Close(t, v)
	w.Clock.Add(10 * time.Minute)
	o := w.Outcome(f, winners...)
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), v.ID, o), "")
	return f, o
}

// Signing is the signature of an offer of n seats.
func Signing(offer, declarer uuid.UUID, n int) wave.Signing {
	random := uuid.New()
	s := wave.Signing{
		Offer: offer, Declarer: declarer, SignatureDigest: sha256.Sum256(random[:]), DocumentDigest: sha256.Sum256(offer[:]),
		Evidence: []byte("sealed"), MaxChanges: 2, LateCancel: 48 * time.Hour, Pause: 14 * 24 * time.Hour,
		Actor: booking.Actor{Person: declarer, Role: "citizen"},
	}
	for range n {
		id := uuid.New()
		s.Appointments = append(s.Appointments, id)
		s.References = append(s.References, "WAW-"+id.String()[:13])
	}
	return s
}

// Sign signs an offer of n seats and expects the code.
func (w *World) Sign(t testing.TB, offer, declarer uuid.UUID, n int, want booking.Code) []booking.Appointment {
	t.Helper()
	got, err := w.Waves.SignOffer(t.Context(), Signing(offer, declarer, n))
	bookingtest.WantCode(t, err, want)
	return got
}

// wantStanding fails the test unless the person has so many losses.
func (w *World) wantLosses(t testing.TB, who uuid.UUID, want int) {
	t.Helper()
	s, err := w.Waves.Standing(t.Context(), who, Group)
	bookingtest.WantCode(t, err, "")
	if s.Losses != want {
		t.Fatalf("%d losses, want %d", s.Losses, want)
	}
}
