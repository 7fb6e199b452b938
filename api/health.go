package api

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chesna/api/problem"
)

// readyTimeout bounds all checks of one /readyz.
const readyTimeout = 3 * time.Second

// healthz says that the process answers.
func (s *Server) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// readyLife is how long an answer of the checks is believed, so that asking often costs the parts nothing.
const readyLife = time.Second

// readiness is the last word of the checks.
type readiness struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// readyz asks every part. It names the parts that are not ready, and leaves the reasons to the log.
func (s *Server) readyz(c echo.Context) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if age := s.d.Now().Sub(s.ready.at); s.ready.at.IsZero() || age < 0 || age >= readyLife {
		// Not the request's context: the answer is for everyone who asks within the second.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), readyTimeout)
		defer cancel()
		s.ready.err = s.askParts(ctx)
		s.ready.at = s.d.Now()
	}
	if s.ready.err != nil {
		return s.ready.err
	}
	return c.JSON(http.StatusOK, map[string]any{"status": "ready", "parts": slices.Sorted(maps.Keys(s.d.Checks))})
}

func (s *Server) askParts(ctx context.Context) error {
	var causes []error
	var fields []problem.Field
	for _, name := range slices.Sorted(maps.Keys(s.d.Checks)) {
		if err := s.d.Checks[name](ctx); err != nil {
			causes = append(causes, fmt.Errorf("%s: %w", name, err))
			fields = append(fields, problem.Field{Pointer: "/" + name, Code: "not-ready", Detail: "not ready"})
		}
	}
	if len(causes) == 0 {
		return nil
	}
	return &problem.Error{Code: problem.CodeNotReady, Fields: fields, Cause: errors.Join(causes...)}
}

func (s *Server) metricsPage(c echo.Context) error {
	promhttp.HandlerFor(s.d.Metrics, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// problemTemplate shows rows of the table, the target of a problem's type URI.
var problemTemplate = template.Must(template.New("problems").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body><main><h1>{{.Title}}</h1>
{{range .Rows}}<section id="{{.Code}}"><h2><a href="/problems/{{.Code}}"><code>{{.Code}}</code></a> ({{.Status}})</h2>
<p lang="uk"><strong>{{.Title.UK}}.</strong> {{.Text.UK}}</p><p lang="en"><strong>{{.Title.EN}}.</strong> {{.Text.EN}}</p></section>
{{end}}</main></body></html>
`))

type problemView struct {
	Lang, Title string
	Rows        []problem.Row
}

func (s *Server) problemsPage(c echo.Context) error {
	title := "Помилки та відмови"
	if Language(c) == "en" {
		title = "Problems"
	}
	return s.showProblems(c, problemView{Lang: Language(c), Title: title, Rows: problem.Rows()})
}

func (s *Server) problemPage(c echo.Context) error {
	row, ok := problem.Find(c.Param("code"))
	if !ok {
		return problem.Refuse(problem.CodeNotFound, "")
	}
	return s.showProblems(c, problemView{Lang: Language(c), Title: row.Title.In(Language(c)), Rows: []problem.Row{row}})
}

func (s *Server) showProblems(c echo.Context, v problemView) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Add("Vary", "Accept-Language")
	c.Response().WriteHeader(http.StatusOK)
	return problemTemplate.Execute(c.Response(), v)
}
