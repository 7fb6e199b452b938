package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"chesna/api/problem"
)

// RequestIDHeader names the answer's header with the request's identifier, made here; what a client sends
// under this name is ignored.
const RequestIDHeader = "X-Request-Id"

// note is what the rest of the request leaves for its log line.
type note struct {
	id    string
	code  string
	cause error
}

type noteKey struct{}

func noteOf(ctx context.Context) *note {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n
	}
	return &note{}
}

// RequestID is the identifier of the request, which the log line and the problem's instance share.
func RequestID(ctx context.Context) string { return noteOf(ctx).id }

// observe writes one log line and the metrics for each request. It knows the route's pattern, never the path.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begin := s.d.Now()
		id, err := uuid.NewRandomFromReader(s.d.Rand)
		if err != nil {
			return fmt.Errorf("draw a request id: %w", err)
		}
		n := &note{id: id.String()}
		r := c.Request()
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
		c.Response().Header().Set(RequestIDHeader, n.id)
		s.meters.inFlight.Inc()
		defer s.meters.inFlight.Dec()
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.record(c, n, s.d.Now().Sub(begin))
		return nil
	}
}

func (s *Server) record(c echo.Context, n *note, took time.Duration) {
	method, route, status := knownMethod(c.Request().Method), s.route(c), c.Response().Status
	s.meters.requests.WithLabelValues(method, route, fmt.Sprint(status)).Inc()
	s.meters.seconds.WithLabelValues(method, route).Observe(took.Seconds())
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Duration("took", took), slog.String("request", n.id),
	}
	if n.code != "" {
		s.meters.problems.WithLabelValues(n.code).Inc()
		attrs = append(attrs, slog.String("code", n.code))
	}
	if n.cause != nil && status >= http.StatusInternalServerError {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", n.cause))
	}
	s.d.Logger.LogAttrs(c.Request().Context(), level, "request", attrs...)
}

// route is the pattern that the request met, or "unmatched".
func (s *Server) route(c echo.Context) string {
	if p := c.Path(); s.methods()[p] != nil {
		return p
	}
	return "unmatched"
}

// methods are those of each route pattern, with echo's own for what is not found.
func (s *Server) methods() map[string][]string {
	s.collect.Do(func() {
		s.routes = map[string][]string{}
		for _, r := range s.echo.Routes() {
			s.routes[r.Path] = append(s.routes[r.Path], r.Method)
		}
	})
	return s.routes
}

// routed refuses what no page answers before the form is looked at: a group's middleware runs for it too, and a
// missing page is not a form from elsewhere.
func (s *Server) routed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if slices.Contains(s.methods()[c.Path()], c.Request().Method) {
			return next(c)
		}
		allow := s.allowed(c.Request())
		if len(allow) == 0 {
			return problem.Refuse(problem.CodeNotFound, "")
		}
		c.Response().Header().Set(echo.HeaderAllow, strings.Join(allow, ", "))
		return problem.Refuse(problem.CodeMethodNotAllowed, "")
	}
}

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// allowed are the methods that pages answer at the address of the request.
func (s *Server) allowed(r *http.Request) []string {
	var out []string
	probe := s.echo.AcquireContext()
	defer s.echo.ReleaseContext(probe)
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		probe.Reset(r, nil)
		s.echo.Router().Find(m, echo.GetPath(r), probe)
		if slices.Contains(s.methods()[probe.Path()], m) {
			out = append(out, m)
		}
	}
	return out
}

// recover turns a panic into an internal problem; the stack goes to the log.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if e, ok := v.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(v)
			}
			s.meters.panics.Inc()
			s.d.Logger.LogAttrs(c.Request().Context(), slog.LevelError, "panic",
				slog.String("route", s.route(c)), slog.String("request", RequestID(c.Request().Context())),
				slog.String("kind", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
			err = problem.Refuse(problem.CodeInternal, "")
		}()
		return next(c)
	}
}

// guard sets the headers that every answer has, and refuses what no route would take.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h, r := c.Response().Header(), c.Request()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "+
			"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		n := 0
		for _, v := range r.Header {
			n += len(v)
		}
		if n > s.d.MaxFields {
			return problem.Refuse(problem.CodeMalformedRequest, "too many header fields")
		}
		if r.Header.Get(echo.HeaderContentEncoding) != "" {
			return problem.Refuse(problem.CodeUnsupportedMediaType, "compressed bodies are not taken")
		}
		if r.ContentLength > s.d.MaxBody {
			return problem.Refuse(problem.CodeBodyTooLarge, "")
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, s.d.MaxBody)
		}
		return next(c)
	}
}
