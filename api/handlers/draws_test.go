package handlers_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"chesna/api"
	"chesna/api/handlers"
	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

const (
	openEntry = "/api/v1/draws/ber-passport-2026w50/entry"
	drawn     = "/api/v1/draws/ber-passport-2026w49"
)

func TestDrawsAreForEveryone(t *testing.T) {
	w := newWorld(t)
	list := w.call("", "GET", "/api/v1/draws?consulate=ber&group=passport&state=announced,drawn&limit=2&before=2100-01-01T00:00:00Z", "").want(200, "")
	if n := len(list.items()); n != 2 || list.text("next") == "" {
		t.Errorf("%d draws, next %q", n, list.text("next"))
	}
	f := w.draws.filters[0]
	if f.Consulate != "ber" || f.Group != "passport" || len(f.States) != 2 || f.Limit != 2 || f.Before.Year() != 2100 {
		t.Errorf("asked for %+v", f)
	}
	if rest := w.call("", "GET", "/api/v1/draws", "").want(200, ""); rest.text("next") != "" {
		t.Error("a page after the last")
	}
	one := w.call("", "GET", "/api/v1/draws/ber-passport-2026w50", "").want(200, "").json()
	if one["open"] != true || one["roundTime"] != "2023-08-23T15:59:24Z" {
		t.Errorf("%v", one)
	}
	if past := w.call("", "GET", drawn, "").want(200, "").json(); past["open"] != false || past["offerUntil"] == nil {
		t.Errorf("%v", past)
	}
	w.call("", "GET", "/api/v1/draws/none", "").want(404, "draw-absent")
	w.call("", "GET", "/api/v1/draws/ber-passport-2026w50/result", "").want(404, "not-published")
	w.call("", "GET", "/api/v1/draws/ber-passport-2026w50/bundle.zip", "").want(404, "not-published")
	if got := w.call("", "GET", drawn+"/result", "").want(200, ""); string(got.body) != resultFile {
		t.Errorf("%q", got.body)
	}
}

