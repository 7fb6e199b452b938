package handlers_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chesna/api"
)

// plan is a week of one counter: every working day from 9 to the given hour.
func plan(to string) map[string]any {
	var openings []map[string]any
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri"} {
		openings = append(openings, map[string]any{"weekday": d, "from": "09:00", "to": to, "group": "passport", "pool": "open"})
	}
	return map[string]any{"counters": []any{map[string]any{"id": "c1", "openings": openings}}}
}

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (x exchange) document() []byte {
	x.t.Helper()
	b, err := base64.StdEncoding.DecodeString(x.text("document"))
	if err != nil || len(b) == 0 {
		x.t.Fatalf("no document: %s", x.body)
	}
	return b
}

func (w *world) weekPath() string { return "/api/v1/consulates/waw/weeks/" + w.week.String() }

// publish opens 09:00 to 14:00 on the five working days: 50 seats.
func (w *world) publish() {
	w.t.Helper()
	w.call("ivanna", "PUT", w.weekPath(), encode(w.t, plan("14:00"))).want(200, "")
}

// hold takes the first free seat and returns the exchange.
func (w *world) hold(who string, set ...string) exchange {
	w.t.Helper()
	windows := w.call(who, "GET", "/api/v1/consulates/waw/availability?service=passport-adult", "").want(200, "").json()["windows"].([]any)
	if len(windows) == 0 {
		w.t.Fatal("nothing is open")
	}
	id := windows[0].(map[string]any)["id"]
	return w.call(who, "POST", "/api/v1/holds", encode(w.t, map[string]any{"consulate": "waw", "service": "passport-adult", "window": id}), set...)
}

func TestBookAndCancel(t *testing.T) {
	w := newWorld(t)
	w.publish()

	challenge := w.call("", "POST", "/api/v1/sessions/challenge", "").want(201, "")
	in := encode(t, map[string]string{"challengeId": challenge.text("challengeId"), "signature": sign("olena", challenge.document())})
	token := w.call("", "POST", "/api/v1/sessions", in).want(201, "").text("accessToken")
	w.call("", "POST", "/api/v1/sessions", in).want(410, "challenge-unknown")

	held := w.hold(token).want(201, "")
	path := "/api/v1/holds/" + held.text("holdId")
	if held.header.Get("Location") != path {
		t.Errorf("Location %q", held.header.Get("Location"))
	}
	if again := w.hold(token).want(201, ""); again.text("holdId") != held.text("holdId") {
		t.Error("the same person was given another hold")
	}
	extended := w.call(token, "POST", path+"/extend", "{}").want(200, "")
	w.call(token, "POST", path+"/extend", "").want(409, "already-extended")
	same := w.call(token, "GET", path, "").want(200, "")
	if !bytes.Equal(same.document(), held.document()) || !bytes.Equal(extended.document(), held.document()) {
		t.Error("the document has changed")
	}
	if extended.text("expiresAt") != held.text("lastExpiry") {
		t.Errorf("extended to %s, stated %s", extended.text("expiresAt"), held.text("lastExpiry"))
	}
	w.call("taras", "GET", path, "").want(404, "hold-not-found")
	w.call("taras", "DELETE", path, "").want(404, "hold-not-found")
	w.call("taras", "POST", path+"/confirm", encode(t, map[string]string{"signature": sign("taras", held.document())})).want(404, "hold-not-found")
	w.call(token, "POST", path+"/confirm", encode(t, map[string]string{"signature": sign("taras", held.document())})).want(403, "signer-mismatch")
	w.call(token, "POST", path+"/confirm", encode(t, map[string]string{"signature": sign(token, []byte("other"))})).want(422, "signature-rejected")

	confirm := encode(t, map[string]string{"signature": sign(token, held.document())})
	booked := w.call(token, "POST", path+"/confirm", confirm).want(201, "")
	repeated := w.call(token, "POST", path+"/confirm", confirm).want(201, "")
	if booked.text("id") != repeated.text("id") || booked.text("state") != "booked" {
		t.Errorf("%s then %s", booked.body, repeated.body)
	}
	w.hold(token).want(409, "already-booked")

	own := "/api/v1/appointments/" + booked.text("id")
	w.call(token, "GET", own, "").want(200, "")
	w.call("taras", "GET", own, "").want(404, "appointment-absent")
	if n := len(w.call(token, "GET", "/api/v1/appointments", "").want(200, "").items()); n != 1 {
		t.Errorf("%d appointments", n)
	}
	calendar := w.call(token, "GET", own+"/calendar.ics", "").want(200, "")
	if !strings.Contains(string(calendar.body), "BEGIN:VEVENT") || strings.Contains(string(calendar.body), "Шевченко") {
		t.Errorf("calendar: %s", calendar.body)
	}
	picture := w.call(token, "GET", own+"/qr.png", "").want(200, "")
	if _, err := png.Decode(bytes.NewReader(picture.body)); err != nil {
		t.Errorf("the QR code is no picture: %v", err)
	}
	w.call("ivanna", "POST", own+"/outcome", `{"outcome":"served"}`).want(409, "too-early")
	w.call("olena", "POST", own+"/outcome", `{"outcome":"served"}`).want(403, "forbidden")
	w.call("taras", "POST", own+"/cancel", "{}").want(404, "appointment-absent")
	if s := w.call(token, "POST", own+"/cancel", "{}").want(200, "").text("state"); s != "cancelled" {
		t.Errorf("cancelled: %s", s)
	}
	w.call(token, "POST", own+"/cancel", "").want(200, "")
	record := w.call(token, "GET", "/api/v1/record", "").want(200, "").items()
	if len(record) != 2 || record[0].(map[string]any)["type"] != "appointment.cancelled" {
		t.Errorf("record: %v", record)
	}
	if logs := w.logs.String(); strings.Contains(logs, booked.text("id")) || strings.Contains(logs, "Шевченко") {
		t.Errorf("the log names an appointment or a person:\n%s", logs)
	}
}

