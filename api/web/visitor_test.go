package web_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"chesna/api"
	"chesna/api/web"
)

// monday is the clock of the tests: Monday 23 November 2026, 07:00 in Warsaw.
var monday = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

func serve(t *testing.T, w *world, demo bool, change ...func(*web.Deps)) *httptest.Server {
	t.Helper()
	server, err := api.New(api.Deps{
		Sessions: w, PublicURL: "http://chesna.test", FormKey: bytes.Repeat([]byte("k"), 32),
		Metrics: prometheus.NewRegistry(), Now: w.Now, Rand: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := web.Deps{Server: server, Bookings: w, People: w, Catalogue: w.catalogue, Policy: w.policy, MailCode: time.Hour}
	if demo {
		d.Demo = &web.Demo{Signer: w, Mailbox: w}
	}
	for _, f := range change {
		f(&d)
	}
	site, err := web.New(d)
	if err != nil {
		t.Fatal(err)
	}
	site.Mount()
	ts := httptest.NewServer(server.Echo())
	t.Cleanup(ts.Close)
	return ts
}

// visitor is a browser without scripts.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
	status int
	url    string
	body   string
	header http.Header
}

func visit(t *testing.T, ts *httptest.Server) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: ts.URL, client: &http.Client{Jar: jar}}
}

func (v *visitor) do(r *http.Request) {
	v.t.Helper()
	r.Header.Set("Accept", "text/html")
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.status, v.body, v.header = resp.StatusCode, string(b), resp.Header
	v.url = resp.Request.URL.RequestURI()
}

func (v *visitor) get(path string) *visitor {
	v.t.Helper()
	r, _ := http.NewRequest(http.MethodGet, v.base+path, nil)
	v.do(r)
	return v
}

var tokenPattern = regexp.MustCompile(`name="form_token" value="([^"]+)"`)

func (v *visitor) token() string {
	m := tokenPattern.FindStringSubmatch(v.body)
	if m == nil {
		v.t.Fatalf("no form on %s:\n%s", v.url, v.body)
	}
	return m[1]
}

// post sends a form of the page that is shown.
func (v *visitor) post(path string, fields ...string) *visitor {
	v.t.Helper()
	form := url.Values{"form_token": {v.token()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, _ := http.NewRequest(http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", v.base)
	v.do(r)
	return v
}

// upload sends a file with a form.
func (v *visitor) upload(path, field string, file []byte) *visitor {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("form_token", v.token())
	part, _ := w.CreateFormFile(field, "signed.p7s")
	_, _ = part.Write(file)
	_ = w.Close()
	r, _ := http.NewRequest(http.MethodPost, v.base+path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", v.base)
	v.do(r)
	return v
}

func (v *visitor) want(status int, texts ...string) *visitor {
	v.t.Helper()
	if v.status != status {
		v.t.Fatalf("%s: status %d, want %d:\n%s", v.url, v.status, status, v.body)
	}
	for _, s := range texts {
		if !strings.Contains(v.body, s) && !strings.Contains(html.UnescapeString(v.body), s) {
			v.t.Fatalf("%s: no %q in:\n%s", v.url, s, v.body)
		}
	}
	return v
}

func (v *visitor) at(pattern string) *visitor {
	v.t.Helper()
	if !regexp.MustCompile("^" + pattern + "$").MatchString(v.url) {
		v.t.Fatalf("at %s, want %s:\n%s", v.url, pattern, v.body)
	}
	return v
}

// find is the first group of a pattern on the page.
func (v *visitor) find(pattern string) string {
	v.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(v.body)
	if m == nil {
		v.t.Fatalf("%s: nothing like %s in:\n%s", v.url, pattern, v.body)
	}
	return m[1]
}

// signIn goes through the sign-in page with a signature over the text that the file has.
func (v *visitor) signIn(lang, name string) *visitor {
	v.t.Helper()
	v.get("/" + lang + "/sign-in/document").want(http.StatusOK)
	if v.url == "/"+lang+"/sign-in" {
		v.get("/" + lang + "/sign-in/document").want(http.StatusOK)
	}
	document := v.body
	v.get("/"+lang+"/sign-in").want(http.StatusOK, document[:20])
	return v.post("/"+lang+"/sign-in", "signature", base64.StdEncoding.EncodeToString(sign(name, []byte(document))))
}

// settled is a person who has declared country and address.
func (w *world) settle(name, country string) {
	h := w.people[name]
	h.Country, h.Email, h.EmailVerified = country, name+"@example.org", true
}

func encode(signature []byte) string { return base64.StdEncoding.EncodeToString(signature) }
