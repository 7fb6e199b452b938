package web

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/api/problem"
	"chesna/api/web/verifier"
)

// mountVerifier adds the page that checks a draw in the visitor's browser, at /verify, and its files.
func (s *Site) mountVerifier() {
	r, limit := s.Server.Router(), s.Server.Limit(api.ClassCatalogue)
	page := verifier.ServedPage()
	r.GET("/verify", func(c echo.Context) error { return c.HTMLBlob(http.StatusOK, page) }, limit, api.Cached(time.Minute))
	files := verifier.Files()
	r.GET("/static/verifier/*", func(c echo.Context) error {
		name := strings.TrimPrefix(c.Param("*"), "/")
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return problem.Refuse(problem.CodeNotFound, "")
		}
		return c.Blob(http.StatusOK, kindOfFile(name), b)
	}, limit, api.Cached(5*time.Minute))
}

// kindOfFile is the media type of a file of the verifier; modules must be JavaScript, or browsers refuse them.
func kindOfFile(name string) string {
	switch ext := path.Ext(name); ext {
	case ".mjs":
		return "text/javascript; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}