func TestReleaseHold(t *testing.T) {
	w := newWorld(t)
	w.publish()
	path := "/api/v1/holds/" + w.hold("olena").want(201, "").text("holdId")
	w.call("olena", "DELETE", path, "", api.KeyHeader, "key-0001").want(204, "")
	w.call("olena", "DELETE", path, "", api.KeyHeader, "key-0001").want(204, "")
	w.call("olena", "GET", path, "").want(404, "hold-not-found")
}

func TestHoldForAChild(t *testing.T) {
	w := newWorld(t)
	w.publish()
	body := map[string]any{
		"consulate": "waw", "service": "passport-child", "window": fmt.Sprintf("waw-passport-%s-am", strings.ReplaceAll(w.week.Day(1).String(), "-", "")),
	}
	w.call("olena", "POST", "/api/v1/holds", encode(t, body)).want(422, "applicant-refused")
	body["applicant"] = map[string]any{"relation": "child", "surname": "Мала", "givenName": "Леся", "birthDate": "2020-02-03", "birthCertificate": "I-БК 123456"}
	held := w.call("olena", "POST", "/api/v1/holds", encode(t, body)).want(201, "")
	if held.json()["forAnother"] != true || !strings.Contains(string(held.document()), "Мала Леся") {
		t.Errorf("not for the child: %s", held.document())
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	first := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	second := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	if !bytes.Equal(first.body, second.body) || second.header.Get(api.ReplayedHeader) != "true" ||
		second.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("replayed %s, was %s", second.body, first.body)
	}
	w.call("olena", "POST", confirm, `{"signature":"b3RoZXI="}`, api.KeyHeader, "key-0001").want(422, "idempotency-mismatch")

	// A refusal is not remembered, and the same key of another person or route is another key.
	w.call("taras", "POST", confirm, body, api.KeyHeader, "key-0001").want(404, "hold-not-found")
	path := "/api/v1/appointments/" + first.text("id") + "/cancel"
	w.ledger.mu.Lock()
	w.ledger.answers["00000000-0000-0000-0000-000000000001 POST /api/v1/appointments/:id/cancel"+keyHash("key-0003")] = &answer{}
	w.ledger.mu.Unlock()
	w.call("olena", "POST", path, "{}", api.KeyHeader, "key-0003").want(422, "idempotency-mismatch")
	w.call("olena", "POST", path, "{}", api.KeyHeader, "key-0001").want(200, "")
	for _, a := range w.ledger.answers {
		if a.said != nil && bytes.Contains(a.said.Body, []byte("reference")) {
			t.Error("an answer is kept in clear")
		}
	}
}

func TestRefusedRequestsMayBeRepeatedWithTheirKey(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	w.ledger.down = true
	if got := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(503, "unavailable"); got.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	w.ledger.down = false
	w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
}

// TestOneKeyAtOnce: of many equal requests with one key one is carried out; the others get its answer or are
// told to wait.
func TestOneKeyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	answers := make([]exchange, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001") })
	}
	all.Wait()
	ids := map[string]bool{}
	for _, a := range answers {
		switch {
		case a.status == 201:
			ids[a.text("id")] = true
		case a.status == 409 && a.text("code") == "idempotency-in-flight" && a.header.Get("Retry-After") != "":
		default:
			t.Errorf("%d: %s", a.status, a.body)
		}
	}
	if len(ids) != 1 || w.ledger.changes() != 2 { // the week and one appointment
		t.Errorf("%d appointments answered, %d changes", len(ids), w.ledger.changes())
	}
}

