package api_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"chesna/api"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/identity"
)

// desk knows the sessions of the tests by their access tokens.
type desk struct {
	sessions  map[string]identity.Session
	refreshed int
	err       error
}

func (d *desk) Authenticate(_ context.Context, access string) (identity.Session, error) {
	if d.err != nil {
		return identity.Session{}, d.err
	}
	if s, ok := d.sessions[access]; ok {
		return s, nil
	}
	return identity.Session{}, &identity.Error{Code: identity.CodeUnauthenticated}
}

func (d *desk) Refresh(_ context.Context, refresh string) (identity.Session, identity.Tokens, error) {
	if refresh != "good" {
		return identity.Session{}, identity.Tokens{}, &identity.Error{Code: identity.CodeUnauthenticated}
	}
	d.refreshed++
	return d.sessions["olena"], identity.Tokens{Access: "olena", Refresh: "next"}, nil
}

func newDesk() *desk {
	return &desk{sessions: map[string]identity.Session{
		"olena": {ID: uuid.UUID{1}, Person: uuid.UUID{2}, Grants: []identity.Grant{{Role: identity.RoleCitizen}}},
	}}
}

func newServer(t *testing.T, change func(*api.Deps)) *api.Server {
	t.Helper()
	d := api.Deps{
		Sessions: newDesk(), PublicURL: "http://chesna.test", FormKey: []byte(strings.Repeat("k", 32)),
		Metrics: prometheus.NewRegistry(), Now: time.Now, Rand: rand.Reader,
	}
	if change != nil {
		change(&d)
	}
	s, err := api.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func do(t *testing.T, s *api.Server, r *http.Request) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	s.Echo().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPartsAreNeeded(t *testing.T) {
	if _, err := api.New(api.Deps{PublicURL: "http://a/b"}); err == nil {
		t.Fatal("a server without parts was made")
	}
}

func TestCommonRoutes(t *testing.T) {
	s := newServer(t, func(d *api.Deps) {
		d.Checks = map[string]api.Check{"ledger": func(context.Context) error { return io.ErrUnexpectedEOF }}
	})
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 503, "/metrics": 200, "/problems": 200, "/problems/sold-out": 200,
		"/problems/none": 404, "/nothing": 404,
	} {
		got := do(t, s, httptest.NewRequest(http.MethodGet, path, nil))
		if got.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, got.StatusCode, want)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get(api.RequestIDHeader) == "" {
			t.Errorf("GET %s: common headers are missing", path)
		}
	}
	got := do(t, s, httptest.NewRequest(http.MethodPost, "/healthz", nil))
	if got.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(got.Header.Get("Allow"), "GET") {
		t.Errorf("POST /healthz: %d, Allow %q", got.StatusCode, got.Header.Get("Allow"))
	}
}

func TestUnknownMethodsAndPages(t *testing.T) {
	s := newServer(t, nil)
	g := s.Pages("/uk")
	for _, path := range []string{"", "/list", "/one/:id"} {
		g.GET(path, func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	}
	for _, one := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"FOO", "/uk", 405, "GET"},
		{"POST", "/uk", 405, "GET"},
		{"DELETE", "/uk/list", 405, "GET"},
		{"PUT", "/uk/one/x%2Fy", 405, "GET"},
		{"FOO", "/uk/nothing", 404, ""},
		{"POST", "/uk/nothing", 404, ""},
		{"GET", "/uk/nothing", 404, ""},
		{"GET", "/uk", 204, ""},
	} {
		got := do(t, s, httptest.NewRequest(one.method, one.path, nil))
		if got.StatusCode != one.status || !strings.Contains(got.Header.Get("Allow"), one.allow) {
			t.Errorf("%s %s: %d, Allow %q", one.method, one.path, got.StatusCode, got.Header.Get("Allow"))
		}
	}
}

func TestReadyzNamesTheParts(t *testing.T) {
	s := newServer(t, func(d *api.Deps) {
		d.Checks = map[string]api.Check{"ledger": func(context.Context) error { return io.ErrUnexpectedEOF }}
	})
	got := body(t, do(t, s, httptest.NewRequest(http.MethodGet, "/readyz", nil)))
	if !strings.Contains(got, `"/ledger"`) || strings.Contains(got, io.ErrUnexpectedEOF.Error()) {
		t.Errorf("readyz answered %s", got)
	}
}

