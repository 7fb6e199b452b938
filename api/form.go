package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"chesna/api/problem"
)

// Where a form token is: a cookie that names the browser, a field of each form, or a header.
const (
	FormCookie = "chesna_form"
	FormField  = "form_token"
	FormHeader = "X-Form-Token"
)

// formTokenTTL is how long a page may stay open before its form is refused.
const formTokenTTL = 12 * time.Hour

// browserLength is how long a browser's name is: 128 bits in base64.
const browserLength = 22

// keys are derived from the form key, one for each use.
type keys struct{ form, answers []byte }

func deriveKeys(master []byte) keys {
	derive := func(use string) []byte {
		m := hmac.New(sha256.New, master)
		m.Write([]byte("chesna/api/" + use))
		return m.Sum(nil)
	}
	return keys{form: derive("form"), answers: derive("answers")}
}

// FormToken is the token for the forms of the page that is being answered. It is bound to the browser (by a
// random cookie, set here when there is none) and to the session, and holds for some hours.
func (s *Server) FormToken(c echo.Context) (string, error) {
	browser, err := s.browser(c)
	if err != nil {
		return "", err
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(s.d.Now().Unix()))
	raw = append(raw, s.formMAC(c, browser, raw)...)
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// browser is the random name of this browser.
func (s *Server) browser(c echo.Context) (string, error) {
	if k, err := c.Cookie(FormCookie); err == nil && len(k.Value) == browserLength {
		return k.Value, nil
	}
	if v, ok := c.Get(FormCookie).(string); ok {
		return v, nil
	}
	var b [16]byte
	if _, err := io.ReadFull(s.d.Rand, b[:]); err != nil {
		return "", fmt.Errorf("draw a browser name: %w", err)
	}
	v := base64.RawURLEncoding.EncodeToString(b[:])
	c.SetCookie(s.cookie(FormCookie, v))
	c.Set(FormCookie, v)
	return v, nil
}

func (s *Server) formMAC(c echo.Context, browser string, issued []byte) []byte {
	m := hmac.New(sha256.New, s.keys.form)
	m.Write(issued)
	m.Write([]byte(browser))
	if session, ok := SessionFrom(c); ok {
		m.Write(session.ID[:])
	}
	return m.Sum(nil)
}

// CheckForm is middleware that lets a changing request of a browser pass only when it comes from one of our
// pages (CodeCrossOrigin) and carries that page's token (CodeFormToken). Requests with a bearer token, which
// no browser sends unasked, pass.
func (s *Server) CheckForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.VerifyForm(c); err != nil {
			return err
		}
		return next(c)
	}
}

// VerifyForm is the check of CheckForm. The token is read from the header or, for forms, from the field.
func (s *Server) VerifyForm(c echo.Context) error {
	switch c.Request().Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if w := whoOf(c.Request().Context()); w.given && !w.byCookie {
		return nil
	}
	if !s.sameOrigin(c.Request()) {
		return problem.Refuse(problem.CodeCrossOrigin, "")
	}
	token := c.Request().Header.Get(FormHeader)
	if token == "" && isForm(c.Request()) {
		token = c.FormValue(FormField)
	}
	k, err := c.Cookie(FormCookie)
	if err != nil || !s.goodToken(c, k.Value, token) {
		return problem.Refuse(problem.CodeFormToken, "")
	}
	return nil
}

func (s *Server) goodToken(c echo.Context, browser, token string) bool {
	if len(token) > 64 || len(browser) != browserLength {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 8+sha256.Size {
		return false
	}
	age := s.d.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(raw[:8])), 0))
	return hmac.Equal(raw[8:], s.formMAC(c, browser, raw[:8])) && age > -time.Minute && age < formTokenTTL
}

// sameOrigin asks the browser where the request comes from: Origin first, then Sec-Fetch-Site, then Referer.
// A request that says nothing is refused.
func (s *Server) sameOrigin(r *http.Request) bool {
	if o := r.Header.Get("Origin"); o != "" {
		return s.ours(o, r)
	}
	if f := r.Header.Get("Sec-Fetch-Site"); f != "" {
		return f == "same-origin"
	}
	ref, err := url.Parse(r.Header.Get("Referer"))
	return err == nil && ref.Host != "" && s.ours(ref.Scheme+"://"+ref.Host, r)
}

// ours tells whether an origin is the public one, or the address by which this very request reached us
// (127.0.0.1 and localhost are two names of the demo).
func (s *Server) ours(origin string, r *http.Request) bool {
	return strings.EqualFold(origin, s.d.PublicURL) || strings.EqualFold(origin, s.origin.Scheme+"://"+r.Host)
}

func isForm(r *http.Request) bool {
	ct := r.Header.Get(echo.HeaderContentType)
	return strings.HasPrefix(ct, echo.MIMEApplicationForm) || strings.HasPrefix(ct, echo.MIMEMultipartForm)
}
