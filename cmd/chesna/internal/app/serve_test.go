package app

import (
	"log/slog"
	"testing"
	"time"

	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
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
	c, err := s.config()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Start(t.Context(), Options{Config: c, Logger: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
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
