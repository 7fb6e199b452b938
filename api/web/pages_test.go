package web_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/api/web"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

var (
	titlePattern = regexp.MustCompile(`<title>(.*?)</title>`)
	idPattern    = regexp.MustCompile(` id="([^"]+)"`)
)

func TestEveryPageHasItsFrame(t *testing.T) {
	w := newWorld(monday)
	w.settle("officer-waw", "PL")
	v := visit(t, serve(t, w, true, withDraws(newLottery(w))))
	v.signIn("uk", "officer-waw")
	for _, lang := range []string{"uk", "en"} {
		titles := map[string]string{}
		for _, path := range []string{
			"/", "/consulates", "/consulates/waw", "/help", "/accessibility", "/profile/country", "/profile/email", "/profile/email/code",
			"/book", "/book/service?consulate=waw", "/book/applicant?consulate=waw&service=notary-power",
			"/book/applicant/new?consulate=waw&service=notary-power", "/book/time?consulate=waw&service=passport-adult&for=self",
			"/appointments", "/record", "/desk", "/weeks", "/weeks/waw/2026-W52", "/demo/sign", "/demo/mail",
			"/draws", openDraw, "/draws/krk-passport-2026w48", openDraw + "/enter", openDraw + "/enter/who?w=0", openDraw + "/enter/person?w=0",
			openDraw + "/enter/sign?service.self=passport-adult&w=0&who=self", "/entries", "/offers",
		} {
			v.get("/"+lang+path).want(http.StatusOK, `<html lang="`+lang+`"`, `href="#main"`, `id="main"`, "<h1")
			title := titlePattern.FindStringSubmatch(v.body)[1]
			if regexp.MustCompile(`^[a-z-]+\.[a-z.-]+`).MatchString(title) {
				t.Errorf("%s has the title %q", path, title)
			}
			if other, taken := titles[title]; taken {
				t.Errorf("%s and %s have the title %q", other, path, title)
			}
			titles[title] = path
			if n := strings.Count(v.body, "<h1"); n != 1 {
				t.Errorf("%s has %d main headings", path, n)
			}
			ids := map[string]bool{}
			for _, m := range idPattern.FindAllStringSubmatch(v.body, -1) {
				if ids[m[1]] {
					t.Errorf("%s has the id %q twice", path, m[1])
				}
				ids[m[1]] = true
			}
			other := map[string]string{"uk": "en", "en": "uk"}[lang]
			if !strings.Contains(html.UnescapeString(v.body), `href="/`+other+path) {
				t.Errorf("%s does not switch to /%s%s", path, other, path)
			}
			if regexp.MustCompile(`(?i)\son\w+=|style="|<script>|<style`).MatchString(v.body) {
				t.Errorf("%s has inline script or style", path)
			}
			if csp := v.header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: policy %q", path, csp)
			}
			if v.header.Get("Cache-Control") != "no-store" || v.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: headers %v", path, v.header)
			}
		}
	}
}

func TestRootLeadsToTheChosenLanguage(t *testing.T) {
	v := visit(t, serve(t, newWorld(monday), false))
	v.get("/").at("/uk/")
	v.get("/en/help")
	v.get("/").at("/en/")
	r, _ := http.NewRequest(http.MethodHead, v.base+"/uk/help", nil)
	v.do(r)
	if v.status != http.StatusOK || v.body != "" {
		t.Fatalf("HEAD: %d %q", v.status, v.body)
	}
}

