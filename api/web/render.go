package web

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/api/locale"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

//go:embed templates
var templates embed.FS

// pageSet is the pages of one language by name.
type pageSet map[string]*template.Template

// view is what a template gets: the page's own data and what the frame around it needs.
type view struct {
	Lang   locale.Lang
	Title  string
	Path   string // without the language
	Query  string // "?…" or empty
	Back   string // path of the back link; empty: none
	Active string // entry of the navigation
	Wide   bool   // without the reading width
	Signed bool
	Office bool // the person is an officer
	Demo   bool
	Lots   bool      // seats are given by draw here
	Offer  offerNote // an open offer of the person, if there is one
	Field  string    // name of the form token's field
	Token  string
	Done   string // message that the last form succeeded
	Faults []fault
	Typed  url.Values
	Data   any
}

// fault is one line of the error summary; Field is the id of the field it is about, if any.
type fault struct {
	Field string
	Text  string
}

// Fault is the text of a field's error, or "".
func (v view) Fault(field string) string {
	for _, f := range v.Faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

// Value is what was typed into a field.
func (v view) Value(field string) string { return v.Typed.Get(field) }

// Switch is this page's address in another language.
func (v view) Switch(l locale.Lang) string { return "/" + string(l) + v.Path + v.Query }

// Languages are those of the switch.
func (v view) Languages() []locale.Lang { return locale.Languages() }

func parsePages(words *locale.Words) (map[locale.Lang]pageSet, error) {
	files, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	out := map[locale.Lang]pageSet{}
	for _, l := range locale.Languages() {
		base, err := template.New("base").Funcs(functions(words, l)).ParseFS(templates, "templates/frame/*.html")
		if err != nil {
			return nil, fmt.Errorf("read the frame: %w", err)
		}
		out[l] = pageSet{}
		for _, f := range files {
			one, err := base.Clone()
			if err != nil {
				return nil, fmt.Errorf("copy the frame: %w", err)
			}
			if _, err = one.ParseFS(templates, f); err != nil {
				return nil, fmt.Errorf("read %s: %w", f, err)
			}
			out[l][strings.TrimSuffix(path.Base(f), ".html")] = one
		}
	}
	return out, nil
}

// functions are what templates can call; all speak the language of the page.
func functions(words *locale.Words, l locale.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) (string, error) { return words.Text(l, key, pairs...) },
		"n": func(key string, n int, pairs ...any) (string, error) { return words.Count(l, key, n, pairs...) },
		"url": func(parts ...any) string {
			var b strings.Builder
			b.WriteString("/" + string(l))
			for _, p := range parts {
				fmt.Fprint(&b, p)
			}
			return b.String()
		},
		"text":       func(t booking.Text) string { return t.In(string(l)) },
		"day":        func(t time.Time) string { return locale.Day(l, t) },
		"date":       func(t time.Time) string { return locale.Date(l, t) },
		"dayOfYear":  func(t time.Time) string { return locale.DayOfYear(l, t) },
		"clock":      locale.Clock,
		"zone":       locale.Zone,
		"capital":    locale.Capital,
		"hours":      func(minutes int) string { return locale.Hours(l, minutes) },
		"country":    func(code string) string { return locale.Country(l, code) },
		"tongue":     func(code string) string { return locale.Tongue(l, code) },
		"weekday":    func(d time.Weekday) string { return locale.Weekday(l, d) },
		"iso":        func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"list":       func(v ...any) []any { return v },
		"add":        func(a, b int) int { return a + b },
		"dict":       dict,
		"percent":    percent,
		"before13":   func(t time.Time) bool { return t.Hour() < 13 },
		"civil":      func(d capacity.Date) string { return locale.Date(l, noon(d)) },
		"civilDay":   func(d capacity.Date) string { return locale.DayOfYear(l, noon(d)) },
		"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"short":      func(b [32]byte) string { return hex.EncodeToString(b[:8]) },
		"weekAction": func(path string) bool { return strings.HasPrefix(path, "/weeks/") },
		"lotAction":  func(path string) bool { return strings.HasPrefix(path, "/draws/") },
	}
}

// dict passes several values to a part of a page.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: values come in pairs")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict: a value has no name")
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// t is a message in the language of the visit; a missing one is a fault of ours that tests find.
func (v *visit) t(key string, pairs ...any) string {
	s, err := v.site.words.Text(v.lang, key, pairs...)
	if err != nil {
		v.site.Logger.ErrorContext(v.Request().Context(), "find a message", "error", err)
		return key
	}
	return s
}

// view makes the frame of a page with the title of a message.
func (v *visit) view(title string) view {
	token, err := v.site.Server.FormToken(v.Context)
	if err != nil {
		v.site.Logger.ErrorContext(v.Request().Context(), "make a form token", "error", err)
	}
	return view{
		Lang: v.lang, Title: v.t(title), Path: v.path(), Query: query(v.Request().URL.RawQuery),
		Signed: v.signed, Office: v.signed && v.session.Has(identity.RoleOfficer),
		Demo: v.site.Demo != nil, Lots: v.site.Draws != nil, Field: api.FormField, Token: token,
		Done: v.done(), Typed: url.Values{},
	}
}

