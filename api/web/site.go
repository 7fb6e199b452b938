package web

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/api/locale"
	"chesna/api/problem"
	"chesna/identity"
)

//go:embed static
var static embed.FS

// languageCookie remembers the chosen language for the bare address.
const languageCookie = "chesna_lang"

// Site is the pages. It is safe for concurrent use.
type Site struct {
	Deps
	words *locale.Words
	pages map[locale.Lang]pageSet
	cache meterCache
}

// New checks the parts and reads words and templates.
func New(d Deps) (*Site, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	words, err := locale.Load()
	if err != nil {
		return nil, err
	}
	s := &Site{Deps: d, words: words}
	if s.pages, err = parsePages(words); err != nil {
		return nil, err
	}
	return s, nil
}

// visit is one request for a page.
type visit struct {
	echo.Context
	site    *Site
	lang    locale.Lang
	session identity.Session
	signed  bool // a session is there
}

// reads tells whether the request changes nothing.
func (v *visit) reads() bool {
	m := v.Request().Method
	return m == http.MethodGet || m == http.MethodHead
}

type action func(v *visit) error

// Mount adds the pages to the server, /, /uk/…, /en/… and /static/…, and makes problems look like them. Call it
// once, before the server serves.
func (s *Site) Mount() {
	r := s.Server.Router()
	r.Use(speak)
	s.Server.OnPageProblem(s.problemPage)
	r.GET("/", s.root)
	r.GET("/static/*", s.asset)
	s.mountVerifier()
	for _, l := range locale.Languages() {
		g := s.Server.Pages("/" + string(l))
		get := func(path string, a action) { g.Match([]string{http.MethodGet, http.MethodHead}, path, s.page(l, a)) }
		post := func(path string, a action) { g.POST(path, s.page(l, a)) }
		get("", func(v *visit) error { return v.to("/") })
		s.open(get, post)
		s.citizen(get, post)
		s.lots(get, post)
		s.queues(get, post)
		s.officer(get, post)
		if s.Demo != nil {
			s.demo(get, post)
		}
	}
}

type mount func(path string, a action)

// open mounts the pages that need no session.
func (s *Site) open(get, post mount) {
	get("/", home)
	get("/consulates", consulates)
	get("/consulates/:consulate", consulate)
	get("/help", plain("help"))
	get("/accessibility", plain("accessibility"))
	get("/sign-in", signInPage)
	get("/sign-in/document", signInDocument)
	post("/sign-in", signIn)
	post("/sign-out", signOut)
}

// citizen mounts the pages of a signed-in person.
func (s *Site) citizen(get, post mount) {
	in := func(m mount) mount { return func(path string, a action) { m(path, signedIn(a)) } }
	get, post = in(get), in(post)
	get("/profile/country", countryPage)
	post("/profile/country", setCountry)
	get("/profile/email", emailPage)
	post("/profile/email", setEmail)
	get("/profile/email/code", codePage)
	post("/profile/email/code", verifyEmail)
	get("/book", known(bookConsulate))
	get("/book/service", known(bookService))
	get("/book/applicant", known(applicantPage))
	post("/book/applicant", known(chooseApplicant))
	get("/book/applicant/new", known(newApplicantPage))
	post("/book/applicant/new", known(newApplicant))
	get("/book/time", known(timePage))
	post("/book/time", known(chooseTime))
	get("/holds/:hold", holdPage)
	get("/holds/:hold/document", holdDocument)
	post("/holds/:hold/extend", extendHold)
	get("/holds/:hold/release", releasePage)
	post("/holds/:hold/release", releaseHold)
	post("/holds/:hold/confirm", confirmHold)
	get("/appointments", appointments)
	get("/appointments/:appointment", appointment)
	get("/appointments/:appointment/calendar.ics", calendarFile)
	get("/appointments/:appointment/qr.png", qrImage)
	get("/appointments/:appointment/cancel", cancelPage)
	post("/appointments/:appointment/cancel", cancelAppointment)
	get("/record", record)
}

// officer mounts the pages of officers; booking checks their rights again.
func (s *Site) officer(get, post mount) {
	in := func(m mount) mount { return func(path string, a action) { m(path, signedIn(officers(a))) } }
	get, post = in(get), in(post)
	get("/desk", deskPage)
	post("/desk", recordOutcome)
	get("/weeks", weeksPage)
	get("/weeks/:consulate/:week", weekPage)
	post("/weeks/:consulate/:week", changeWeek)
	post("/weeks/:consulate/:week/sign", signWeek)
	post("/weeks/:consulate/:week/document", weekDocument)
}