func TestProblemPagesSpeakPlainly(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	v.signIn("uk", "olena")
	for path, c := range map[string]struct {
		status int
		text   string
	}{
		"/uk/nothing":            {http.StatusNotFound, "На головну"},
		"/en/nothing":            {http.StatusNotFound, "To the home page"},
		"/uk/holds/waw-1":        {http.StatusNotFound, "Вибрати інший час"},
		"/uk/appointments/x":     {http.StatusNotFound, "На головну"},
		"/uk/desk":               {http.StatusForbidden, "Немає права"},
		"/uk/weeks":              {http.StatusForbidden, "Немає права"},
		"/uk/consulates/zzz":     {http.StatusNotFound, "Такої установи немає"},
		"/uk/book/time?for=self": {http.StatusNotFound, "Такої установи немає"},
		"/uk/book/service":       {http.StatusUnprocessableEntity, "Виберіть установу"},
		"/uk/book/time?consulate=was&service=passport-adult&for=self": {http.StatusForbidden, "Інший консульський округ"},
	} {
		v.get(path).want(c.status, c.text)
		if c.status == http.StatusNotFound && strings.Contains(v.body, "Нічого не змінено") {
			t.Errorf("%s: says that nothing was lost", path)
		}
	}
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{&booking.Error{Code: booking.CodeNoInventory, RetryAfter: 5 * time.Second}, http.StatusServiceUnavailable, "Спробуйте за 5 секунд"},
		{&identity.Error{Code: identity.CodeRateLimited, RetryAfter: 2 * time.Second}, http.StatusTooManyRequests, "Спробуйте за 2 секунди"},
		{booking.Refuse(booking.CodeHoldLimit, ""), http.StatusTooManyRequests, "Вибрати інший час"},
	} {
		w.broken = c.err
		v.get("/uk/book/time?consulate=waw&service=passport-adult&for=self").want(c.status, c.text)
		if v.header.Get("Retry-After") == "" {
			t.Errorf("%v: no Retry-After", c.err)
		}
	}
}

// stingy lets nobody do one thing.
type stingy string

func (s stingy) Allow(_ context.Context, action string, _ uuid.UUID) error {
	if action == string(s) {
		return &identity.Error{Code: identity.CodeRateLimited, RetryAfter: time.Second}
	}
	return nil
}

func TestPagesCountWhatAPersonDoes(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false, func(d *web.Deps) { d.Limits = stingy("hold") }))
	v.signIn("uk", "olena")
	v.get("/uk/book/time?consulate=waw&service=passport-adult&for=self").want(http.StatusOK)
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-adult", "for", "self", "choice", v.find(`value="(slot:[^"]+)"`))
	v.want(http.StatusTooManyRequests)
	if len(w.holds) != 0 {
		t.Fatal("held all the same")
	}
}

func TestTimesAreListedByDayAndByCalendar(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	v.signIn("en", "olena")
	v.get("/en/book/time?consulate=waw&service=passport-adult&for=self").want(http.StatusOK, "Monday 23 November", "Europe/Warsaw, UTC+1", "Later days")
	if n := strings.Count(v.body, `class="ch-day"`); n != 5 {
		t.Errorf("%d days on the first page", n)
	}
	name := regexp.MustCompile(`(?s)<label for="choice">(.*?)</label>`).FindStringSubmatch(v.body)[1]
	if name = regexp.MustCompile(`<[^>]+>`).ReplaceAllString(name, ""); name != "Monday 23 November, 09:00, 20 min" {
		t.Errorf("the first time is called %q", name)
	}
	v.get(html.UnescapeString(v.find(`href="([^"]+&amp;from=[^"]+)"`))).want(http.StatusOK, "Earlier days", "Monday 30 November")
	v.get("/en/book/time?consulate=waw&service=passport-adult&for=self&view=calendar").want(http.StatusOK, "November 2026", "Choose a day")
	v.get("/en/book/time?consulate=waw&service=passport-adult&for=self&view=calendar&day=2026-11-24").want(http.StatusOK, "Tuesday 24 November")
	v.get("/en/book/time?consulate=krk&service=passport-adult&for=self").want(http.StatusOK, "by draw", "Wednesday 2 December 2026")
}

func TestASoldOutTimeShowsWhatIsLeft(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	w.settle("mariia", "PL")
	ts := serve(t, w, false)
	v := visit(t, ts)
	v.signIn("uk", "olena")
	v.get("/uk/book/time?consulate=waw&service=passport-adult&for=self")
	slot := v.find(`value="(slot:[^"]+)"`)
	visit(t, ts).hold("mariia", "passport-adult")
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-adult", "for", "self", "choice", slot).want(http.StatusConflict, `href="#choice"`, "Виберіть інший")
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-adult", "for", "self").want(http.StatusUnprocessableEntity, "Виберіть час")
}

