package api

import (
	"context"
	"net/http"
	"strings"
	"sync"

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

// who is what a request says about its sender. The token is looked at when somebody asks, after the coarse
// limits.
type who struct {
	token    string
	byCookie bool
	given    bool // there were credentials
	check    func(ctx context.Context, token string) (identity.Session, error)

	once    sync.Once
	session identity.Session
	err     error // why there is no session; nil with a session and without credentials
}

// of is the session, or why there is none; nil with neither when there were no credentials.
func (w *who) of(ctx context.Context) (identity.Session, error) {
	w.once.Do(func() {
		switch {
		case !w.given || w.check == nil:
		case w.token == "" || len(w.token) > maxToken:
			w.err = unauthenticated()
		default:
			w.session, w.err = w.check(ctx, w.token)
		}
	})
	return w.session, w.err
}

type whoKey struct{}

// identify reads the credentials of a request: a bearer token or else the session cookie. It refuses nothing:
// routes that need a session ask for one.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := &who{check: s.d.Sessions.Authenticate}
		if h := c.Request().Header.Get(echo.HeaderAuthorization); h != "" {
			w.given = true
			if scheme, rest, _ := strings.Cut(h, " "); strings.EqualFold(scheme, "Bearer") {
				w.token = strings.TrimSpace(rest)
			}
		} else if k, err := c.Cookie(SessionCookie); err == nil {
			w.given, w.byCookie, w.token = true, true, k.Value
		}
		setWho(c, w)
		return next(c)
	}
}

func unauthenticated() *identity.Error { return &identity.Error{Code: identity.CodeUnauthenticated} }

func setWho(c echo.Context, w *who) {
	r := c.Request()
	c.SetRequest(r.WithContext(context.WithValue(r.Context(), whoKey{}, w)))
}

// known is a sender whose session has been settled already.
func known(session identity.Session, err error) *who {
	w := &who{given: true, byCookie: true, session: session, err: err}
	w.once.Do(func() {})
	return w
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
	session, err := w.of(ctx)
	return session, w.given && err == nil
}

// RequireSession is the session of a request, or the refusal: CodeUnauthenticated, or CodeUnavailable when the
// store of sessions cannot be reached.
func RequireSession(ctx context.Context) (identity.Session, error) {
	w := whoOf(ctx)
	session, err := w.of(ctx)
	if err == nil && !w.given {
		err = unauthenticated()
	}
	return session, err
}

// ByCookie tells whether the request's session came from a cookie, which browsers send unasked.
func ByCookie(ctx context.Context) bool { return whoOf(ctx).byCookie }

// RenewSession is middleware for pages: when the access token is over, the refresh cookie is changed for new
// tokens on the way, so that nobody is thrown out between two pages.
func (s *Server) RenewSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		w := whoOf(ctx)
		k, err := c.Cookie(RefreshCookie)
		if err != nil || k.Value == "" || len(k.Value) > maxToken || (w.given && !w.byCookie) {
			return next(c)
		}
		if _, err := w.of(ctx); w.given && identity.CodeOf(err) != identity.CodeUnauthenticated {
			return next(c) // there is a session, or nobody can say just now
		}
		session, tokens, err := s.d.Sessions.Refresh(ctx, k.Value)
		switch {
		case err == nil:
			s.SetTokens(c, tokens)
			setWho(c, known(session, nil))
		case identity.CodeOf(err) == identity.CodeUnauthenticated:
			s.ClearTokens(c)
			setWho(c, &who{})
		default:
			setWho(c, known(identity.Session{}, err))
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
