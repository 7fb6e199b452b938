package handlers_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chesna/api"
)

func keyHash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// secret is input that must come back nowhere.
const secret = "Xsecretx7"

// TestHostileInput: each bad request is refused with a 4xx that points at the place, changes nothing, and
// neither the answer nor the log repeats what was sent.
func TestHostileInput(t *testing.T) {
	w := newWorld(t)
	w.publish()
	const (
		hold        = "/api/v1/holds/waw-00112233445566778899aabbccddeeff"
		appointment = "/api/v1/appointments/0190b3a0-1111-4222-8333-444455556666"
	)
	week := w.weekPath()
	opening := func(member, value string) string {
		o := `{"weekday":"mon","from":"09:00","to":"14:00","group":"passport","pool":"open"}`
		return `{"counters":[{"id":"c1","openings":[` + strings.Replace(o, `"`+member+`":"`+map[string]string{
			"weekday": "mon", "from": "09:00", "to": "14:00", "group": "passport", "pool": "open",
		}[member]+`"`, `"`+member+`":`+value, 1) + `]}]}`
	}
	big := base64.StdEncoding.EncodeToString(make([]byte, 65<<10))
	for name, tc := range map[string]struct {
		who, method, path, body string
		header                  []string
		status                  int
		code, pointer           string
	}{
		"hold: no body":               {"olena", "POST", "/api/v1/holds", "", nil, 400, "malformed-body", ""},
		"hold: not JSON":              {"olena", "POST", "/api/v1/holds", secret, nil, 400, "malformed-body", ""},
		"hold: trailing":              {"olena", "POST", "/api/v1/holds", `{} "` + secret + `"`, nil, 400, "malformed-body", ""},
		"hold: duplicate":             {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","consulate":"wdc"}`, nil, 400, "malformed-body", "/consulate"},
		"hold: unknown member":        {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-adult","seat":"` + secret + `"}`, nil, 400, "invalid", "/seat"},
		"hold: list":                  {"olena", "POST", "/api/v1/holds", `["` + secret + `"]`, nil, 400, "invalid", ""},
		"hold: deep":                  {"olena", "POST", "/api/v1/holds", strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50), nil, 400, "malformed-body", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"},
		"hold: huge":                  {"olena", "POST", "/api/v1/holds", `{"consulate":"` + strings.Repeat("x", 200<<10) + `"}`, nil, 413, "body-too-large", ""},
		"hold: no post":               {"olena", "POST", "/api/v1/holds", `{"service":"passport-adult","window":"w"}`, nil, 400, "invalid", "/consulate"},
		"hold: post of wrong type":    {"olena", "POST", "/api/v1/holds", `{"consulate":{"$ne":"` + secret + `"},"service":"passport-adult"}`, nil, 400, "invalid", "/consulate"},
		"hold: injected post":         {"olena", "POST", "/api/v1/holds", `{"consulate":"waw'; DROP TABLE ` + secret + `","service":"passport-adult"}`, nil, 400, "invalid", "/consulate"},
		"hold: unknown post":          {"olena", "POST", "/api/v1/holds", `{"consulate":"nowhere","service":"passport-adult","window":"w"}`, nil, 404, "unknown-consulate", "/consulate"},
		"hold: unknown service":       {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"xsecretx7","window":"w"}`, nil, 404, "unknown-service", "/service"},
		"hold: neither":               {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-adult"}`, nil, 400, "invalid", "/slot"},
		"hold: both":                  {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-adult","slot":"s","window":"w"}`, nil, 400, "invalid", "/slot"},
		"hold: slot of another post":  {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-adult","slot":"wdc-passport-20410107T0900Z"}`, nil, 400, "invalid", "/slot"},
		"hold: window is no window":   {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-adult","window":"xsecretx7"}`, nil, 400, "invalid", "/window"},
		"hold: applicant":             {"olena", "POST", "/api/v1/holds", `{"consulate":"waw","service":"passport-child","window":"w","applicant":{"relation":"child","surname":"` + secret + `","givenName":"","birthDate":"x"}}`, nil, 400, "invalid", "/applicant/birthDate"},
		"hold: text":                  {"olena", "POST", "/api/v1/holds", `{}`, []string{"Content-Type", "text/plain"}, 415, "unsupported-media-type", "/Content-Type"},
		"hold: form":                  {"olena", "POST", "/api/v1/holds", "consulate=" + secret, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported-media-type", "/Content-Type"},
		"hold: compressed":            {"olena", "POST", "/api/v1/holds", `{}`, []string{"Content-Encoding", "gzip"}, 415, "unsupported-media-type", ""},
		"hold: key too short":         {"olena", "POST", "/api/v1/holds", `{}`, []string{api.KeyHeader, "k"}, 400, "invalid", "/Idempotency-Key"},
		"hold: key with spaces":       {"olena", "POST", "/api/v1/holds", `{}`, []string{api.KeyHeader, secret + " or 1=1"}, 400, "invalid", "/Idempotency-Key"},
		"hold: key too long":          {"olena", "POST", "/api/v1/holds", `{}`, []string{api.KeyHeader, strings.Repeat("k", 200)}, 400, "invalid", "/Idempotency-Key"},
		"hold: query":                 {"olena", "POST", "/api/v1/holds?" + secret + "=1", `{"consulate":"waw","service":"passport-adult","window":"w"}`, nil, 400, "invalid", "/" + secret},
		"hold: other person's token":  {"nobody" + secret, "POST", "/api/v1/holds", `{}`, nil, 401, "unauthenticated", ""},
		"holds: listed":               {"olena", "GET", "/api/v1/holds", "", nil, 405, "method-not-allowed", ""},
		"hold id":                     {"olena", "GET", "/api/v1/holds/" + secret, "", nil, 400, "invalid", "/id"},
		"hold id: escaped":            {"olena", "GET", "/api/v1/holds/..%2f..%2f" + secret, "", nil, 400, "invalid", "/id"},
		"hold id: NUL":                {"olena", "DELETE", "/api/v1/holds/waw-%00", "", nil, 400, "invalid", "/id"},
		"hold id: nobody's":           {"olena", "GET", hold, "", nil, 404, "hold-not-found", ""},
		"hold id: post unknown":       {"olena", "GET", "/api/v1/holds/zzz-00112233445566778899aabbccddeeff", "", nil, 404, "hold-not-found", ""},
		"hold: body with DELETE":      {"olena", "DELETE", hold, `{"a":1}`, nil, 400, "malformed-body", ""},
		"extend: members":             {"olena", "POST", hold + "/extend", `{"minutes":60}`, nil, 400, "invalid", "/minutes"},
		"confirm: not base64":         {"olena", "POST", hold + "/confirm", `{"signature":"` + secret + `!"}`, nil, 400, "invalid", "/signature"},
		"confirm: base64, unpadded":   {"olena", "POST", hold + "/confirm", `{"signature":"YQ"}`, nil, 400, "invalid", "/signature"},
		"confirm: base64, bits over":  {"olena", "POST", hold + "/confirm", `{"signature":"YR=="}`, nil, 400, "invalid", "/signature"},
		"confirm: empty":              {"olena", "POST", hold + "/confirm", `{"signature":""}`, nil, 400, "invalid", "/signature"},
		"confirm: line breaks only":   {"olena", "POST", hold + "/confirm", `{"signature":"\n\n"}`, nil, 400, "invalid", "/signature"},
		"confirm: too long":           {"olena", "POST", hold + "/confirm", `{"signature":"` + big + `"}`, nil, 400, "invalid", "/signature"},
		"confirm: number":             {"olena", "POST", hold + "/confirm", `{"signature":7}`, nil, 400, "invalid", "/signature"},
		"confirm: null":               {"olena", "POST", hold + "/confirm", `{"signature":null}`, nil, 400, "invalid", "/signature"},
		"sign in: challenge":          {"", "POST", "/api/v1/sessions", `{"challengeId":"` + secret + ` ","signature":"YQ=="}`, nil, 400, "invalid", "/challengeId"},
		"sign in: used challenge":     {"", "POST", "/api/v1/sessions", `{"challengeId":"` + secret + `","signature":"YQ=="}`, nil, 410, "challenge-unknown", ""},
		"sign in: nothing":            {"", "POST", "/api/v1/sessions", `{}`, nil, 400, "invalid", "/challengeId"},
		"challenge: members":          {"", "POST", "/api/v1/sessions/challenge", `{"document":"` + secret + `"}`, nil, 400, "invalid", "/document"},
		"refresh: long":               {"", "POST", "/api/v1/sessions/refresh", `{"refreshToken":"` + strings.Repeat("x", 5000) + `"}`, nil, 400, "invalid", "/refreshToken"},
		"country: small letters":      {"olena", "PUT", "/api/v1/person/country", `{"country":"pl"}`, nil, 400, "invalid", "/country"},
		"country: none":               {"olena", "PUT", "/api/v1/person/country", `{"country":"ZZ"}`, nil, 400, "invalid", "/country"},
		"language":                    {"olena", "PUT", "/api/v1/person/language", `{"language":"ru"}`, nil, 400, "invalid", "/language"},
		"code":                        {"olena", "POST", "/api/v1/person/email/verify", `{"code":"` + secret + `"}`, nil, 400, "invalid", "/code"},
		"e-mail":                      {"olena", "PUT", "/api/v1/person/email", `{"email":"` + strings.Repeat("x", 300) + `"}`, nil, 400, "invalid", "/email"},
		"availability: no service":    {"olena", "GET", "/api/v1/consulates/waw/availability", "", nil, 400, "invalid", "/service"},
		"availability: two services":  {"olena", "GET", "/api/v1/consulates/waw/availability?service=a&service=b", "", nil, 400, "invalid", "/service"},
		"availability: broken query":  {"olena", "GET", "/api/v1/consulates/waw/availability?service=%zz", "", nil, 400, "malformed-request", ""},
		"availability: long query":    {"olena", "GET", "/api/v1/consulates/waw/availability?service=" + strings.Repeat("a", 5000), "", nil, 400, "malformed-request", ""},
		"availability: nobody":        {"", "GET", "/api/v1/consulates/waw/availability?service=passport-adult", "", nil, 401, "unauthenticated", ""},
		"post":                        {"", "GET", "/api/v1/consulates/" + secret, "", nil, 400, "invalid", "/id"},
		"legal minimum: from":         {"", "GET", "/api/v1/consulates/waw/legal-minimum?from=" + secret, "", nil, 400, "invalid", "/from"},
		"legal minimum: no such day":  {"", "GET", "/api/v1/consulates/waw/legal-minimum?from=2026-02-31", "", nil, 400, "invalid", "/from"},
		"legal minimum: no such week": {"", "GET", "/api/v1/consulates/waw/legal-minimum?to=2026-W54", "", nil, 400, "invalid", "/to"},
		"legal minimum: too many":     {"", "GET", "/api/v1/consulates/waw/legal-minimum?from=2026-01-01&to=2030-01-01", "", nil, 400, "invalid", "/to"},
		"legal minimum: backwards":    {"", "GET", "/api/v1/consulates/waw/legal-minimum?from=2026-06-01&to=2026-01-01", "", nil, 400, "invalid", "/to"},
		"appointment id":              {"olena", "GET", "/api/v1/appointments/" + secret, "", nil, 400, "invalid", "/id"},
		"appointment: nobody's":       {"olena", "GET", appointment, "", nil, 404, "appointment-absent", ""},
		"appointment: cancel":         {"olena", "POST", appointment + "/cancel", "", nil, 404, "appointment-absent", ""},
		"outcome: unknown":            {"ivanna", "POST", appointment + "/outcome", `{"outcome":"` + secret + `"}`, nil, 400, "invalid", "/outcome"},
		"outcome: reason":             {"ivanna", "POST", appointment + "/outcome", `{"outcome":"returned","reason":"Олена ` + secret + `"}`, nil, 400, "invalid", "/reason"},
		"outcome: no reason":          {"ivanna", "POST", appointment + "/outcome", `{"outcome":"returned"}`, nil, 400, "invalid", "/reason"},
		"record: limit":               {"olena", "GET", "/api/v1/record?limit=-1", "", nil, 400, "invalid", "/limit"},
		"desk: day":                   {"ivanna", "GET", "/api/v1/consulates/waw/appointments?day=tomorrow", "", nil, 400, "invalid", "/day"},
		"week: malformed":             {"ivanna", "PUT", "/api/v1/consulates/waw/weeks/next", `{"counters":[]}`, nil, 400, "invalid", "/isoWeek"},
		"week: no such":               {"ivanna", "GET", "/api/v1/consulates/waw/weeks/2026-W60", "", nil, 400, "invalid", "/isoWeek"},
		"week: past":                  {"ivanna", "PUT", "/api/v1/consulates/waw/weeks/2020-W10", `{"counters":[]}`, nil, 409, "week-past", ""},
		"week: If-Match word":         {"ivanna", "PUT", week, `{"counters":[]}`, []string{"If-Match", secret}, 400, "invalid", "/If-Match"},
		"week: If-Match weak":         {"ivanna", "PUT", week, `{"counters":[]}`, []string{"If-Match", `W/"1"`}, 400, "invalid", "/If-Match"},
		"week: If-Match any":          {"ivanna", "PUT", week, `{"counters":[]}`, []string{"If-Match", `*`}, 400, "invalid", "/If-Match"},
		"week: If-Match minus":        {"ivanna", "PUT", week, `{"counters":[]}`, []string{"If-Match", `"-1"`}, 400, "invalid", "/If-Match"},
		"week: If-Match list":         {"ivanna", "PUT", week, `{"counters":[]}`, []string{"If-Match", `"1", "2"`}, 400, "invalid", "/If-Match"},
		"week: time":                  {"ivanna", "PUT", week, opening("from", `"9:00"`), nil, 400, "invalid", "/counters/0/openings/0/from"},
		"week: off the grid":          {"ivanna", "PUT", week, opening("from", `"09:01"`), nil, 400, "invalid", "/counters/0/openings/0/from"},
		"week: ends before":           {"ivanna", "PUT", week, opening("to", `"08:00"`), nil, 400, "invalid", "/counters/0/openings/0/to"},
		"week: group":                 {"ivanna", "PUT", week, opening("group", `"xsecretx7"`), nil, 400, "invalid", "/counters/0/openings/0/group"},
		"week: weekday":               {"ivanna", "PUT", week, opening("weekday", `"`+secret+`"`), nil, 400, "invalid", "/counters/0/openings/0/weekday"},
		"week: closure":               {"ivanna", "PUT", week, `{"counters":[],"closures":[{"date":"2026-02-31","reason":"x"}]}`, nil, 400, "invalid", "/closures/0/date"},
		"week: closure elsewhere":     {"ivanna", "PUT", week, `{"counters":[],"closures":[{"date":"2026-01-01","reason":"x"}]}`, nil, 400, "invalid", "/closures/0/date"},
		"week: signature":             {"ivanna", "PUT", week, `{"counters":[],"signature":"?"}`, nil, 400, "invalid", "/signature"},
		"week: many counters":         {"ivanna", "PUT", week, `{"counters":[` + strings.Repeat(`{"id":"c1","openings":[]},`, 40) + `{"id":"c1","openings":[]}]}`, nil, 400, "invalid", "/counters"},
		"no such address":             {"", "GET", "/api/v1/" + secret, "", nil, 404, "not-found", ""},
		"wrong method":                {"", "PATCH", "/api/v1/consulates", "", nil, 405, "method-not-allowed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			before := w.ledger.changes()
			w.logs.Reset()
			got := w.call(tc.who, tc.method, tc.path, tc.body, tc.header...).want(tc.status, tc.code)
			if after := w.ledger.changes(); after != before {
				t.Error("something was changed")
			}
			if logs := w.logs.String(); strings.Contains(strings.ToLower(logs), strings.ToLower(secret)) {
				t.Errorf("the log repeats input: %s", logs)
			}
			if strings.Contains(strings.ToLower(string(got.body)), strings.ToLower(secret)) && !strings.HasSuffix(tc.pointer, secret) {
				t.Errorf("the answer repeats input: %s", got.body)
			}
			if tc.pointer != "" && !strings.Contains(string(got.body), `"pointer":"`+tc.pointer+`"`) {
				t.Errorf("want a pointer to %s: %s", tc.pointer, got.body)
			}
		})
	}
}

// TestTooManyHeaders and bodies without a length are bounded too.
func TestTooManyHeaders(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodGet, "/api/v1/consulates", nil)
	for range 200 {
		r.Header.Add("X-Any", secret)
	}
	w.send(r).want(400, "malformed-request")

	r = httptest.NewRequest(http.MethodPost, "/api/v1/sessions", strings.NewReader(strings.Repeat(" ", 300<<10)))
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/json")
	w.send(r).want(413, "body-too-large")
}
