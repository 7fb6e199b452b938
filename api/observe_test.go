package api_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/booking"
	"chesna/identity"
)

// logged is a server with three routes that go wrong, and its log.
func logged(t *testing.T) (*api.Server, *bytes.Buffer) {
	var log bytes.Buffer
	s := newServer(t, func(d *api.Deps) { d.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	s.Echo().GET("/things/:id", func(echo.Context) error {
		return &booking.Error{Code: booking.CodeSoldOut, Cause: errors.New("cause-of-it")}
	})
	s.Echo().GET("/broken/:id", func(c echo.Context) error { return errors.New("cause-of-it") })
	s.Echo().GET("/panic/:id", func(c echo.Context) error { panic("Тарас Шевченко " + c.Param("id")) })
	return s, &log
}

func TestOneLineForEachRequest(t *testing.T) {
	s, log := logged(t)
	for _, tc := range []struct {
		path, route, code string
		status            int
		lines             int
	}{
		{"/things/secret-id?q=secret-q", "/things/:id", "sold-out", 409, 1},
		{"/broken/secret-id", "/broken/:id", "internal", 500, 1},
		{"/panic/secret-id", "/panic/:id", "internal", 500, 2},
		{"/secret-id", "unmatched", "not-found", 404, 1},
		{"/healthz", "/healthz", "", 200, 1},
	} {
		log.Reset()
		r := httptest.NewRequest(http.MethodGet, tc.path, nil)
		r.Header.Set("User-Agent", "secret-agent")
		got := do(t, s, r)
		text := body(t, got)
		if got.StatusCode != tc.status || strings.Contains(text, "cause-of-it") || strings.Contains(text, "secret") || strings.Contains(text, "Тарас") {
			t.Errorf("%s: %d %s", tc.path, got.StatusCode, text)
		}
		line := log.String()
		if strings.Count(line, "\n") != tc.lines || strings.Contains(line, "secret") || strings.Contains(line, "Тарас") ||
			!strings.Contains(line, "route="+tc.route) || (tc.code != "" && !strings.Contains(line, "code="+tc.code)) ||
			!strings.Contains(line, "request="+got.Header.Get(api.RequestIDHeader)) {
			t.Errorf("%s: log %q", tc.path, line)
		}
		if (tc.status == 500) != strings.Contains(line, "level=ERROR") {
			t.Errorf("%s: level in %q", tc.path, line)
		}
	}
	page := body(t, do(t, s, httptest.NewRequest(http.MethodGet, "/metrics", nil)))
	for _, want := range []string{
		`chesna_http_requests_total{method="GET",route="/things/:id",status="409"} 1`,
		`chesna_http_requests_total{method="GET",route="unmatched",status="404"} 1`,
		`chesna_http_problems_total{code="sold-out"} 1`, `chesna_http_panics_total 1`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(page, "secret") {
		t.Error("metrics hold a path")
	}
}

func TestHeadAndAbort(t *testing.T) {
	s, _ := logged(t)
	s.Echo().HEAD("/things/:id", func(echo.Context) error { return booking.Refuse(booking.CodeSoldOut, "") })
	s.Echo().GET("/abort", func(echo.Context) error { panic(http.ErrAbortHandler) })
	if got := do(t, s, httptest.NewRequest(http.MethodHead, "/things/1", nil)); got.StatusCode != 409 || body(t, got) != "" {
		t.Errorf("HEAD: %d", got.StatusCode)
	}
	defer func() {
		if recover() == nil {
			t.Error("an aborted handler must stay aborted")
		}
	}()
	do(t, s, httptest.NewRequest(http.MethodGet, "/abort", nil))
}

func TestSecureSiteHasSecureCookies(t *testing.T) {
	s := newServer(t, func(d *api.Deps) { d.PublicURL = "https://chesna.test" })
	s.Echo().GET("/in", func(c echo.Context) error {
		s.SetTokens(c, identity.Tokens{Access: "a", Refresh: "r"})
		return c.NoContent(204)
	})
	got := do(t, s, httptest.NewRequest(http.MethodGet, "/in", nil))
	if len(got.Cookies()) != 2 || got.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("cookies %v", got.Cookies())
	}
	for _, k := range got.Cookies() {
		if !k.Secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %v", k)
		}
	}
}

// FuzzAcceptLanguage: any header chooses one of the two languages.
func FuzzAcceptLanguage(f *testing.F) {
	for _, s := range []string{"", "uk", "en-GB,en;q=0.9", "*;q=0", "de, uk;q=0.1", "x-klingon", "en;q=1e9", strings.Repeat("a-", 120)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if lang := api.AcceptedLanguage(header); lang != "uk" && lang != "en" {
			t.Errorf("%q chose %q", header, lang)
		}
	})
}

// FuzzFormToken: no token but the server's own passes.
func FuzzFormToken(f *testing.F) {
	f.Add("", "")
	f.Add(strings.Repeat("A", 54), strings.Repeat("b", 22))
	desk := newDesk()
	f.Fuzz(func(t *testing.T, token, browser string) {
		s := newServer(t, func(d *api.Deps) { d.Sessions = desk })
		e := s.Echo()
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Origin", "http://chesna.test")
		r.Header.Set(api.FormHeader, token)
		r.AddCookie(&http.Cookie{Name: api.FormCookie, Value: browser})
		if s.VerifyForm(e.NewContext(r, httptest.NewRecorder())) == nil {
			t.Errorf("%q of %q passed", token, browser)
		}
	})
}