func (s *Site) root(c echo.Context) error {
	lang := locale.Ukrainian
	if cookie, err := c.Cookie(languageCookie); err == nil {
		if l, ok := locale.Parse(cookie.Value); ok {
			lang = l
		}
	}
	return c.Redirect(http.StatusSeeOther, "/"+string(lang)+"/")
}

func (s *Site) asset(c echo.Context) error {
	name := "static/" + strings.TrimPrefix(c.Param("*"), "/")
	b, err := fs.ReadFile(static, name)
	if err != nil {
		return problem.Refuse(problem.CodeNotFound, "")
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=300")
	kind := "application/octet-stream"
	switch {
	case strings.HasSuffix(name, ".css"):
		kind = "text/css; charset=utf-8"
	case strings.HasSuffix(name, ".js"):
		kind = "text/javascript; charset=utf-8"
	case strings.HasSuffix(name, ".svg"):
		kind = "image/svg+xml"
	case strings.HasSuffix(name, ".txt"):
		kind = "text/plain; charset=utf-8"
	}
	return c.Blob(http.StatusOK, kind, b)
}

// speak fixes the language of an answer by its address, before anything can be refused.
func speak(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if l, ok := languageOf(c); ok {
			api.SetLanguage(c, string(l))
		}
		return next(c)
	}
}

// languageOf reads the language of an address.
func languageOf(c echo.Context) (locale.Lang, bool) {
	first, _, _ := strings.Cut(strings.TrimPrefix(c.Request().URL.Path, "/"), "/")
	return locale.Parse(first)
}

func (s *Site) visit(c echo.Context, l locale.Lang) *visit {
	v := &visit{Context: c, site: s, lang: l}
	v.session, v.signed = api.SessionFrom(c)
	return v
}

func (s *Site) page(l locale.Lang, a action) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := s.visit(c, l)
		if v.reads() {
			v.rememberLanguage()
		}
		return a(v)
	}
}

func (v *visit) rememberLanguage() {
	if cookie, err := v.Cookie(languageCookie); err == nil && cookie.Value == string(v.lang) {
		return
	}
	v.SetCookie(&http.Cookie{
		Name: languageCookie, Value: string(v.lang), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.site.https(),
	})
}

func (s *Site) https() bool { return strings.HasPrefix(s.Server.PublicURL(), "https://") }

// to redirects to a page in the language of the visit.
func (v *visit) to(path string) error {
	return v.Redirect(http.StatusSeeOther, "/"+string(v.lang)+path)
}

// signedIn lets only signed-in people through and leads others to sign in, and back.
func signedIn(a action) action {
	return func(v *visit) error {
		if v.signed {
			return a(v)
		}
		if !v.reads() {
			return &identity.Error{Code: identity.CodeUnauthenticated}
		}
		v.setReturn(v.path() + query(v.Request().URL.RawQuery))
		return v.to("/sign-in")
	}
}

func query(raw string) string {
	if raw == "" {
		return ""
	}
	return "?" + raw
}

// path is the address of the visit without its language.
func (v *visit) path() string {
	p := strings.TrimPrefix(v.Request().URL.EscapedPath(), "/"+string(v.lang))
	if p == "" {
		return "/"
	}
	return p
}

// officers refuses everybody without an officer's rights.
func officers(a action) action {
	return func(v *visit) error {
		if !v.session.Has(identity.RoleOfficer) {
			return &identity.Error{Code: identity.CodeForbidden}
		}
		return a(v)
	}
}

// known makes sure that the country of stay and a verified address are there before booking.
func known(a action) action {
	return func(v *visit) error {
		p, err := v.site.People.Person(v.Request().Context(), v.session.Person)
		if err != nil {
			return err
		}
		back := "/book"
		if v.reads() {
			back = v.path() + query(v.Request().URL.RawQuery)
		}
		switch {
		case p.Country == "":
			v.setReturn(back)
			return v.to("/profile/country")
		case !p.EmailVerified:
			v.setReturn(back)
			return v.to("/profile/email")
		case p.Country != v.session.Country || !v.session.Reachable: // declared in another window
			if err := v.renew(); err != nil {
				return err
			}
		}
		return a(v)
	}
}
