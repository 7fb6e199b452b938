package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"chesna/api/web/webtest"
	"chesna/booking"
	"chesna/booking/capacity"
)

const axe = "testdata/axe.min.js"

// shots is where pictures go when CHESNA_SCREENSHOTS names a folder.
func shots() string { return os.Getenv("CHESNA_SCREENSHOTS") }

// TestPagesInABrowser looks at every page with axe-core, wide and narrow.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	for _, c := range []struct {
		lang, name string
		width      int64
	}{{"uk", "uk-wide-", 1280}, {"en", "en-narrow-", 320}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(monday)
			ts := serve(t, w, true)
			b := webtest.Open(t, webtest.Options{Base: ts.URL, Script: true, Shots: shots(), Prefix: c.name, Width: c.width, Zone: "Europe/Kyiv"})
			look := func(name string) {
				t.Helper()
				b.Audit(axe)
				b.Shot(name)
			}
			strangers(b, c.lang, look)
			newcomer(b, c.lang, look)
			booker(b, c.lang, look)
			officer(t, w, b, c.lang, look)
		})
	}
}

// officer looks at the pages of an officer.
func officer(t *testing.T, w *world, b *webtest.Browser, lang string, look func(string)) {
	t.Helper()
	at := "/" + lang
	b.Press(".ch-nav form button")
	b.Go(at + "/sign-in")
	b.Press("#demo-open")
	b.Choose("#person", "officer-waw")
	b.Press("main form button")
	b.Press("#demo-return")
	w.pass(5 * 60 * 60e9)
	b.Go(at + "/desk?day=" + w.appointments[0].Start.Format("2006-01-02"))
	look("desk")
	b.Go(at + "/weeks")
	look("weeks")
	iso := capacity.WeekOf(capacity.DateOf(monday)).Add(4).String()
	b.Go(at + "/weeks/waw/" + iso + "?from=last")
	look("week")
	b.Press(`button[value="remove-opening.0.0"]`)
	b.Press(`button[value="add-closure"]`)
	b.Press(`.govuk-button-group button[value="preview"]`)
	look("week-preview")
	b.Press(`button[value="remove-closure.0"]`)
	b.Press(`.govuk-button-group button[value="publish"]`)
	look("week-reason")
	b.Type("#reason", "Хвороба консула")
	b.Press(`.govuk-button-group button[value="publish"]`)
	look("week-sign")
	b.Press("#demo-open")
	b.Press("main form button")
	b.Press("#demo-return")
	look("week-published")
	w.taken = []booking.SeatID{"waw-c1-20261222T0820Z-20"}
	b.Press(`.govuk-button-group button[value="publish"]`)
	look("week-taken")
}

// TestNoScriptInABrowser books and cancels without JavaScript by uploading a signature file.
func TestNoScriptInABrowser(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	ts := serve(t, w, false)
	b := webtest.Open(t, webtest.Options{Base: ts.URL})
	b.Go("/uk/sign-in")
	b.Upload("#signature_file", file(t, sign("olena", w.challenges["00000000000000000000000000000001"])))
	b.Press("main form[enctype] button")
	b.Go("/uk/book/time?consulate=waw&service=passport-adult&for=self")
	b.Pick("#choice")
	b.Press("#times button")
	for id, h := range w.holds {
		b.Upload("#signature_file", file(t, sign("olena", w.held(h).Document)))
		b.Press("main form[enctype] button")
		if b.Path() == "/uk/holds/"+string(id) {
			t.Fatalf("not booked: %s", b.Text("main"))
		}
	}
	b.Press("#cancel-link")
	b.Press(".govuk-button--warning")
	if b.Path() != "/uk/appointments" || w.appointments[0].State != booking.AppointmentCancelled {
		t.Fatalf("at %s in state %s", b.Path(), w.appointments[0].State)
	}
}

func file(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "signed.p7s")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// strangers looks at the pages that need no session.
func strangers(b *webtest.Browser, lang string, look func(string)) {
	at := "/" + lang
	for name, path := range map[string]string{"home": "/", "consulates": "/consulates", "consulate": "/consulates/was", "help": "/help", "accessibility": "/accessibility", "not-found": "/nothing", "demo-mail-empty": "/demo/mail", "demo-start": "/demo/sign"} {
		b.Go(at + path)
		look(name)
	}
}

// newcomer signs in for the first time.
func newcomer(b *webtest.Browser, lang string, look func(string)) {
	at := "/" + lang
	b.Go(at + "/sign-in")
	look("sign-in")
	b.Press("main form[enctype] button")
	look("sign-in-fault")
	b.Press("#demo-open")
	look("demo-sign")
	b.Choose("#person", "mariia")
	b.Press("main form button")
	look("demo-signed")
	b.Press("#demo-return")
	look("country")
	b.Press("main form button")
	look("country-fault")
	b.Choose("#country", "PL")
	b.Press("main form button")
	look("email")
	b.Type("#email", "mariia@example.org")
	b.Press("main form button")
	look("code")
	b.Type("#code", "123456")
	b.Press("main form button")
	look("book-consulate")
	b.Go(at + "/demo/mail")
	look("demo-mail")
}

// booker goes from the service to the record of actions.
func booker(b *webtest.Browser, lang string, look func(string)) {
	at := "/" + lang
	b.Go(at + "/book/service?consulate=waw")
	look("book-service")
	b.Go(at + "/book/applicant?consulate=waw&service=notary-power")
	look("applicant")
	b.Go(at + "/book/applicant/new?consulate=waw&service=passport-child")
	look("applicant-new")
	b.Press("main form button")
	look("applicant-fault")
	b.Go(at + "/book/time?consulate=krk&service=passport-adult&for=self")
	look("time-draw")
	b.Go(at + "/book/time?consulate=waw&service=passport-adult&for=self&view=calendar")
	look("time-calendar")
	b.Press(".ch-cal a")
	look("time-calendar-day")
	b.Go(at + "/book/time?consulate=waw&service=passport-adult&for=self")
	look("time")
	b.Press("#times button")
	look("time-fault")
	b.Pick("#choice")
	b.Press("#times button")
	look("hold")
	b.Press("main form[enctype] button")
	look("hold-fault")
	b.Press("main .ch-row a")
	look("release")
	b.Press("main p a")
	b.Press("#demo-open")
	b.Press("main form button")
	b.Press("#demo-return")
	look("appointment")
	b.Go(at + "/appointments")
	look("appointments")
	b.Go(at + "/record")
	look("record")
	b.Go(at + "/desk")
	look("forbidden")
}
