package browsertest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chesna/api/web/webtest"
	"chesna/booking/bookingtest/servers"
	"chesna/cmd/chesna/internal/app"
	"chesna/configs"
	"chesna/identity/devqtsp"
)

// patience bounds every wait for a draw on a busy machine.
const patience = 3 * time.Minute

// startDraws runs the demo with draws that take a minute, and without any week.
func startDraws(t *testing.T, dir string) *app.App {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole demo and a browser")
	}
	cfg, err := configs.Load(configs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg = cfg.ForDemo()
	s := func(n int) configs.Duration { return configs.Duration(time.Duration(n) * time.Second) }
	r := &cfg.Release
	r.Quota = configs.Quota{Online: 100} // one seat would go to one channel
	r.Notice, r.Entry, r.StandbyEntry, r.StandbyEvery, r.Spread = s(45), s(45), s(15), s(6), 0
	r.Deadline, r.Round, r.Fallback, r.Margin = s(4), s(9), s(24), 0
	cfg.Server.Addr, cfg.Demo.Weeks, cfg.Holidays = "127.0.0.1:0", 0, nil
	a, err := app.Start(t.Context(), app.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Demo: true, DataDir: dir})
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

// TestDrawIsWonAndLost: two people enter the draw of one seat in their browsers. Who wins signs the offer and verifies the
// draw in the page; the other one sees why not her. The winner cancels, and the other one wins in the standby draw.
func TestDrawIsWonAndLost(t *testing.T) {
	dir := servers.Folder(t)
	a := startDraws(t, dir)
	browse := func(person, lang string, width int64) entrant {
		b := webtest.Open(t, webtest.Options{
			Base: a.URL(), Script: true, Shots: shots(t), Prefix: "draw-" + lang + "-", Width: width, Zone: "Europe/Kyiv",
		})
		e := entrant{way{Browser: b, t: t, at: "/" + lang}, a.URL(), person}
		e.settle()
		return e
	}
	winner, loser := browse("olena", "uk", 1280), browse("petro", "en", 375)
	draw := publishOneSeat(t, a.URL(), dir)
	winner.wait(draw, "announced", func(d drawNow) bool { return d.Open })
	winner.enter(draw)
	loser.enter(draw)
	winner.wait(draw, "drawn", drawNow.done)
	if winner.Go(winner.at + "/offers"); !winner.Has(`a[href*="/offers/"]`) {
		winner, loser = loser, winner
	}
	winner.sign(draw)
	winner.verify(draw)
	loser.open("/draws/"+draw+"/card", "lost-card")
	if !loser.Has("#card") {
		t.Fatalf("no card: %s", loser.Text("main"))
	}

	winner.open("/appointments", "won-appointments")
	winner.Press("main h2 a")
	winner.Press("#cancel-link")
	winner.look("won-cancel")
	winner.Press(".govuk-button--warning")
	loser.wait(draw+"-s1", "announced", func(d drawNow) bool { return d.Open })
	loser.open("/entries", "lost-entries")
	loser.open("/draws/"+draw+"/card", "lost-card-standby")
	loser.wait(draw+"-s1", "drawn", drawNow.done)
	loser.sign(draw + "-s1")
	loser.verify(draw + "-s1")
	winner.open("/entries", "won-entries")
}

// entrant is a person who takes part in draws with a browser.
type entrant struct {
	way
	url, person string
}

// settle signs in and answers what is asked first.
func (e entrant) settle() {
	e.t.Helper()
	e.Go(e.at + "/sign-in")
	e.helper(e.person)
	e.Choose("#country", "PL")
	e.Press("main form button")
	e.Type("#email", e.person+"@example.org")
	e.Press("main form button")
	e.Go(e.at + "/demo/mail")
	code := sixDigits(e.t, e.Text("main pre"))
	e.Go(e.at + "/profile/email/code")
	e.Type("#code", code)
	e.Press("main form button")
}

