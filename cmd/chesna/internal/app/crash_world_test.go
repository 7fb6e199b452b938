package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/capacity"
	"chesna/booking/jobs"
	"chesna/configs"
	"chesna/identity/devqtsp"
	"chesna/identity/keyring"
)

// stores say where a Chesna of these tests keeps everything; a child process gets them as JSON.
type stores struct {
	Trust    string // folder of the trust service with everybody's keys
	Master   string
	Redis    string
	Postgres string
	Cluster  []string `json:",omitempty"`
}

// config is the built-in configuration over these stores.
func (s stores) config() (*configs.Config, error) {
	c, err := configs.Load(configs.Options{})
	if err != nil {
		return nil, err
	}
	trust := func(name string) string { return filepath.Join(s.Trust, "trust", name) }
	c.Server.Addr, c.Server.PublicURL = "127.0.0.1:0", "https://chesna.test"
	c.Identity.RootsFile, c.Identity.IntermediatesFile = trust("root.pem"), trust("ca.pem")
	c.Identity.CRLFiles = []string{trust("ca.crl"), trust("root.crl")}
	c.Booking.NeedCountry, c.Booking.NeedEmail = false, false
	c.Keys.Master, c.Database.URL, c.Redis.URL = configs.NewSecret(s.Master), configs.NewSecret(s.Postgres), configs.NewSecret(s.Redis)
	if len(s.Cluster) > 0 {
		c.Redis.Mode, c.Redis.Addrs = configs.RedisCluster, s.Cluster
	}
	c.SMTP.Host, c.SMTP.Port, c.SMTP.TLS = "127.0.0.1", 9, "none" // nobody there: notices wait
	return c, nil
}

// newStores makes a trust service for the demo's people and names the two servers; the database gets its tables.
func newStores(t *testing.T, postgres, redis string) stores {
	t.Helper()
	s := stores{Trust: t.TempDir(), Master: keyring.Generate(1), Redis: redis, Postgres: postgres}
	now := time.Now()
	authority, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()})
	if err != nil {
		t.Fatal(err)
	}
	if err := authority.Save(s.Trust); err != nil {
		t.Fatal(err)
	}
	if err := authority.SaveCRL(s.Trust, now, demoCRLLife); err != nil {
		t.Fatal(err)
	}
	return s
}

func migrateBoth(dsn string) error { return Migrate(context.Background(), dsn) }

// testClock is the time of use cases, jobs and Redis in the crash tests; tests move it.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Now implements redisinv.Clock.
func (c *testClock) Now(context.Context, booking.ConsulateID) (time.Time, error) {
	return c.Time(), nil
}

func (c *testClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// openParts joins stores, trust, identity and booking as Start does, but neither serves nor works in the
// background. Each step from hold to settle calls hit before and after.
func openParts(ctx context.Context, s stores, clock *testClock, hit func(step string)) (*App, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	if hit == nil {
		hit = func(string) {}
	}
	a := &App{
		options: Options{Config: c, seams: seams{
			now: clock.Time, shard: clock,
			inventory: func(i booking.Inventory) booking.Inventory { return steppedInventory{i, hit} },
			ledger:    func(l booking.Ledger) booking.Ledger { return steppedLedger{l, hit} },
		}},
		logger: slog.New(slog.DiscardHandler), origin: c.Server.PublicURL, failed: make(chan error, 4),
	}
	for _, step := range []func(context.Context) error{a.openStores, a.openTrust, a.buildIdentity, a.openWaves, a.buildBooking} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("open the parts: %w", err)
		}
	}
	return a, nil
}

