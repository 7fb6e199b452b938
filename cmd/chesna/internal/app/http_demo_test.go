package app

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chesna/booking/bookingtest"
	"chesna/configs"
	"chesna/identity/devqtsp"
)

// dataFolder is a folder for a demo: not t.TempDir, which PostgreSQL's account could not enter.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chesna-app-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// startDemo starts the demo as `chesna demo` does, with returned seats that stay returned for the test.
func startDemo(t *testing.T, dir string, log io.Writer) *App {
	t.Helper()
	c, err := configs.Load(configs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c = c.ForDemo()
	c.Server.Addr, c.Reopen.Within = "127.0.0.1:0", configs.Duration(7*24*time.Hour)
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := Start(t.Context(), Options{Config: c, Logger: logger, Demo: true, DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopApp(t, a) })
	return a
}

func stopApp(t *testing.T, a *App) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	if err := a.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// demo is one demo that the subtests share; each uses people of its own.
type demo struct {
	app  *App
	data string
}

func (d demo) visitor(t *testing.T, name string) *visitor {
	t.Helper()
	return signedIn(t, d.app.URL(), demoTrust(d.data), name)
}

// TestDemo goes every way of the API on one demo, reads its log and metrics for personal data, and starts it anew
// on the same data.
func TestDemo(t *testing.T) {
	t.Parallel()
	log := &notebook{}
	d := demo{data: dataFolder(t)}
	d.app = startDemo(t, d.data, log)
	for name, test := range map[string]func(*testing.T, demo){
		"script": bookWithOpenSSL, "book": bookAndCancel, "hold": holdExtendRelease, "limit": threeHoldsADay,
		"signatures": refusedSignatures, "child": bookForAChild, "once": idempotency, "week": publishAWeek,
		"public": publicPages, "mail": mailIsVerified,
	} {
		t.Run(name, func(t *testing.T) { test(t, d) })
	}
	kept := d.visitor(t, "roman").book("lju", "passport-adult")
	checkWholeLedger(t, d.app)
	metrics := stranger(t, d.app.URL()).send("GET", "/metrics", nil).want(200, "")
	stopApp(t, d.app)

	d.app = startDemo(t, d.data, log)
	roman := d.visitor(t, "roman")
	if got := roman.call("GET", "/appointments/"+kept.text("id"), nil).want(200, ""); got.text("reference") != kept.text("reference") || got.text("state") != "booked" {
		t.Errorf("after a restart: %s, was %s", got.body, kept.body)
	}
	roman.holdAt("lju", "passport-adult").want(409, "already-booked")
	d.visitor(t, "solomiia").book("lju", "passport-adult")
	stopApp(t, d.app)
	namesNobody(t, "the log", log.String())
	namesNobody(t, "the metrics", string(metrics.body))
}

// checkWholeLedger is CheckLedgerInvariants for a ledger of some ten thousand seats: the checks ask for what no
// program does, so they get an index and time.
func checkWholeLedger(t *testing.T, a *App) {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), a.parts.pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), `CREATE INDEX ON booking.events (seat, seq); ANALYZE; SET statement_timeout = 0`)
	if err != nil {
		t.Fatal(err)
	}
	bookingtest.CheckLedgerInvariants(t, conn)
}

// namesNobody fails when a text holds personal data of anyone whom these tests let appear.
func namesNobody(t *testing.T, what, text string) {
	t.Helper()
	if len(text) < 1000 {
		t.Errorf("%s is almost empty: %q", what, text)
	}
	personal := []string{"Маленька", "Яринка", "123456", "2021-02-03", "yevhen@", "example.org"}
	for _, p := range devqtsp.DefaultPeople() {
		personal = append(personal, p.Surname, p.GivenName, p.Patronymic, p.RNOKPP, p.UNZR, p.Document)
	}
	for _, word := range personal {
		if i := strings.Index(text, word); word != "" && i >= 0 {
			t.Errorf("%s holds %q: …%s…", what, word, text[max(0, i-200):min(len(text), i+100)])
		}
	}
}