func (e entrant) enter(draw string) {
	e.t.Helper()
	e.open("/draws/"+draw, "draw-open")
	e.Press("#enter")
	e.look("enter-windows")
	e.Pick("#w")
	e.Press("#continue")
	e.look("enter-who")
	e.Pick("#who")
	e.Press("#continue")
	e.look("enter-sign")
	e.helper(e.person)
	e.here("/draws/"+draw+"/entry", "entry")
}

// sign goes from the list of offers to the appointment.
func (e entrant) sign(draw string) {
	e.t.Helper()
	e.open("/offers", "offers-"+draw)
	e.Press(`main a[href*="/offers/"]`)
	e.look("offer-" + draw)
	e.helper(e.person)
	e.under("/appointments/", "appointment-"+draw)
	if ref := e.Text("#reference"); !strings.HasPrefix(ref, "GDN-") {
		e.t.Fatalf("reference %q", ref)
	}
}

// verify checks the draw in the page, from the bundle alone.
func (e entrant) verify(draw string) {
	e.t.Helper()
	until(e.t, "the bundle", func() bool { return fetch(e.t, e.url+"/api/v1/draws/"+draw+"/bundle.zip", nil) })
	e.open("/draws/"+draw, "draw-drawn-"+draw)
	e.Press("#verify-link")
	until(e.t, "the verdict", func() bool { return e.Has(".verdict") })
	if !e.Has(".verdict-not-independent") { // the demo's own beacon and witness
		e.t.Fatalf("the verdict: %s", e.Text("main"))
	}
	e.look("verify-" + draw)
}

// drawNow is a draw as the API shows it.
type drawNow struct {
	State string
	Open  bool
}

func (d drawNow) done() bool { return d.State == "drawn" || d.State == "finished" }

func (e entrant) wait(draw, what string, holds func(drawNow) bool) {
	e.t.Helper()
	until(e.t, draw+" is "+what, func() bool {
		var d drawNow
		return fetch(e.t, e.url+"/api/v1/draws/"+draw, &d) && holds(d)
	})
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(300 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		case <-look.C:
		}
	}
}

// fetch reads what is public; false while it is not there.
func fetch(t *testing.T, url string, into any) bool {
	t.Helper()
	return ask(t, http.MethodGet, url, "", nil, into) == http.StatusOK
}

func ask(t *testing.T, method, url, token string, body, into any) int {
	t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if into != nil && answer.StatusCode < 300 {
		if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	return answer.StatusCode
}

// publishOneSeat lets an officer publish a week with one seat to draw, and names its draw.
func publishOneSeat(t *testing.T, url, dir string) string {
	t.Helper()
	authority, err := devqtsp.Load(filepath.Join(dir, "demo"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var challenge struct {
		ChallengeID string
		Document    []byte
	}
	ask(t, http.MethodPost, url+"/api/v1/sessions/challenge", "", map[string]any{}, &challenge)
	signature, err := authority.Sign("officer-waw", challenge.Document, devqtsp.SignOptions{Detached: true, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var session struct{ AccessToken string }
	ask(t, http.MethodPost, url+"/api/v1/sessions", "", map[string]any{"challengeId": challenge.ChallengeID, "signature": signature}, &session)
	openings := []map[string]any{{"weekday": "mon", "from": "14:00", "to": "14:20", "group": "notary", "pool": "draw"}}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		openings = append(openings, map[string]any{"weekday": day, "from": "09:00", "to": "13:00", "group": "civil", "pool": "open"})
	}
	plan := map[string]any{"counters": []any{map[string]any{"id": "c1", "openings": openings}}}
	year, week := time.Now().UTC().AddDate(0, 0, 21).ISOWeek()
	status := ask(t, http.MethodPut, fmt.Sprintf("%s/api/v1/consulates/gdn/weeks/%04d-W%02d", url, year, week), session.AccessToken, plan, nil)
	if status != http.StatusOK {
		t.Fatalf("publish the week: %d", status)
	}
	return fmt.Sprintf("gdn-notary-%04dw%02d", year, week)
}