func TestOfficerPublishesAShortWeekOnlySigned(t *testing.T) {
	w := newWorld(monday)
	v := visit(t, serve(t, w, false))
	v.signIn("uk", "officer-waw").at("/uk/desk")
	iso := capacity.WeekOf(capacity.DateOf(monday)).Add(5).String()
	week := "/uk/weeks/waw/" + iso
	v.get(week).want(http.StatusOK, "ще не оприлюднено")
	v.post(week, "revision", "0", "do", "add-counter").want(http.StatusOK, `name="c0.o0.from"`)
	row := []string{"revision", "0", "c0.id", "c1", "c0.o0.weekday", "mon", "c0.o0.from", "9:00", "c0.o0.to", "12:00", "c0.o0.group", "passport", "c0.o0.pool", "open"}
	with := func(more ...string) []string { return append(append([]string{}, row...), more...) }
	v.post(week, with("do", "copy-opening.0")...).want(http.StatusOK, `name="c0.o4.from"`)
	v.post(week, with("c0.o0.from", "noon", "do", "preview")...).want(http.StatusUnprocessableEntity, `href="#c0.o0.from"`, `value="noon"`)
	v.post(week, with("c0.o0.to", "08:00", "do", "preview")...).want(http.StatusBadRequest, "вікно 1, рядок 1")
	v.post(week, with("do", "preview")...).want(http.StatusOK, "3 год із", "нижче норми", "Щоб дотримати норми")
	v.post(week, with("do", "publish")...).want(http.StatusConflict, `href="#reason"`)
	v.post(week, with("do", "publish", "reason", "ремонт")...).want(http.StatusConflict, "Причина: ремонт")
	carry := html.UnescapeString(v.find(`name="carry" value="([^"]+)"`))
	shown := html.UnescapeString(v.find(`(?s)<pre class="ch-sign"[^>]*>(.*?)</pre>`))
	v.post(week+"/document", "carry", carry)
	if v.body != shown {
		t.Fatalf("file %q, page %q", v.body, shown)
	}
	v.get(week)
	v.post(week+"/sign", "carry", carry, "signature", encode(sign("olena", []byte(shown)))).want(http.StatusForbidden, "Підписала інша особа")
	v.post(week+"/sign", "carry", "e30x", "signature", "MIA=").want(http.StatusBadRequest)
	v.get(week)
	v.post(week+"/sign", "carry", carry, "signature", encode(sign("officer-waw", []byte(shown)))).at(week+`\?done=published`).want(http.StatusOK, "Тиждень оприлюднено")
	w.taken = []booking.SeatID{"waw-c1-20261228T0820Z-20"}
	v.post(week, with("revision", "1", "do", "publish")...).want(http.StatusConflict, "Понеділок, 28 грудня, 09:20")
	v.get("/uk/weeks/ber/" + iso).want(http.StatusForbidden)
}

func TestOfficerRecordsOutcomes(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	ts := serve(t, w, false)
	citizen := visit(t, ts)
	hold, document := citizen.hold("olena", "passport-adult")
	citizen.post(hold+"/confirm", "signature", encode(sign("olena", []byte(document)))).want(http.StatusOK)
	v := visit(t, ts)
	v.signIn("uk", "officer-waw")
	id := w.appointments[0].ID.String()
	v.get("/uk/desk").want(http.StatusOK, "Тестова Олена")
	if strings.Contains(v.body, `value="served"`) {
		t.Error("an outcome before its time")
	}
	w.pass(4 * time.Hour)
	v.get("/uk/desk").want(http.StatusOK, `value="served"`)
	v.post("/uk/desk", "appointment", id, "consulate", "waw", "outcome", "returned").want(http.StatusBadRequest, `href="#reason-`+id)
	v.post("/uk/desk", "appointment", id, "consulate", "waw", "day", "2026-11-23", "outcome", "served").want(http.StatusOK, "Результат записано", "обслужено")
}