// TestLostInventoryIsNotSoldOut: an emptied or unreachable Redis asks to come back, and never says "sold out".
func TestLostInventoryIsNotSoldOut(t *testing.T) {
	w := newWorld(t)
	w.publish()
	body := encode(t, map[string]any{
		"consulate": "waw", "service": "passport-adult", "window": "waw-passport-" + strings.ReplaceAll(w.week.Day(1).String(), "-", "") + "-am",
	})
	hold := func(code string) {
		t.Helper()
		if got := w.call("olena", "POST", "/api/v1/holds", body).want(503, code); got.header.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
	}
	w.redis.FlushAll()
	hold("no-inventory")
	w.call("olena", "GET", "/api/v1/consulates/waw/availability?service=passport-adult", "").want(503, "no-inventory")
	w.redis.Close()
	hold("unavailable")
}

func TestCoarseLimitOfAClass(t *testing.T) {
	w := newWorld(t, func(d *api.Deps) {
		d.Limits = map[string]api.EdgeLimit{api.ClassChallenge: {Requests: 2, Period: time.Minute}}
	})
	for range 2 {
		w.call("", "POST", "/api/v1/sessions/challenge", "").want(201, "")
	}
	if got := w.call("", "POST", "/api/v1/sessions/challenge", "").want(429, "too-many-requests"); got.header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
	w.call("", "GET", "/api/v1/consulates", "").want(200, "")
}

func TestSessionsAndPerson(t *testing.T) {
	w := newWorld(t)
	w.call("", "GET", "/api/v1/sessions/current", "").want(401, "unauthenticated")
	who := w.call("ivanna", "GET", "/api/v1/sessions/current", "").want(200, "")
	if !strings.Contains(string(who.body), `"consulate":"waw"`) {
		t.Errorf("roles: %s", who.body)
	}
	if who.header.Get("Cache-Control") != "no-store" {
		t.Error("a personal answer may be kept")
	}
	w.call("", "POST", "/api/v1/sessions/refresh", `{"refreshToken":"r-olena"}`).want(200, "")
	w.call("", "POST", "/api/v1/sessions/refresh", `{"refreshToken":"stolen"}`).want(401, "unauthenticated")
	w.call("olena", "GET", "/api/v1/person", "").want(200, "")
	w.call("olena", "PUT", "/api/v1/person/email", `{"email":"olena@example.org"}`).want(202, "")
	w.call("olena", "POST", "/api/v1/person/email/verify", `{"code":"000000"}`).want(422, "email-code")
	w.call("olena", "POST", "/api/v1/person/email/verify", `{"code":"123456"}`).want(200, "")
	w.call("olena", "PUT", "/api/v1/person/language", `{"language":"en"}`).want(204, "")
	if c := w.call("olena", "PUT", "/api/v1/person/country", `{"country":"US"}`).want(200, ""); c.text("accessToken") == "" {
		t.Error("no new token")
	}
	w.call("olena", "GET", "/api/v1/consulates/waw/availability?service=passport-adult", "").want(403, "outside-district")
	w.call("olena", "DELETE", "/api/v1/sessions/current", "").want(204, "")
	w.call("olena", "GET", "/api/v1/person", "").want(401, "unauthenticated")
}

func TestCatalogueIsCached(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/v1/consulates", "/api/v1/services", "/api/v1/consulates/waw", "/api/v1/consulates/waw/legal-minimum", "/openapi.yaml", "/docs"} {
		first := w.call("", "GET", path, "").want(200, "")
		tag := first.header.Get("ETag")
		if tag == "" || !strings.HasPrefix(first.header.Get("Cache-Control"), "public") {
			t.Errorf("%s: ETag %q, Cache-Control %q", path, tag, first.header.Get("Cache-Control"))
		}
		if again := w.call("", "GET", path, "", "If-None-Match", tag).want(304, ""); len(again.body) > 0 {
			t.Errorf("%s: 304 with a body", path)
		}
	}
	if n := len(w.call("", "GET", "/api/v1/consulates?country=US", "").want(200, "").items()); n != 1 {
		t.Errorf("%d posts for US", n)
	}
	if got := w.call("", "HEAD", "/api/v1/consulates", "").want(200, ""); got.header.Get("ETag") == "" {
		t.Error("HEAD has not the headers of GET")
	}
	w.call("", "HEAD", "/api/v1/person", "").want(401, "")
	w.call("", "GET", "/api/v1/consulates/xyz", "").want(404, "unknown-consulate")
}