// done is the message that the last form succeeded: its name stands in the address.
func (v *visit) done() string {
	switch v.QueryParam("done") {
	case "released":
		return v.t("done.released")
	case "extended":
		return v.t("done.extended")
	case "cancelled":
		return v.t("done.cancelled")
	case "signed-out":
		return v.t("done.signed-out")
	case "kept":
		return v.t("done.kept")
	case "email":
		return v.t("done.email")
	case "outcome":
		return v.t("done.outcome")
	case "published":
		return v.t("done.published")
	case "entered":
		return v.t("done.entered")
	case "left":
		return v.t("done.left")
	case "signed":
		return v.t("done.signed")
	case "declined":
		return v.t("done.declined")
	}
	return ""
}

// show answers with a page.
func (v *visit) show(status int, name string, p view) error {
	t := v.site.pages[v.lang][name]
	if t == nil {
		return fmt.Errorf("no page %q", name)
	}
	if status < http.StatusInternalServerError && p.Active != "offers" {
		p.Offer = v.openOffer()
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "frame", p); err != nil {
		return fmt.Errorf("write page %q: %w", name, err)
	}
	v.Response().Header().Set("Content-Language", string(v.lang))
	return v.Blob(status, "text/html; charset=utf-8", b.Bytes())
}

// plain is a page of words only.
func plain(name string) action {
	return func(v *visit) error {
		p := v.view(name + ".title")
		p.Data = v.site.Policy
		return v.show(http.StatusOK, name, p)
	}
}

// problemPage answers a refusal with a page in plain words; the edge has logged it.
func (s *Site) problemPage(c echo.Context, pr problem.Problem) error {
	l, ok := languageOf(c)
	if !ok {
		l, _ = locale.Parse(api.Language(c))
	}
	v := s.visit(c, l)
	p := v.view("problem.title")
	p.Title = pr.Title
	if !ok {
		p.Path, p.Query = "/", ""
	}
	if !v.reads() {
		p.Path, p.Query = v.formPage(), ""
	}
	p.Data = problemData{Problem: pr, Seconds: int((pr.RetryAfter + time.Second - 1) / time.Second), Again: p.Path + p.Query, Kind: kindOf(pr)}
	return v.show(pr.Status, "problem", p)
}

// problemData is a problem with the way on from it.
type problemData struct {
	problem.Problem
	Seconds int // to wait; 0: not known
	Again   string
	Kind    string
}

// kindOf says which way on a page of a problem offers.
func kindOf(p problem.Problem) string {
	switch p.Code {
	case string(booking.CodeHoldNotFound), string(booking.CodeHoldExpired), string(booking.CodeSoldOut), string(booking.CodeSeatTaken), string(booking.CodeHoldLimit):
		return "choose"
	case string(booking.CodeAlreadyBooked), string(booking.CodeAlreadyConfirmed), string(booking.CodeNotActive):
		return "appointments"
	case string(booking.CodeLiveEntry), string(booking.CodeAlreadyEntered), string(booking.CodeEntryFrozen), string(booking.CodeEntryAbsent):
		return "entries"
	case string(booking.CodeOfferOpen), string(booking.CodeOfferAbsent), string(booking.CodeOfferEnded):
		return "offers"
	case string(booking.CodeDrawAbsent), string(booking.CodeNotPublished), string(booking.CodeEntryClosed), string(booking.CodeReturnedSeat):
		return "draws"
	case string(booking.CodeWaitForTurn), string(booking.CodeOpeningAbsent), string(booking.CodeOpeningEnded), string(booking.CodeLobbyClosed), string(booking.CodePlaceAbsent):
		return "openings"
	case "country-needed", "email-needed", string(identity.CodeEmailUnverified):
		return "profile"
	case string(identity.CodeUnauthenticated), string(identity.CodeChallengeUnknown):
		return "sign-in"
	}
	if p.Status >= http.StatusInternalServerError || p.Status == http.StatusTooManyRequests {
		return "again"
	}
	return "home"
}

// formPage is the page from which the form of a refused POST came, for the language switch and "again": the
// address of the form itself when it answers GET too, else the page above it.
func (v *visit) formPage() string {
	p := v.path()
	for _, suffix := range []string{"/confirm", "/extend", "/sign", "/document"} {
		if strings.HasPrefix(p, "/holds/") || strings.HasPrefix(p, "/weeks/") || strings.HasPrefix(p, "/offers/") {
			p = strings.TrimSuffix(p, suffix)
		}
	}
	if strings.HasPrefix(p, "/draws/") && strings.HasSuffix(p, "/enter/sign") {
		p = strings.TrimSuffix(p, "/sign")
	}
	switch p {
	case "/sign-out", "/demo/sign", "/demo/sign/person":
		return "/"
	}
	return p
}
