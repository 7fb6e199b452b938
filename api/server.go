package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/identity"
)

// Sessions is what the edge needs of identity to know who asks.
type Sessions interface {
	Authenticate(ctx context.Context, access string) (identity.Session, error)
	Refresh(ctx context.Context, refresh string) (identity.Session, identity.Tokens, error)
}

// EdgeLimit is how many requests of a route class one client address may make in a period.
type EdgeLimit struct {
	Requests int
	Period   time.Duration
}

// Route classes with their own coarse limit. They are the keys of Deps.Limits.
const (
	ClassPages     = "pages"
	ClassCatalogue = "catalogue"
	ClassChallenge = "challenge"
	ClassSignature = "signature"
	ClassAPI       = "api"
)

// Check says whether a part of the system is ready; nil means it is.
type Check func(ctx context.Context) error

// Deps is what the edge stands on. All fields but TrustedProxies, Checks, Idempotency, MaxBody and Logger are
// needed.
type Deps struct {
	Sessions Sessions
	// PublicURL is the origin people see: scheme and host, no path.
	PublicURL string
	// TrustedProxies may tell the client's address by X-Forwarded-For; nobody else may.
	TrustedProxies []netip.Prefix
	// Limits by route class; a class that is missing here is not limited.
	Limits map[string]EdgeLimit
	// FormKey signs form tokens and seals remembered answers; at least 32 bytes.
	FormKey []byte
	// Idempotency remembers answers; without it Idempotency-Key is checked and otherwise ignored.
	Idempotency booking.Idempotency
	// MaxBody bounds a request body, in bytes; 128 KiB when zero.
	MaxBody int64
	// Checks are asked by /readyz, by name.
	Checks    map[string]Check
	Metrics   *prometheus.Registry
	Now       func() time.Time
	Rand      io.Reader
	Logger    *slog.Logger
	MaxFields int // header fields of one request; 100 when zero
}

// Server is the HTTP edge. Routes are added through Echo, Page and the handlers package before it serves;
// afterwards it is safe for concurrent use.
type Server struct {
	d       Deps
	echo    *echo.Echo
	origin  *url.URL
	meters  meters
	limits  *edgeLimits
	keys    keys
	pages   PageProblem
	ready   readiness
	routes  map[string][]string
	collect sync.Once
}

// PageProblem renders a problem for a browser; it is called for routes outside /api when the client takes
// HTML. The problem is in the language of Language(c); Redo gives the other.
type PageProblem func(c echo.Context, p problem.Problem) error

// New checks its parts and makes a server with the routes that every installation has: /healthz, /readyz and
// /metrics.
func New(d Deps) (*Server, error) {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("api: %s", what))
		}
	}
	need(d.Sessions != nil, "sessions are needed")
	need(d.Metrics != nil, "a metrics registry is needed")
	need(d.Now != nil && d.Rand != nil, "clock and randomness are needed")
	need(len(d.FormKey) >= 32, "the form key needs 32 bytes")
	need(d.MaxBody >= 0 && d.MaxBody <= 1<<20, "the body limit is out of range")
	origin, err := parseOrigin(d.PublicURL)
	need(err == nil, "the public URL must be scheme://host")
	for class, l := range d.Limits {
		need(l.Requests > 0 && l.Period >= time.Second, "limit of class "+class+" is out of range")
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.MaxBody == 0 {
		d.MaxBody = 128 << 10
	}
	if d.MaxFields == 0 {
		d.MaxFields = 100
	}
	s := &Server{d: d, echo: echo.New(), origin: origin, limits: newEdgeLimits(d.Limits), keys: deriveKeys(d.FormKey)}
	if s.meters, err = newMeters(d.Metrics); err != nil {
		return nil, fmt.Errorf("api: register metrics: %w", err)
	}
	s.furnish()
	return s, nil
}

// furnish sets up echo: the middleware in the order in which a request meets it, and the common routes.
func (s *Server) furnish() {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard)
	e.IPExtractor = clientAddress(s.d.TrustedProxies)
	e.HTTPErrorHandler = s.fail
	e.Use(s.observe, s.recover, s.guard, s.identify)
	r := s.Router()
	r.GET("/healthz", s.healthz)
	r.GET("/readyz", s.readyz)
	r.GET("/metrics", s.metricsPage)
	r.GET("/problems", s.problemsPage, s.Limit(ClassCatalogue))
	r.GET("/problems/:code", s.problemPage, s.Limit(ClassCatalogue))
}

// Router adds routes; what answers GET answers HEAD too (RFC 9110, 9.3.2; net/http leaves out the body).
type Router struct{ *echo.Echo }

// GET adds a route for GET and HEAD.
func (r Router) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.Echo.HEAD(path, h, m...)
	return r.Echo.GET(path, h, m...)
}

// Router is the server's router.
func (s *Server) Router() Router { return Router{s.echo} }

func parseOrigin(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("parse the public URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Scheme+"://"+u.Host != raw {
		return nil, errors.New("not scheme://host")
	}
	return u, nil
}

// Echo is the router, to add routes to and to serve. Only packages below api may import echo.
func (s *Server) Echo() *echo.Echo { return s.echo }

// Pages makes a group of page routes: class ClassPages, sessions from cookies renewed on the way, and the
// origin and form-token checks on everything that changes something.
func (s *Server) Pages(prefix string) *echo.Group {
	return s.echo.Group(prefix, s.Limit(ClassPages), s.routed, s.RenewSession, s.CheckForm)
}

// OnPageProblem sets how problems look to a browser.
func (s *Server) OnPageProblem(f PageProblem) { s.pages = f }

// PublicURL is the origin people see.
func (s *Server) PublicURL() string { return s.d.PublicURL }

// Now is the server's clock.
func (s *Server) Now() time.Time { return s.d.Now() }

// secure tells whether browsers reach us over TLS only.
func (s *Server) secure() bool { return s.origin.Scheme == "https" }