func TestPublishWeek(t *testing.T) {
	w := newWorld(t)
	path := w.weekPath()
	w.call("olena", "PUT", path, encode(t, plan("14:00"))).want(403, "forbidden")
	w.call("ivanna", "PUT", strings.Replace(path, "waw", "wdc", 1), encode(t, plan("14:00"))).want(403, "forbidden")
	first := w.call("ivanna", "PUT", path, encode(t, plan("14:00")), "If-Match", `"0"`).want(200, "")
	if first.header.Get("ETag") != `"1"` {
		t.Errorf("ETag %q", first.header.Get("ETag"))
	}
	w.call("ivanna", "PUT", path, encode(t, plan("13:30"))).want(428, "if-match-required")
	w.call("ivanna", "PUT", path, encode(t, plan("13:30")), "If-Match", `"7"`).want(412, "stale")

	// A short week is refused with what has to be signed; the same request with the signature passes.
	short := plan("12:00")
	w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(409, "below-legal-minimum")
	short["reason"] = "ремонт приміщення"
	refused := w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(409, "below-legal-minimum")
	short["signature"] = sign("ivanna", refused.document())
	w.call("ivanna", "PUT", path, encode(t, short), "If-Match", `"1"`).want(200, "")

	got := w.call("ivanna", "GET", path, "").want(200, "")
	if got.header.Get("ETag") != `"2"` || got.text("reason") != "ремонт приміщення" {
		t.Errorf("week: %s", got.body)
	}
	public := w.call("", "GET", "/api/v1/consulates/waw/legal-minimum?from="+w.week.String()+"&to="+w.week.String(), "").want(200, "").items()
	if one := public[0].(map[string]any); len(public) != 1 || one["met"] != false || one["reason"] != "ремонт приміщення" {
		t.Errorf("legal minimum: %v", public)
	}
}

func TestTakenSeatsCannotVanish(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	w.call("olena", "POST", "/api/v1/holds/"+held.text("holdId")+"/confirm", encode(t, map[string]string{"signature": sign("olena", held.document())})).want(201, "")
	less := plan("14:00")
	openings := less["counters"].([]any)[0].(map[string]any)["openings"].([]map[string]any)
	openings[0]["from"] = "09:30"
	refused := w.call("ivanna", "PUT", w.weekPath(), encode(t, less), "If-Match", `"1"`).want(409, "seats-taken")
	if seats, _ := refused.json()["seats"].([]any); len(seats) != 1 {
		t.Errorf("seats: %s", refused.body)
	}
	day := w.week.Day(1).String()
	if n := len(w.call("ivanna", "GET", "/api/v1/consulates/waw/appointments?day="+day, "").want(200, "").items()); n != 1 {
		t.Errorf("%d at the desk", n)
	}
	w.call("olena", "GET", "/api/v1/consulates/waw/appointments?day="+day, "").want(403, "forbidden")
	w.call("ivanna", "GET", "/api/v1/consulates/waw/appointments?day=2026-02-31", "").want(400, "invalid")
}

func TestPersonLimit(t *testing.T) {
	w := newWorld(t)
	w.publish()
	w.people.limited = "hold"
	if got := w.hold("olena").want(429, "rate-limited"); got.header.Get("Retry-After") != "90" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
}

func TestLanguageOfProblems(t *testing.T) {
	w := newWorld(t)
	for header, want := range map[string]string{
		"": "Увійдіть", "uk": "Увійдіть", "en": "Sign in", "en-GB,uk;q=0.5": "Sign in", "pl,en;q=0.3": "Sign in",
		"en;q=0, uk": "Увійдіть", "de": "Увійдіть", "*": "Увійдіть", strings.Repeat("en,", 500): "Увійдіть", ";;;": "Увійдіть",
	} {
		if got := w.call("", "GET", "/api/v1/person", "", "Accept-Language", header).want(401, "").text("title"); got != want {
			t.Errorf("%.20q: %q, want %q", header, got, want)
		}
	}
}

// TestCookieSessionsNeedAFormToken: what a browser sends unasked changes nothing.
func TestCookieSessionsNeedAFormToken(t *testing.T) {
	w := newWorld(t)
	w.publish()
	send := func(origin string) exchange {
		r := httptest.NewRequest(http.MethodPut, "/api/v1/person/country", strings.NewReader(`{"country":"US"}`))
		r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: "olena"})
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", origin)
		return w.send(r)
	}
	send("http://evil.test").want(403, "cross-origin")
	send(origin).want(403, "form-token")
	r := httptest.NewRequest(http.MethodGet, "/api/v1/person", nil)
	r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: "olena"})
	w.send(r).want(200, "")
}
