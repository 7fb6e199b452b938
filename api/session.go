package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"chesna/identity"
)

// Names of the cookies. Both are HttpOnly and SameSite=Lax, and Secure when the site is served over TLS.
const (
	SessionCookie = "chesna_session" // the access token
	RefreshCookie = "chesna_refresh" // the refresh token
)

// maxToken bounds a token that is read from a request.
const maxToken = 8 << 10

// who is what a request said about its sender.
type who struct {
	session  identity.Session
	err      error // why there is no session; nil with a session and without credentials
	byCookie bool
	given    bool // there were credentials
}

type whoKey struct{}

// identify reads the credentials of a request: a bearer token or else the session cookie. It refuses nothing:
// routes that need a session ask for one.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := s.credentials(c)
		setWho(c, w)
		return next(c)
	}
}

func (s *Server) credentials(c echo.Context) *who {
	token, byCookie := "", false
	if h := c.Request().Header.Get(echo.HeaderAuthorization); h != "" {
		scheme, rest, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return &who{given: true, err: unauthenticated()}
		}
		token = strings.TrimSpace(rest)
	} else if k, err := c.Cookie(SessionCookie); err == nil {
		token, byCookie = k.Value, true
	}
	switch {
	case token == "" && !byCookie && c.Request().Header.Get(echo.HeaderAuthorization) == "":
		return &who{}
	case token == "" || len(token) > maxToken:
		return &who{given: true, byCookie: byCookie, err: unauthenticated()}
	}
	session, err := s.d.Sessions.Authenticate(c.Request().Context(), token)
	return &who{session: session, err: err, byCookie: byCookie, given: true}
}

func unauthenticated() *identity.Error { return &identity.Error{Code: identity.CodeUnauthenticated} }

func setWho(c echo.Context, w *who) {
	r := c.Request()
	c.SetRequest(r.WithContext(context.WithValue(r.Context(), whoKey{}, w)))
}

func whoOf(ctx context.Context) *who {
	if w, ok := ctx.Value(whoKey{}).(*who); ok {
		return w
	}
	return &who{}
}

// SessionFrom is the session of a request, if it has one.
func SessionFrom(c echo.Context) (identity.Session, bool) { return Session(c.Request().Context()) }

// Session is the session of a request, by its context.
func Session(ctx context.Context) (identity.Session, bool) {
	w := whoOf(ctx)
	return w.session, w.given && w.err == nil
}

// RequireSession is the session of a request, or the refusal: CodeUnauthenticated, or CodeUnavailable when the
// store of sessions cannot be reached.
func RequireSession(ctx context.Context) (identity.Session, error) {
	w := whoOf(ctx)
	switch {
	case w.err != nil:
		return identity.Session{}, w.err
	case !w.given:
		return identity.Session{}, unauthenticated()
	}
	return w.session, nil
}

// ByCookie tells whether the request's session came from a cookie, which browsers send unasked.
func ByCookie(ctx context.Context) bool { return whoOf(ctx).byCookie }

// RenewSession is middleware for pages: when the access token is over, the refresh cookie is changed for new
// tokens on the way, so that nobody is thrown out between two pages.
func (s *Server) RenewSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := whoOf(c.Request().Context())
		k, err := c.Cookie(RefreshCookie)
		bearer := w.given && !w.byCookie
		renewable := err == nil && k.Value != "" && len(k.Value) <= maxToken
		if bearer || !renewable || (w.given && w.err == nil) || identity.CodeOf(w.err) == identity.CodeUnavailable {
			return next(c)
		}
		session, tokens, err := s.d.Sessions.Refresh(c.Request().Context(), k.Value)
		switch {
		case err == nil:
			s.SetTokens(c, tokens)
			setWho(c, &who{session: session, byCookie: true, given: true})
		case identity.CodeOf(err) == identity.CodeUnauthenticated:
			s.ClearTokens(c)
			setWho(c, &who{})
		default:
			setWho(c, &who{err: err, byCookie: true, given: true})
		}
		return next(c)
	}
}

// SetTokens puts tokens into the browser's cookies. An empty refresh token leaves its cookie as it is.
func (s *Server) SetTokens(c echo.Context, t identity.Tokens) {
	c.SetCookie(s.cookie(SessionCookie, t.Access))
	if t.Refresh != "" {
		c.SetCookie(s.cookie(RefreshCookie, t.Refresh))
	}
}

// ClearTokens removes the session from the browser.
func (s *Server) ClearTokens(c echo.Context) {
	for _, name := range []string{SessionCookie, RefreshCookie} {
		k := s.cookie(name, "")
		k.MaxAge = -1
		c.SetCookie(k)
	}
}

// cookie lives as long as the browser's window: a shared computer forgets it. What is in it ends by itself.
func (s *Server) cookie(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}