func TestSessionSources(t *testing.T) {
	s := newServer(t, nil)
	g := s.Pages("")
	g.GET("/me", func(c echo.Context) error {
		if _, ok := api.SessionFrom(c); !ok {
			return c.String(http.StatusOK, "nobody")
		}
		return c.String(http.StatusOK, "somebody")
	})
	s.Echo().GET("/must", func(c echo.Context) error {
		_, err := api.RequireSession(c.Request().Context())
		return err
	})
	for name, tc := range map[string]struct {
		path, header, session, refresh, want string
		status                               int
	}{
		"nothing":         {path: "/me", want: "nobody", status: 200},
		"bearer":          {path: "/me", header: "Bearer olena", want: "somebody", status: 200},
		"cookie":          {path: "/me", session: "olena", want: "somebody", status: 200},
		"renewed":         {path: "/me", session: "old", refresh: "good", want: "somebody", status: 200},
		"only refresh":    {path: "/me", refresh: "good", want: "somebody", status: 200},
		"refresh over":    {path: "/me", refresh: "bad", want: "nobody", status: 200},
		"bearer wins":     {path: "/me", header: "Bearer bad", session: "olena", want: "nobody", status: 200},
		"must: nothing":   {path: "/must", status: 401},
		"must: basic":     {path: "/must", header: "Basic b2xlbmE=", status: 401},
		"must: old":       {path: "/must", header: "Bearer old", status: 401},
		"must: long":      {path: "/must", header: "Bearer " + strings.Repeat("x", 9000), status: 401},
		"must: empty":     {path: "/must", header: "Bearer ", status: 401},
		"must: good":      {path: "/must", header: "Bearer olena", status: 200},
		"must: lowercase": {path: "/must", header: "bearer olena", status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tc.path, nil)
			if tc.header != "" {
				r.Header.Set("Authorization", tc.header)
			}
			if tc.session != "" {
				r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: tc.session})
			}
			if tc.refresh != "" {
				r.AddCookie(&http.Cookie{Name: api.RefreshCookie, Value: tc.refresh})
			}
			got := do(t, s, r)
			if got.StatusCode != tc.status {
				t.Fatalf("status %d, want %d", got.StatusCode, tc.status)
			}
			if b := body(t, got); tc.want != "" && b != tc.want {
				t.Errorf("%q, want %q", b, tc.want)
			}
			if tc.status == 401 && got.Header.Get("WWW-Authenticate") == "" {
				t.Error("401 without WWW-Authenticate")
			}
		})
	}
}

func TestUnreachableSessionsAre503(t *testing.T) {
	s := newServer(t, func(d *api.Deps) {
		d.Sessions = &desk{err: &identity.Error{Code: identity.CodeUnavailable, Cause: io.ErrClosedPipe}}
	})
	s.Echo().GET("/must", func(c echo.Context) error {
		_, err := api.RequireSession(c.Request().Context())
		return err
	})
	r := httptest.NewRequest(http.MethodGet, "/must", nil)
	r.Header.Set("Authorization", "Bearer olena")
	got := do(t, s, r)
	if got.StatusCode != 503 || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
}

