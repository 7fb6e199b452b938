package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/booking/wave"
)

// mountLogs serves the public logs as C2SP tlog-tiles, and each draw's files for mirrors.
func (a *API) mountLogs() {
	r, limit := a.d.Server.Router(), a.d.Server.Limit(api.ClassCatalogue)
	for name, handler := range a.d.Logs {
		serve := echo.WrapHandler(http.StripPrefix("/"+name, handler))
		for _, path := range []string{"/checkpoint", "/checkpoint.tsr", "/tile/*"} {
			r.GET("/"+name+path, serve, limit)
		}
	}
	if a.d.Draws == nil {
		return
	}
	r.GET("/draws/:id/files/:name", func(c echo.Context) error {
		file, err := a.d.Draws.File(c.Request().Context(), wave.ID(c.Param("id")), c.Param("name"))
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "text/plain; charset=us-ascii", file)
	}, limit)
}
