package app

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/jobs"
	"chesna/identity"
	"chesna/identity/devqtsp"
)

// TestServe books and cancels through `chesna serve`, over a PostgreSQL and a Redis, or a Redis Cluster, that were
// there before.
func TestServe(t *testing.T) {
	t.Parallel()
	t.Run("redis", func(t *testing.T) {
		s, _ := databaseAndRedis(t)
		serveAndBook(t, s)
	})
	t.Run("cluster", func(t *testing.T) {
		s := newStores(t, servers.Database(t, migrateBoth), "")
		s.Cluster = servers.RedisCluster(t).Addrs()
		serveAndBook(t, s)
	})
}

// TestOutcomes lets the time of three appointments come: one person was served, one did not come, of one nothing
// was recorded. All of them may book again, and a seat is never given back.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	s, _ := databaseAndRedis(t)
	clock := &testClock{now: time.Now()}
	a := startServeAt(t, s, &notebook{}, seams{now: clock.Time, shard: clock})
	renewLists(t, s, clock.Time().AddDate(0, 0, 60))
	if err := a.loadTrust(); err != nil {
		t.Fatal(err)
	}
	appointOfficer(t, a)
	url := "http://" + a.address
	in := func(name string) *visitor { return signedInAt(t, url, s.Trust, name, clock.Time) }
	year, week := clock.Time().UTC().AddDate(0, 0, 14).ISOWeek()
	path := "/consulates/lju/weeks/" + isoWeek(year, week)
	in("officer-waw").call("PUT", path, weekPlan("09:00", "14:00")).want(200, "")
	people := []string{"olena", "petro", "mariia"}
	booked := map[string]string{}
	var last time.Time
	for _, name := range people {
		answer := in(name).book("lju", "passport-adult")
		booked[name] = "/appointments/" + answer.text("id")
		start, err := time.Parse(time.RFC3339, answer.text("start"))
		if err != nil {
			t.Fatal(err)
		}
		last = start
	}

	clock.Advance(last.AddDate(0, 0, 1).Sub(clock.Time())) // their day is over, the three days after it are not
	officer := in("officer-waw")
	officer.call("POST", booked["olena"]+"/outcome", map[string]any{"outcome": "served"}).want(200, "")
	officer.call("POST", booked["olena"]+"/outcome", map[string]any{"outcome": "no_show"}).want(409, "not-active")
	officer.call("POST", booked["petro"]+"/outcome", map[string]any{"outcome": "no_show"}).want(200, "")
	in("olena").call("POST", booked["olena"]+"/cancel", nil).want(409, "not-active")
	clock.Advance(5 * 24 * time.Hour)
	if _, err := a.mustJobs(t).Lapse(t.Context()); err != nil {
		t.Fatal(err)
	}
	year, week = clock.Time().UTC().AddDate(0, 0, 14).ISOWeek()
	in("officer-waw").call("PUT", "/consulates/lju/weeks/"+isoWeek(year, week), weekPlan("09:00", "14:00")).want(200, "")
	for name, state := range map[string]string{"olena": "served", "petro": "no_show", "mariia": "lapsed"} {
		v := in(name)
		if got := v.call("GET", booked[name], nil).want(200, "").text("state"); got != state {
			t.Errorf("%s: %s, want %s", name, got, state)
		}
		eventually(t, name+" may book again", func() bool {
			clock.Advance(3 * time.Second) // no more often than the limits per person allow
			return v.holdAt("lju", "passport-adult").status == 201
		})
	}
	bookingtest.CheckLedgerInvariants(t, a.parts.pool)
}

func (a *App) mustJobs(t *testing.T) *jobs.Service {
	t.Helper()
	service, err := a.newJobs([]booking.ConsulateID{"lju"})
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// renewLists makes revocation lists that are good until then.
func renewLists(t *testing.T, s stores, until time.Time) {
	t.Helper()
	authority, err := devqtsp.Load(s.Trust, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(-time.Hour)
	if err := authority.SaveCRL(s.Trust, from, until.Sub(from)); err != nil {
		t.Fatal(err)
	}
}

func serveAndBook(t *testing.T, s stores) {
	t.Helper()
	log := &notebook{}
	first := startServe(t, s, log)
	appointOfficer(t, first)
	officer := signedIn(t, "http://"+first.address, s.Trust, "officer-waw")
	me := signedIn(t, "http://"+first.address, s.Trust, "olena")
	year, week := time.Now().UTC().AddDate(0, 0, 14).ISOWeek()
	for _, post := range []string{"lju", "zag", "beg"} { // several hash slots
		officer.call("PUT", "/consulates/"+post+"/weeks/"+isoWeek(year, week), weekPlan("09:00", "14:00")).want(200, "")
	}
	booked := me.book("zag", "passport-adult")
	me.holdAt("lju", "passport-adult").want(409, "already-booked")

	// A second process over the same stores, as behind a load balancer, knows the first one's sessions and seats.
	second := startServe(t, s, log)
	me.url = "http://" + second.address
	if got := me.call("GET", "/appointments/"+booked.text("id"), nil).want(200, ""); got.text("state") != "booked" {
		t.Errorf("in the second process: %s", got.body)
	}
	stopApp(t, first)
	me.call("POST", "/appointments/"+booked.text("id")+"/cancel", nil).want(200, "")
	me.book("beg", "passport-adult")
	stranger(t, "http://"+second.address).send("GET", "/readyz", nil).want(200, "")
	bookingtest.CheckInvariants(t.Context(), t, second.parts.inventory, "lju", "zag", "beg")
	bookingtest.CheckLedgerInvariants(t, second.parts.pool)
	stopApp(t, second)
	namesNobody(t, "the log", log.String())
}

func startServe(t *testing.T, s stores, log *notebook) *App {
	t.Helper()
	return startServeAt(t, s, log, seams{})
}

func startServeAt(t *testing.T, s stores, log *notebook, with seams) *App {
	t.Helper()
	c, err := s.config()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Start(t.Context(), Options{
		Config: c, seams: with, Logger: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopApp(t, a) })
	return a
}

// appointOfficer gives the rights that the administrator of a new installation would give.
func appointOfficer(t *testing.T, a *App) {
	t.Helper()
	for _, p := range devqtsp.DefaultPeople() {
		if p.Name != "officer-waw" {
			continue
		}
		_, err := a.parts.people.Appoint(t.Context(), identity.Assertion{
			Names:  identity.Names{Surname: p.Surname, GivenName: p.GivenName, Patronymic: p.Patronymic},
			RNOKPP: p.RNOKPP, UNZR: p.UNZR, EDRPOU: p.EDRPOU,
		}, identity.Grant{Role: identity.RoleOfficer, Consulate: "*"})
		if err != nil {
			t.Fatal(err)
		}
	}
}
