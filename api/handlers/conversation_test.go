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
	"testing"
	"time"

	"chesna/api"
)

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
	if again := w.hold(token).want(200, ""); again.header.Get("Location") != path || again.text("holdId") != held.text("holdId") {
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
	gone := w.call(token, "GET", own+"/calendar.ics", "").want(200, "")
	if !strings.Contains(string(calendar.body), "SEQUENCE:0\r\n") || !strings.Contains(string(gone.body), "SEQUENCE:1\r\n") ||
		!strings.Contains(string(gone.body), "STATUS:CANCELLED") {
		t.Errorf("a calendar would not take over that it is cancelled: %s", gone.body)
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
	if c := w.call("olena", "POST", "/api/v1/person/email/verify", `{"code":"123456"}`).want(200, ""); c.text("accessToken") == "" {
		t.Error("no token that knows of the address")
	}
	w.call("olena", "PUT", "/api/v1/person/language", `{"language":"en"}`).want(204, "")
	if c := w.call("olena", "PUT", "/api/v1/person/country", `{"country":"US"}`).want(200, ""); c.text("accessToken") == "" {
		t.Error("no new token")
	}
	w.call("olena", "GET", "/api/v1/consulates/waw/availability?service=passport-adult", "").want(403, "outside-district")
	unserved := w.call("olena", "PUT", "/api/v1/person/country", `{"country":"UA"}`).want(400, "invalid")
	if f := unserved.json()["errors"].([]any)[0].(map[string]any); f["pointer"] != "/country" || f["code"] != "unknown" || f["in"] != "body" {
		t.Errorf("a country that no post serves: %s", unserved.body)
	}
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