// mustOpen is openParts for a test; the parts stop with it.
func mustOpen(t *testing.T, s stores, clock *testClock, hit func(string)) *App {
	t.Helper()
	a, err := openParts(t.Context(), s, clock, hit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	return a
}

// steppedInventory and steppedLedger call hit before and after each step of a booking.
type steppedInventory struct {
	booking.Inventory
	hit func(string)
}

func (s steppedInventory) Hold(ctx context.Context, r booking.HoldRequest) (booking.Hold, error) {
	s.hit("before hold")
	defer s.hit("after hold")
	return s.Inventory.Hold(ctx, r)
}

func (s steppedInventory) Pin(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	s.hit("before pin")
	defer s.hit("after pin")
	return s.Inventory.Pin(ctx, id)
}

func (s steppedInventory) Settle(ctx context.Context, h booking.Hold, a uuid.UUID) error {
	s.hit("before settle")
	defer s.hit("after settle")
	return s.Inventory.Settle(ctx, h, a)
}

type steppedLedger struct {
	booking.Ledger
	hit func(string)
}

func (s steppedLedger) Confirm(ctx context.Context, c booking.Confirmation) (booking.Appointment, error) {
	s.hit("before ledger")
	defer s.hit("after ledger")
	return s.Ledger.Confirm(ctx, c)
}

// steps are the moments at which something dies.
func steps() []string {
	return []string{
		"before hold", "after hold", "before pin", "after pin",
		"before ledger", "after ledger", "before settle", "after settle",
	}
}

// seatsOfPost is how many seats each case's post has, all at one start time.
const seatsOfPost = 4

// crash is one case: a post and a citizen of its own in shared stores.
type crash struct {
	*testing.T
	stores stores
	clock  *testClock
	post   booking.ConsulateID
	person string
	week   string
	size   int // seats of the post
}

// newCrash furnishes the n-th post with seats of next week and makes its inventory.
func newCrash(t *testing.T, s stores, n int) *crash {
	t.Helper()
	return newCrashOf(t, s, n, seatsOfPost)
}

func newCrashOf(t *testing.T, s stores, n, size int) *crash {
	t.Helper()
	c, err := s.config()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	start := now.AddDate(0, 0, 7).Truncate(24 * time.Hour).Add(9 * time.Hour)
	k := &crash{
		T: t, stores: s, clock: &testClock{now: now}, post: booking.ConsulateID(c.Consulates[n].ID),
		person: devqtsp.DefaultPeople()[n].Name, week: capacity.WeekOf(capacity.DateOf(start)).String(), size: size,
	}
	a := mustOpen(t, s, k.clock, nil)
	defer func() { _ = a.Stop(context.WithoutCancel(t.Context())) }()
	_, err = a.parts.ledger.PublishWeek(t.Context(), booking.WeekChange{
		Consulate: k.post, ISOWeek: k.week, Plan: []byte(`{}`), Add: bookingtest.MakeSeats(k.post, start, size), Actor: booking.System(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if rebuilt, err := k.jobs(a).Ensure(t.Context(), k.post); err != nil || !rebuilt {
		t.Fatalf("make the inventory: %v, %v", rebuilt, err)
	}
	return k
}

func (k *crash) jobs(a *App) *jobs.Service {
	k.Helper()
	service, err := a.newJobs([]booking.ConsulateID{k.post})
	if err != nil {
		k.Fatal(err)
	}
	return service
}

// tick runs every tick once, in the order in which a confirming hold that nobody knows needs them.
func (k *crash) tick(a *App) {
	k.Helper()
	s, ctx := k.jobs(a), k.Context()
	_, err1 := s.Ensure(ctx, k.post)
	_, err2 := s.Reconcile(ctx, k.post)
	_, err3 := s.Sweep(ctx, k.post)
	_, err4 := s.Reopen(ctx)
	for _, err := range []error{err1, err2, err3, err4, s.Repair(ctx, k.post)} {
		if err != nil {
			k.Fatalf("tick: %v", err)
		}
	}
}

// pastAllHolds moves the clock behind the last moment at which any hold of now can end.
func (k *crash) pastAllHolds(a *App) {
	k.clock.Advance(a.options.Config.Hold.MaxHoldSpan() + time.Second)
}

// check proves the invariants of both stores.
func (k *crash) check(a *App) {
	k.Helper()
	bookingtest.CheckInvariants(k.Context(), k, a.parts.inventory, k.post)
	bookingtest.CheckLedgerInvariants(k, a.parts.pool)
}

// seats counts the post's seats by place and fails unless each is in exactly one: free in Redis and open in the
// ledger, or booked, or returned.
func (k *crash) seats(a *App) map[booking.SeatState]int {
	k.Helper()
	week, err := a.parts.ledger.Week(k.Context(), k.post, k.week)
	if err != nil {
		k.Fatal(err)
	}
	p, err := a.parts.inventory.Inspect(k.Context(), k.post)
	if err != nil {
		k.Fatal(err)
	}
	if len(p.Held) != 0 || len(p.Ended) != 0 {
		k.Errorf("left behind in Redis: %d live holds, %d ended", len(p.Held), len(p.Ended))
	}
	free := p.Free[bookingtest.TestGroup]
	places := map[booking.SeatState]int{}
	for _, seat := range week.Seats {
		places[seat.State]++
		if slices.Contains(free, seat.ID) != (seat.State == booking.SeatOpen) {
			k.Errorf("seat %s is %s in the ledger; free in Redis: %v", seat.ID, seat.State, free)
		}
	}
	if n := places[booking.SeatOpen] + places[booking.SeatBooked] + places[booking.SeatReturned]; n != k.size {
		k.Errorf("seats by place: %v, want %d in all", places, k.size)
	}
	return places
}

func databaseAndRedis(t *testing.T, options ...servers.RedisOption) (stores, *servers.RedisServer) {
	t.Helper()
	redis := servers.Redis(t, options...)
	return newStores(t, servers.Database(t, migrateBoth), redis.URL()), redis
}
