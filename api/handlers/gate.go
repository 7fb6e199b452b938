package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/api/contract"
	"chesna/api/problem"
	"chesna/api/strictjson"
	"chesna/identity"
)

// maxQuery bounds the query of a request, in bytes.
const maxQuery = 4 << 10

type langKey struct{}

// language of the answer that is being made.
func language(ctx context.Context) string {
	if lang, ok := ctx.Value(langKey{}).(string); ok {
		return lang
	}
	return "uk"
}

// gate is what a request passes before its handler, the cheap checks first.
func (a *API) gate(o *contract.Operation) echo.MiddlewareFunc {
	places := map[string]api.Place{}
	for _, p := range o.Named() {
		places["/"+p.Alias] = api.Place{Pointer: "/" + p.Name, In: p.In}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := a.d.Server.Admit(c, o.Class); err != nil {
				return err
			}
			api.SetPlaces(c, places)
			ctx, cancel := context.WithTimeout(c.Request().Context(), a.d.Timeout)
			defer cancel()
			c.SetRequest(c.Request().WithContext(context.WithValue(ctx, langKey{}, api.Language(c))))
			session, err := a.session(c, o)
			if err != nil {
				return err
			}
			body, err := check(c, o)
			if err != nil {
				return err
			}
			c.Set(bodyKey, body)
			if o.Action != "" && a.d.Limits != nil {
				if err := a.d.Limits.Allow(ctx, o.Action, session.Person); err != nil {
					return fmt.Errorf("count %s: %w", o.Action, err)
				}
			}
			if o.Keyed && !o.Public {
				return a.d.Server.Once(c, session.Person, body, next)
			}
			return next(c)
		}
	}
}

// session finds who asks and, when a browser vouches by cookie, that one of our pages sent it.
func (a *API) session(c echo.Context, o *contract.Operation) (identity.Session, error) {
	if o.Public {
		return identity.Session{}, nil
	}
	s, err := api.RequireSession(c.Request().Context())
	if err != nil {
		return identity.Session{}, err
	}
	if api.ByCookie(c.Request().Context()) {
		return s, a.d.Server.VerifyForm(c)
	}
	return s, nil
}

// check compares the request with the contract and reads its body.
func check(c echo.Context, o *contract.Operation) ([]byte, error) {
	r := c.Request()
	if len(r.URL.RawQuery) > maxQuery {
		return nil, problem.Refuse(problem.CodeMalformedRequest, "the query is too long")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem.Refuse(problem.CodeMalformedRequest, "the query cannot be read")
	}
	if err := o.Parameters(c.Param, query, r.Header); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return nil, &problem.Error{Code: problem.CodeMalformedRequest, Detail: "the body was cut short", Cause: err}
	}
	return body, o.Body(r.Header.Get(echo.HeaderContentType), body)
}

const bodyKey = "chesna.body"

// binder gives the generated code the body that the gate has read and checked.
type binder struct{}

// Bind reads the body into v; io.EOF when there is none.
func (binder) Bind(v any, c echo.Context) error {
	body, _ := c.Get(bodyKey).([]byte)
	if len(body) == 0 {
		return io.EOF
	}
	return strictjson.Decode(body, v)
}
