package web_test

import (
	"net/http/httptest"
	"testing"

	"chesna/api/web/webtest"
	"chesna/booking/wave"
)

// TestDrawPagesInABrowser looks at every page of draws with axe-core, wide and narrow, from the list to an appointment
// that is moved.
func TestDrawPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	for _, c := range []struct {
		lang, name string
		width      int64
	}{{"uk", "uk-wide-", 1280}, {"en", "en-narrow-", 320}} {
		t.Run(c.name, func(t *testing.T) {
			l, ts := drawSite(t, true)
			b := webtest.Open(t, webtest.Options{Base: ts.URL, Script: true, Shots: shots(), Prefix: c.name, Width: c.width, Zone: "America/New_York"})
			look := func(name string) {
				t.Helper()
				b.Audit(axe)
				b.Shot(name)
			}
			publicDraws(b, c.lang, look)
			entrant(b, c.lang, look)
			loser(l, b, c.lang, look)
			winner(l, b, c.lang, look)
		})
	}
}

func drawSite(t *testing.T, demo bool) (*lottery, *httptest.Server) {
	t.Helper()
	w := newWorld(monday)
	w.settle("olena", "PL")
	l := newLottery(w)
	return l, serve(t, w, demo, withDraws(l))
}

func publicDraws(b *webtest.Browser, lang string, look func(string)) {
	for name, path := range map[string]string{
		"draws": "/draws", "draws-post": "/draws?consulate=waw", "draw-open": openDraw, "draw-soon": "/draws/krk-passport-2026w51",
		"draw-waiting": "/draws/krk-passport-2026w49", "draw-drawn": "/draws/krk-passport-2026w48", "draw-standby": "/draws/waw-passport-2026w50-s1", "draw-absent": "/draws/none",
	} {
		b.Go("/" + lang + path)
		look(name)
	}
	b.Go("/verify#lang=" + lang)
	look("verify")
}

// entrant signs in, enters, changes her mind and leaves.
func entrant(b *webtest.Browser, lang string, look func(string)) {
	at := "/" + lang + openDraw
	b.Go(at)
	b.Press("#enter")
	signBy(b, "olena")
	look("enter-windows")
	b.Press("#continue")
	look("enter-windows-fault")
	b.Press(`button[value="am"]`)
	b.Press("#continue")
	look("enter-who")
	b.Press("#continue")
	look("enter-who-fault")
	b.Press(`main a[href*="/person"]`)
	look("enter-person")
	b.Press("main form button")
	look("enter-person-fault")
	b.Go(at + "/enter/who?w=0&w=2")
	b.Pick("#who")
	b.Press("#continue")
	look("enter-sign")
	b.Press("main form[enctype] button")
	look("enter-sign-fault")
	signBy(b, "olena")
	look("entry")
	b.Go("/" + lang + "/entries")
	look("entries")
	b.Go(at + "/entry")
	b.Press("#leave")
	look("leave")
	signBy(b, "olena")
	look("entry-left")
}

// signBy goes through the demo's helper.
func signBy(b *webtest.Browser, name string) {
	b.Press("#demo-open")
	b.Choose("#person", name)
	b.Press("main form button")
	b.Press("#demo-return")
}

func loser(l *lottery, b *webtest.Browser, lang string, look func(string)) {
	l.lose("olena")
	b.Go("/" + lang + "/entries")
	look("entries-lost")
	b.Go("/" + lang + "/draws/krk-passport-2026w48/card")
	look("card")
}

func winner(l *lottery, b *webtest.Browser, lang string, look func(string)) {
	at := "/" + lang
	b.Go(at + "/offers")
	look("offers-none")
	o := l.win("olena")
	b.Go(at + "/entries")
	look("notice")
	b.Press("#offer-note a")
	look("offer")
	b.Press("main form[enctype] button")
	look("offer-fault")
	b.Press("#decline")
	look("decline")
	b.Press("main p a")
	signBy(b, "olena")
	look("offer-appointment")
	b.Press("#move-link")
	look("move")
	b.Go(at + openDraw + "/enter/sign?w=0&moves=" + o.Appointments[0].String())
	look("enter-sign-moves")
	b.Go(at + "/appointments/" + o.Appointments[0].String() + "/cancel")
	look("cancel-rules")
	b.Go(at + "/offers")
	look("offers-past")
	b.Go(at + "/book/time?consulate=krk&service=passport-adult&for=self")
	look("time-draws")
}

// TestNoScriptDrawInABrowser enters and signs an offer without JavaScript, by signature files.
func TestNoScriptDrawInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	l, ts := drawSite(t, false)
	b := webtest.Open(t, webtest.Options{Base: ts.URL})
	signFile := func(document string) {
		t.Helper()
		b.Upload("#signature_file", file(t, sign("olena", []byte(document))))
		b.Press("main form[enctype] button")
	}
	b.Go("/uk" + openDraw)
	b.Press("#enter")
	signFile(string(l.w.challenges["00000000000000000000000000000001"]))
	b.Press(`button[value="any"]`)
	b.Press("#continue")
	b.Pick("#who")
	b.Press("#continue")
	signFile(b.Text(".ch-sign") + "\n")
	if b.Path() != "/uk"+openDraw+"/entry" || len(l.entries) != 1 || l.entries[0].Windows != 15 {
		t.Fatalf("at %s: %s", b.Path(), b.Text("main"))
	}
	l.win("olena")
	b.Go("/uk/help")
	b.Press("#offer-note a")
	signFile(b.Text(".ch-sign") + "\n")
	if l.offers[0].State != wave.OfferSigned || b.Path() != "/uk/appointments/"+l.offers[0].Appointments[0].String() {
		t.Fatalf("at %s: %s", b.Path(), b.Text("main"))
	}
}
