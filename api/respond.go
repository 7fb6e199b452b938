package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"chesna/api/problem"
)

// maxAcceptLanguage bounds the header that is parsed; a longer one counts as not sent.
const maxAcceptLanguage = 256

// Language is "uk" or "en": what the route has chosen with SetLanguage, or else what the client prefers by
// Accept-Language; Ukrainian when it says nothing.
func Language(c echo.Context) string {
	if lang, ok := c.Get(languageKey).(string); ok {
		return lang
	}
	return AcceptedLanguage(c.Request().Header.Get("Accept-Language"))
}

const languageKey = "chesna.language"

// SetLanguage fixes the language of the answer; pages do by their address.
func SetLanguage(c echo.Context, lang string) { c.Set(languageKey, lang) }

// AcceptedLanguage chooses between Ukrainian and English by an Accept-Language header.
func AcceptedLanguage(header string) string {
	if header == "" || len(header) > maxAcceptLanguage {
		return "uk"
	}
	tags, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "uk"
	}
	for i, t := range tags {
		if weights[i] <= 0 {
			continue
		}
		switch base, _ := t.Base(); base.String() {
		case "uk":
			return "uk"
		case "en":
			return "en"
		}
	}
	return "uk"
}

// fail answers an error: problem+json to programs, the page of OnPageProblem to browsers.
func (s *Server) fail(err error, c echo.Context) {
	p := problem.Of(edgeError(err), Language(c), s.d.PublicURL)
	locate(c, p.Errors)
	n := noteOf(c.Request().Context())
	n.code, n.cause = p.Code, err
	if c.Response().Committed {
		return
	}
	if n.id != "" {
		p.Instance = "urn:uuid:" + n.id
	}
	p.Header(c.Response().Header())
	c.Response().Header().Add("Vary", "Accept-Language")
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		// The client has gone; nobody reads the answer. 499 marks it in log and metrics.
		n.code, n.cause = "client-closed", nil
		_ = c.NoContent(499)
		return
	}
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	if s.pages != nil && wantsPage(c) {
		if e := s.pages(c, p); e == nil || c.Response().Committed {
			return
		}
	}
	WriteProblem(c, p)
}

const placesKey = "chesna.places"

// Place is where a request has a parameter that the use cases name by a pointer.
type Place struct{ Pointer, In string }

// SetPlaces tells where the fields are that a refusal of the use cases may point at; others are in the body.
func SetPlaces(c echo.Context, places map[string]Place) { c.Set(placesKey, places) }

func locate(c echo.Context, fields []problem.Field) {
	places, ok := c.Get(placesKey).(map[string]Place)
	if !ok {
		return
	}
	for i, f := range fields {
		if f.In != "" {
			continue
		}
		if p, ok := places[f.Pointer]; ok {
			fields[i].Pointer, fields[i].In = p.Pointer, p.In
		} else {
			fields[i].In = "body"
		}
	}
}

// WriteProblem answers with problem+json.
func WriteProblem(c echo.Context, p problem.Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		_ = c.NoContent(http.StatusInternalServerError)
		return
	}
	_ = c.Blob(p.Status, problem.MediaType, body)
}

// wantsPage tells whether a browser is asking for a page: outside /api, and HTML is welcome.
func wantsPage(c echo.Context) bool {
	path := c.Request().URL.Path
	return !strings.HasPrefix(path, "/api/") && strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html")
}

// edgeError gives echo's own errors their codes. What echo says may hold input, and is dropped.
func edgeError(err error) error {
	var he *echo.HTTPError
	if !errors.As(err, &he) {
		return err
	}
	var inner *problem.Error
	if he.Internal != nil && errors.As(he.Internal, &inner) {
		return inner
	}
	code := problem.CodeInternal
	switch he.Code {
	case http.StatusNotFound:
		code = problem.CodeNotFound
	case http.StatusMethodNotAllowed:
		code = problem.CodeMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		code = problem.CodeBodyTooLarge
	case http.StatusUnsupportedMediaType:
		code = problem.CodeUnsupportedMediaType
	case http.StatusBadRequest:
		code = problem.CodeMalformedRequest
	}
	return &problem.Error{Code: code, Cause: err}
}