func TestForms(t *testing.T) {
	now := time.Now()
	s := newServer(t, func(d *api.Deps) { d.Now = func() time.Time { return now } })
	g := s.Pages("")
	g.GET("/form", func(c echo.Context) error {
		token, err := s.FormToken(c)
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, token)
	})
	g.POST("/form", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })

	open := func(session string) (token string, cookies []*http.Cookie) {
		r := httptest.NewRequest(http.MethodGet, "/form", nil)
		if session != "" {
			cookies = append(cookies, &http.Cookie{Name: api.SessionCookie, Value: session})
			r.AddCookie(cookies[0])
		}
		got := do(t, s, r)
		return body(t, got), append(cookies, got.Cookies()...)
	}
	send := func(token string, cookies []*http.Cookie, set func(http.Header)) int {
		form := url.Values{api.FormField: {token}}
		r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://chesna.test")
		for _, k := range cookies {
			r.AddCookie(k)
		}
		if set != nil {
			set(r.Header)
		}
		return do(t, s, r).StatusCode
	}

	token, cookies := open("olena")
	visitor, visitorCookies := open("")
	check := func(name string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	check("own page", send(token, cookies, nil), 204)
	check("visitor's own page", send(visitor, visitorCookies, nil), 204)
	check("this very host", send(token, cookies, func(h http.Header) { h.Set("Origin", "http://example.com") }), 204)
	check("no token", send("", cookies, nil), 403)
	check("another browser's token", send(visitor, cookies, nil), 403)
	check("token from before sign-in", send(visitor, append(visitorCookies, cookies[0]), nil), 403)
	check("changed token", send(token[:len(token)-2]+"AA", cookies, nil), 403)
	check("no cookie", send(token, nil, nil), 403)
	check("other origin", send(token, cookies, func(h http.Header) { h.Set("Origin", "http://evil.test") }), 403)
	check("null origin", send(token, cookies, func(h http.Header) { h.Set("Origin", "null") }), 403)
	check("nothing says where from", send(token, cookies, func(h http.Header) { h.Del("Origin") }), 403)
	check("referer", send(token, cookies, func(h http.Header) { h.Del("Origin"); h.Set("Referer", "http://chesna.test/form") }), 204)
	check("same site is not enough", send(token, cookies, func(h http.Header) { h.Del("Origin"); h.Set("Sec-Fetch-Site", "same-site") }), 403)
	check("bearer needs no token", send("", nil, func(h http.Header) { h.Set("Authorization", "Bearer olena"); h.Del("Origin") }), 204)
	now = now.Add(13 * time.Hour)
	check("old page", send(token, cookies, nil), 403)
}

func TestCoarseLimit(t *testing.T) {
	s := newServer(t, func(d *api.Deps) {
		d.Limits = map[string]api.EdgeLimit{api.ClassPages: {Requests: 2, Period: time.Minute}}
		d.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	})
	s.Pages("").GET("/p", func(c echo.Context) error { return c.NoContent(204) })
	get := func(remote, forwarded string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "/p", nil)
		r.RemoteAddr = remote
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return do(t, s, r)
	}
	for i, tc := range []struct {
		remote, forwarded string
		want              int
	}{
		{"192.0.2.1:1", "", 204},
		{"192.0.2.1:2", "198.51.100.7", 204}, // not a proxy: the header says nothing
		{"192.0.2.1:3", "198.51.100.8", 429},
		{"10.1.2.3:1", "192.0.2.1", 429}, // a proxy: the same client
		{"10.1.2.3:1", "192.0.2.9", 204},
		{"10.1.2.3:1", "192.0.2.1, 192.0.2.9", 204}, // the last one is the proxy's word
		{"127.0.0.1:1", "192.0.2.77", 204},          // loopback is not trusted unless configured
		{"[2001:db8::1]:1", "", 204},
		{"[2001:db8::2]:1", "", 204},
		{"[2001:db8::3]:1", "", 429}, // one /64 is one client
		{"[2001:db8:0:1::3]:1", "", 204},
	} {
		got := get(tc.remote, tc.forwarded)
		if got.StatusCode != tc.want {
			t.Errorf("%d: %s (%s): %d, want %d", i, tc.remote, tc.forwarded, got.StatusCode, tc.want)
		}
		if tc.want == 429 && got.Header.Get("Retry-After") == "" {
			t.Errorf("%d: 429 without Retry-After", i)
		}
	}
}

func TestPageProblems(t *testing.T) {
	s := newServer(t, nil)
	s.OnPageProblem(func(c echo.Context, p problem.Problem) error {
		return c.HTML(p.Status, "<h1>"+p.Title+"</h1>")
	})
	fail := func(echo.Context) error { return booking.Refuse(booking.CodeSoldOut, "") }
	s.Echo().GET("/p", fail)
	s.Echo().GET("/api/v1/p", fail)
	for _, tc := range []struct{ path, accept, want string }{
		{"/p", "text/html,*/*", "text/html"},
		{"/p", "application/json", problem.MediaType},
		{"/api/v1/p", "text/html", problem.MediaType},
	} {
		r := httptest.NewRequest(http.MethodGet, tc.path, nil)
		r.Header.Set("Accept", tc.accept)
		got := do(t, s, r)
		if !strings.HasPrefix(got.Header.Get("Content-Type"), tc.want) || got.StatusCode != 409 {
			t.Errorf("%s for %s: %d %s", tc.path, tc.accept, got.StatusCode, got.Header.Get("Content-Type"))
		}
	}
}
