package browsertest_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chesna/api/web/webtest"
	"chesna/booking/bookingtest/servers"
	"chesna/cmd/chesna/internal/app"
	"chesna/configs"
)

// repository is the way from this folder to the root.
const repository = "../../../.."

const axe = repository + "/api/web/testdata/axe.min.js"

func shots(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("CHESNA_SCREENSHOTS"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(repository + "/var/screenshots")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// start runs the demo with everything in it.
func start(t *testing.T) *app.App {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole demo and a browser")
	}
	if _, ok := webtest.Chromium(); !ok {
		t.Fatal("chromium is not installed: make deps")
	}
	cfg, err := configs.Load(configs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg = cfg.ForDemo()
	cfg.Server.Addr = "127.0.0.1:0"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	a, err := app.Start(ctx, app.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Demo: true, DataDir: servers.Folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return a
}

// TestBooksAndCancels goes the whole way of a citizen who was never here before.
func TestBooksAndCancels(t *testing.T) {
	a := start(t)
	for _, c := range []struct {
		name, lang, person string
		script             bool
		width              int64
	}{
		{"uk-script", "uk", "olena", true, 1280},
		{"en-script", "en", "petro", true, 375},
		{"uk-plain", "uk", "mariia", false, 1280},
		{"en-plain", "en", "taras", false, 1280},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := webtest.Open(t, webtest.Options{
				Base: a.URL(), Script: c.script, Shots: shots(t), Prefix: c.name + "-", Width: c.width, Zone: "Europe/Kyiv",
			})
			w := way{Browser: b, t: t, at: "/" + c.lang}
			w.open("/", "01-home")
			b.Press("#start")
			w.here("/sign-in", "02-sign-in")
			w.helper(c.person)
			w.here("/profile/country", "03-country")
			b.Choose("#country", "PL")
			b.Press("main form button")
			w.here("/profile/email", "04-email")
			b.Type("#email", c.person+"@example.org")
			b.Press("main form button")
			b.Go(w.at + "/demo/mail")
			code := b.Text("main pre")
			w.look("05-mail")
			b.Go(w.at + "/profile/email/code")
			b.Type("#code", sixDigits(t, code))
			w.look("06-code")
			b.Press("main form button")
			w.here("/book", "07-consulate")
			b.Pick(`input[name="consulate"][value="lub"]`)
			b.Press("main form button")
			w.here("/book/service", "08-service")
			b.Pick(`input[name="service"][value="passport-adult"]`)
			b.Press("main form button")
			w.here("/book/time", "09-time")
			b.Pick(".ch-time input")
			b.Press("#times button")
			w.under("/holds/", "10-hold")
			w.helper(c.person)
			w.under("/appointments/", "11-booked")
			if ref := b.Text("#reference"); !strings.HasPrefix(ref, "LUB-") {
				t.Fatalf("reference %q", ref)
			}
			w.open("/appointments", "12-appointments")
			b.Press("main h2 a")
			b.Press("#cancel-link")
			w.look("13-cancel")
			b.Press(".govuk-button--warning")
			w.here("/appointments", "14-cancelled")
			if b.Has("main .govuk-tag--green") {
				t.Fatalf("still booked: %s", b.Text("main"))
			}
			w.open("/record", "15-record")
		})
	}
}

// TestOfficerPublishesAWeek publishes a week below the legal minimum, with a signed reason.
func TestOfficerPublishesAWeek(t *testing.T) {
	a := start(t)
	b := webtest.Open(t, webtest.Options{Base: a.URL(), Script: true, Shots: shots(t), Prefix: "officer-"})
	w := way{Browser: b, t: t, at: "/uk"}
	w.open("/sign-in", "01-sign-in")
	w.helper("officer-waw")
	w.here("/desk", "02-desk")
	w.open("/weeks?consulate=waw", "03-weeks")
	b.Press("main section:last-of-type a")
	w.under("/weeks/waw/", "04-week")
	b.Press(`button[value="add-counter"]`)
	b.Press(`.govuk-button-group button[value="preview"]`)
	w.look("05-preview")
	b.Type("#reason", "Ремонт приміщення")
	b.Press(`.govuk-button-group button[value="publish"]`)
	w.look("06-sign")
	w.helper("officer-waw")
	w.under("/weeks/waw/", "07-published")
	if !b.Has(".govuk-notification-banner--success") {
		t.Fatalf("not published: %s", b.Text("main"))
	}
}

// way is a walk through the pages in one language.
type way struct {
	*webtest.Browser
	t  *testing.T
	at string
}

func (w way) look(shot string) {
	w.t.Helper()
	w.Audit(axe)
	w.Shot(shot)
}

func (w way) open(path, shot string) {
	w.t.Helper()
	w.Go(w.at + path)
	w.look(shot)
}

func (w way) here(path, shot string) {
	w.t.Helper()
	w.look(shot)
	if got := w.Path(); got != w.at+path {
		w.t.Fatalf("at %s, want %s: %s", got, w.at+path, w.Text("main"))
	}
}

func (w way) under(path, shot string) {
	w.t.Helper()
	w.look(shot)
	if got := w.Path(); !strings.HasPrefix(got, w.at+path) {
		w.t.Fatalf("at %s, want %s…: %s", got, w.at+path, w.Text("main"))
	}
}

// helper signs the text of the page with the demo's helper.
func (w way) helper(person string) {
	w.t.Helper()
	w.Press("#demo-open")
	w.Choose("#person", person)
	w.Press("main form button")
	w.Press("#demo-return")
}

func sixDigits(t *testing.T, text string) string {
	t.Helper()
	for _, word := range strings.Fields(text) {
		if len(word) == 6 && strings.Trim(word, "0123456789") == "" {
			return word
		}
	}
	t.Fatalf("no code in %q", text)
	return ""
}