// TestABundleDependsOnItsFilesAlone: two downloads are one file, and its entries are the draw's files.
func TestABundleDependsOnItsFilesAlone(t *testing.T) {
	w := newWorld(t)
	first := w.call("", "GET", drawn+"/bundle.zip", "").want(200, "")
	if again := w.call("", "GET", drawn+"/bundle.zip", "").want(200, ""); !bytes.Equal(first.body, again.body) || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Error("another archive of the same files")
	}
	z, err := zip.NewReader(bytes.NewReader(first.body), int64(len(first.body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if f.Name == "result" && (err != nil || string(b) != resultFile) {
			t.Errorf("%q, %v", b, err)
		}
	}
	if got := strings.Join(names, " "); got != "beacon.json entries leaves/12.json leaves/12.proof result" {
		t.Errorf("in it: %s", got)
	}
}

func TestLogsAndFilesAreServed(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{
		"/journal/checkpoint": "/checkpoint of journal", "/draws/checkpoint": "/checkpoint of draws", "/draws/tile/0/000.p/3": "/tile/0/000.p/3 of draws",
		"/draws/ber-passport-2026w49/files/result": resultFile,
	} {
		if got := w.call("", "GET", path, "").want(200, ""); string(got.body) != want {
			t.Errorf("%s: %q", path, got.body)
		}
	}
	w.call("", "GET", "/draws/ber-passport-2026w49/files/secrets", "").want(404, "draw-absent")
	w.call("", "GET", "/draws/ber-passport-2026w50/files/result", "").want(404, "not-published")
	w.call("", "GET", "/draws/..%2f..%2f/files/result", "").want(404, "")
}

// TestEntryConversation: ask what to sign, sign, get a receipt that opens, ask again, leave.
func TestEntryConversation(t *testing.T) {
	w := newWorld(t)
	w.call("", "PUT", openEntry, `{"windows":[0]}`).want(401, "unauthenticated")
	w.call("olena", "GET", openEntry, "").want(404, "entry-absent")
	ask := map[string]any{"windows": []int{0, 3}, "service": "passport-adult"}
	document := w.call("olena", "PUT", openEntry, encode(t, ask)).want(409, "signature-needed").document()
	if w.draws.changes() != 0 {
		t.Fatal("entered without a signature")
	}
	ask["signature"] = sign("taras", document)
	w.call("olena", "PUT", openEntry, encode(t, ask)).want(403, "signer-mismatch")
	ask["signature"] = sign("olena", []byte("other"))
	w.call("olena", "PUT", openEntry, encode(t, ask)).want(422, "signature-rejected")
	ask["signature"] = sign("olena", document)
	got := w.call("olena", "PUT", openEntry, encode(t, ask), api.KeyHeader, "key-0001").want(200, "")
	if again := w.call("olena", "PUT", openEntry, encode(t, ask), api.KeyHeader, "key-0001").want(200, ""); !bytes.Equal(again.body, got.body) {
		t.Error("the same request was answered otherwise")
	}
	if again := w.call("olena", "PUT", openEntry, encode(t, ask)).want(200, ""); !bytes.Equal(again.body, got.body) || w.draws.changes() != 1 {
		t.Error("the same signature entered twice")
	}
	opens(t, got, document)
	entry := got.json()["entry"].(map[string]any)
	if entry["rev"] != 1.0 || entry["guaranteed"] != true || entry["line"] != "ab"+strings.Repeat("00", 31)+" 2 1 1 0000000000000009" {
		t.Errorf("%v", entry)
	}
	own := w.call("olena", "GET", openEntry, "").want(200, "")
	if own.text("opening") != got.text("opening") || own.json()["standby"].([]any)[0] != "ber-passport-2026w50-s1" {
		t.Errorf("%s", own.body)
	}
	w.call("taras", "GET", openEntry, "").want(404, "entry-absent")
	if n := len(w.call("olena", "GET", "/api/v1/entries", "").want(200, "").items()); n != 1 {
		t.Errorf("%d entries", n)
	}
	if n := len(w.call("taras", "GET", "/api/v1/entries", "").want(200, "").items()); n != 0 {
		t.Errorf("%d entries of somebody else", n)
	}
	leaving := w.call("olena", "DELETE", openEntry, "").want(409, "signature-needed").document()
	w.call("taras", "DELETE", openEntry, encode(t, map[string]string{"signature": sign("taras", leaving)})).want(404, "entry-absent")
	left := w.call("olena", "DELETE", openEntry, encode(t, map[string]string{"signature": sign("olena", leaving)})).want(200, "")
	opens(t, left, leaving)
	if logs := w.logs.String(); strings.Contains(logs, "заявка") || strings.Contains(logs, "Шевченко") {
		t.Errorf("the log holds what was signed: %s", logs)
	}
}

// opens checks that request and opening of a receipt give the commitment that it names.
func opens(t *testing.T, x exchange, document []byte) {
	t.Helper()
	request, err := base64.StdEncoding.DecodeString(x.text("request"))
	opening, err2 := hex.DecodeString(x.text("opening"))
	if err != nil || err2 != nil || !bytes.Equal(request, document) {
		t.Fatalf("%v %v: %q", err, err2, request)
	}
	c := sha256.Sum256(append(request, opening...))
	if !strings.Contains(x.text("receipt"), hex.EncodeToString(c[:])+"\n") {
		t.Errorf("the receipt is of another commitment: %s", x.text("receipt"))
	}
}

func TestFamiliesAndReschedulingArePassedOn(t *testing.T) {
	w := newWorld(t)
	child := map[string]any{"relation": "child", "surname": "Мала", "givenName": "Леся", "birthDate": "2020-02-03", "birthCertificate": "I-БК 123456"}
	w.call("olena", "PUT", openEntry, encode(t, map[string]any{"windows": []int{3}, "cannot": true, "members": []any{
		map[string]any{"service": "passport-adult"}, map[string]any{"service": "passport-child", "applicant": child},
	}})).want(409, "signature-needed")
	family := w.draws.asked[0]
	if len(family.Members) != 2 || family.Members[0].Applicant != nil || family.Members[1].Applicant.Names.GivenName != "Леся" || !family.Cannot {
		t.Errorf("%+v", family)
	}
	w.call("olena", "PUT", openEntry, `{"windows":[3],"reschedules":"0190b3a0-1111-4222-8333-444455556666"}`).want(409, "signature-needed")
	if r := w.draws.asked[1]; r.Reschedules.String() != "0190b3a0-1111-4222-8333-444455556666" || len(r.Members) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestRefusalsPointAtWhatWasSent: who asked for one person is not told of a list.
func TestRefusalsPointAtWhatWasSent(t *testing.T) {
	w := newWorld(t)
	at := func(pointer string) error {
		return &booking.Error{Code: booking.CodeInvalid, Fields: []booking.FieldError{{Pointer: pointer, Code: "x"}}}
	}
	theirs := &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{{Pointer: "/members/0/applicant/surname", Code: "required"}}}
	const one, list = `{"windows":[0],"service":"passport-adult"}`, `{"windows":[0],"members":[{"service":"passport-adult"}]}`
	other := `{"windows":[0],"service":"passport-child","applicant":{"relation":"child","surname":"М","givenName":"Л","birthDate":"2020-02-03"}}`
	for _, c := range []struct {
		err        error
		body, want string
	}{
		{at("/members/0/service"), one, "/service"},
		{at("/members/0"), one, "/service"},
		{at("/members"), one, "/service"},
		{at("/members/0"), other, "/applicant"},
		{at("/windows/0"), one, "/windows/0"},
		{theirs, other, "/applicant/surname"},
		{at("/members/0/service"), list, "/members/0/service"},
	} {
		w.draws.refuse = c.err
		if got := w.call("olena", "PUT", openEntry, c.body).want(400, "invalid"); !strings.Contains(string(got.body), `"pointer":"`+c.want+`"`) {
			t.Errorf("want %s: %s", c.want, got.body)
		}
	}
	w.draws.refuse = &booking.Error{Code: booking.CodePaused, RetryAfter: 90 * time.Minute}
	if got := w.call("olena", "PUT", openEntry, one).want(409, "paused"); got.header.Get("Retry-After") != "5400" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
}

func TestCardsSpeakTheLanguageOfTheRequest(t *testing.T) {
	w := newWorld(t)
	w.call("", "GET", drawn+"/card", "").want(401, "unauthenticated")
	w.call("olena", "GET", "/api/v1/draws/ber-passport-2026w50/card", "").want(404, "not-published")
	card := w.call("olena", "GET", drawn+"/card", "").want(200, "")
	if card.text("basis") != "by this" || card.text("standby") != "ber-passport-2026w49-s1" || card.json()["place"] != 1.0 {
		t.Errorf("%s", card.body)
	}
	if uk := w.call("olena", "GET", drawn+"/card", "", "Accept-Language", "uk").want(200, ""); uk.text("basis") != "за цим" {
		t.Errorf("%s", uk.body)
	}
}

func TestOfferConversation(t *testing.T) {
	w := newWorld(t)
	list := w.call("olena", "GET", "/api/v1/offers", "").want(200, "").items()
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	path := "/api/v1/offers/" + list[0].(map[string]any)["id"].(string)
	w.call("taras", "GET", path, "").want(404, "offer-absent")
	document := w.call("olena", "GET", path, "").want(200, "").document()
	body := func(name string, text []byte) string {
		return encode(t, map[string]string{"signature": sign(name, text)})
	}
	w.call("taras", "POST", path+"/sign", body("taras", document)).want(404, "offer-absent")
	w.call("taras", "POST", path+"/decline", "").want(404, "offer-absent")
	w.call("olena", "POST", path+"/sign", body("taras", document)).want(403, "signer-mismatch")
	first := w.call("olena", "POST", path+"/sign", body("olena", document)).want(200, "")
	again := w.call("olena", "POST", path+"/sign", body("olena", document)).want(200, "")
	booked := func(x exchange) string { return x.json()["appointments"].([]any)[0].(map[string]any)["id"].(string) }
	if booked(first) != booked(again) || w.draws.changes() != 1 {
		t.Errorf("%s then %s", first.body, again.body)
	}
	if done := w.call("olena", "GET", path, "").want(200, ""); done.text("state") != "signed" || done.text("document") != "" {
		t.Errorf("%s", done.body)
	}
	w.call("olena", "POST", path+"/decline", "{}").want(410, "offer-ended")
	w.draws.offers[0].State = wave.OfferOpen
	if s := w.call("olena", "POST", path+"/decline", "{}").want(200, "").text("state"); s != "declined" {
		t.Error(s)
	}
	w.call("olena", "POST", path+"/sign", body("olena", document)).want(410, "offer-ended")
}

func TestDrawActionsAreCounted(t *testing.T) {
	w := newWorld(t)
	offer := "/api/v1/offers/" + w.draws.offers[0].ID.String()
	for action, calls := range map[string][][3]string{
		"enter":   {{"PUT", openEntry, `{"windows":[0],"service":"passport-adult"}`}, {"DELETE", openEntry, "{}"}},
		"confirm": {{"POST", offer + "/sign", `{"signature":"YQ=="}`}},
		"cancel":  {{"POST", offer + "/decline", "{}"}},
	} {
		w.people.limited = action
		for _, c := range calls {
			w.call("olena", c[0], c[1], c[2]).want(429, "rate-limited")
		}
	}
	if w.draws.changes() != 0 {
		t.Error("done all the same")
	}
}

// TestHostileEntries: each bad request is refused with its place, and nothing of it is repeated or done.
func TestHostileEntries(t *testing.T) {
	w := newWorld(t)
	offer := "/api/v1/offers/" + w.draws.offers[0].ID.String()
	many := strings.TrimSuffix(strings.Repeat(`{"service":"passport-adult"},`, 9), ",")
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, pointer      string
	}{
		"no body":              {"PUT", openEntry, "", 400, "malformed-body", ""},
		"not JSON":             {"PUT", openEntry, secret, 400, "malformed-body", ""},
		"no windows":           {"PUT", openEntry, `{"service":"passport-adult"}`, 400, "invalid", "/windows"},
		"empty windows":        {"PUT", openEntry, `{"windows":[],"service":"passport-adult"}`, 400, "invalid", "/windows"},
		"window 64":            {"PUT", openEntry, `{"windows":[64],"service":"passport-adult"}`, 400, "invalid", "/windows/0"},
		"window minus":         {"PUT", openEntry, `{"windows":[-1],"service":"passport-adult"}`, 400, "invalid", "/windows/0"},
		"window half":          {"PUT", openEntry, `{"windows":[0.5],"service":"passport-adult"}`, 400, "invalid", "/windows/0"},
		"window word":          {"PUT", openEntry, `{"windows":["` + secret + `"],"service":"passport-adult"}`, 400, "invalid", "/windows/0"},
		"window huge":          {"PUT", openEntry, `{"windows":[1e300],"service":"passport-adult"}`, 400, "", ""},
		"many windows":         {"PUT", openEntry, `{"windows":[` + strings.TrimSuffix(strings.Repeat("0,", 40), ",") + `]}`, 400, "invalid", "/windows"},
		"neither":              {"PUT", openEntry, `{"windows":[0]}`, 400, "invalid", "/service"},
		"both":                 {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","members":[{"service":"passport-adult"}]}`, 400, "invalid", "/members"},
		"no members":           {"PUT", openEntry, `{"windows":[0],"members":[]}`, 400, "invalid", "/members"},
		"nine members":         {"PUT", openEntry, `{"windows":[0],"members":[` + many + `]}`, 400, "invalid", "/members"},
		"member by identifier": {"PUT", openEntry, `{"windows":[0],"members":[{"service":"passport-adult","person":"` + secret + `"}]}`, 400, "invalid", "/members/0/person"},
		"injected service":     {"PUT", openEntry, `{"windows":[0],"service":"x'; DROP TABLE ` + secret + `"}`, 400, "invalid", "/service"},
		"own weight":           {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","weight":8}`, 400, "invalid", "/weight"},
		"own nf":               {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","nf":"` + secret + `"}`, 400, "invalid", "/nf"},
		"cannot as a word":     {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","cannot":"yes"}`, 400, "invalid", "/cannot"},
		"reschedules":          {"PUT", openEntry, `{"windows":[0],"reschedules":"` + secret + `"}`, 400, "invalid", "/reschedules"},
		"signature":            {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","signature":"` + secret + `!"}`, 400, "invalid", "/signature"},
		"null signature":       {"PUT", openEntry, `{"windows":[0],"service":"passport-adult","signature":null}`, 400, "invalid", "/signature"},
		"twice":                {"PUT", openEntry, `{"windows":[0],"windows":[1],"service":"passport-adult"}`, 400, "malformed-body", "/windows"},
		"leave: member":        {"DELETE", openEntry, `{"rev":7}`, 400, "invalid", "/rev"},
		"leave: signature":     {"DELETE", openEntry, `{"signature":"?"}`, 400, "invalid", "/signature"},
		"draw: capitals":       {"PUT", "/api/v1/draws/BER/entry", `{"windows":[0],"service":"passport-adult"}`, 400, "invalid", "/id"},
		"draw: escaped":        {"GET", "/api/v1/draws/..%2f" + secret, "", 400, "invalid", "/id"},
		"draw: long":           {"GET", "/api/v1/draws/" + strings.Repeat("a", 65), "", 400, "invalid", "/id"},
		"draw: none":           {"PUT", "/api/v1/draws/none/entry", `{"windows":[0],"service":"passport-adult"}`, 404, "draw-absent", ""},
		"list: state":          {"GET", "/api/v1/draws?state=planned", "", 400, "invalid", "/state"},
		"list: states":         {"GET", "/api/v1/draws?state=drawn,,drawn", "", 400, "invalid", "/state"},
		"list: before":         {"GET", "/api/v1/draws?before=" + secret, "", 400, "invalid", "/before"},
		"list: limit":          {"GET", "/api/v1/draws?limit=100000", "", 400, "invalid", "/limit"},
		"list: unknown":        {"GET", "/api/v1/draws?" + secret + "=1", "", 400, "invalid", "/" + secret},
		"offer: identifier":    {"GET", "/api/v1/offers/" + secret, "", 400, "invalid", "/id"},
		"offer: no signature":  {"POST", offer + "/sign", `{}`, 400, "invalid", "/signature"},
		"offer: no body":       {"POST", offer + "/sign", "", 400, "malformed-body", ""},
		"offer: to a friend":   {"POST", offer + "/decline", `{"to":"` + secret + `"}`, 400, "invalid", "/to"},
		"offer: seat":          {"POST", offer + "/sign", `{"signature":"YQ==","seat":"s2"}`, 400, "invalid", "/seat"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.logs.Reset()
			got := w.call("olena", c.method, c.path, c.body).want(c.status, c.code)
			if w.draws.changes() != 0 {
				t.Error("something was changed")
			}
			lower := strings.ToLower(secret)
			if strings.Contains(strings.ToLower(w.logs.String()), lower) {
				t.Errorf("the log repeats input: %s", w.logs)
			}
			if strings.Contains(strings.ToLower(string(got.body)), lower) && !strings.HasSuffix(c.pointer, secret) {
				t.Errorf("the answer repeats input: %s", got.body)
			}
			if c.pointer != "" && !strings.Contains(string(got.body), `"pointer":"`+c.pointer+`"`) {
				t.Errorf("want a pointer to %s: %s", c.pointer, got.body)
			}
		})
	}
}

// TestWithoutDraws: an installation that gives nothing by draw says so, and serves no files of draws.
func TestWithoutDraws(t *testing.T) {
	w := newWorld(t)
	server := w.bare()
	h, err := handlers.New(handlers.Deps{Server: server, Catalogue: catalogue(t), Bookings: w.office, Identity: w.people, Limits: w.people})
	if err != nil {
		t.Fatal(err)
	}
	h.Mount()
	w.api = server
	for _, c := range [][2]string{{"GET", "/api/v1/draws"}, {"GET", "/api/v1/draws/x"}, {"GET", "/api/v1/draws/x/result"}, {"GET", "/api/v1/draws/x/entry"}, {"GET", "/api/v1/entries"}, {"GET", "/api/v1/offers"}} {
		w.call("olena", c[0], c[1], "").want(http.StatusNotFound, "draw-absent")
	}
	w.call("", "GET", "/draws/x/files/result", "").want(http.StatusNotFound, "not-found")
}
