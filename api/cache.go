package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Cached is middleware for answers that are the same for everyone: they may be kept for a while and are asked
// for again by their ETag.
func Cached(age time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			real := c.Response()
			buffer := &answerBuffer{header: real.Header()}
			c.SetResponse(echo.NewResponse(buffer, c.Echo()))
			err := next(c)
			c.SetResponse(real)
			if err != nil {
				return err
			}
			h := real.Header()
			if buffer.status == http.StatusOK {
				sum := sha256.Sum256(buffer.body.Bytes())
				tag := `"` + hex.EncodeToString(sum[:12]) + `"`
				h.Set("ETag", tag)
				h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(age.Seconds())))
				if matches(c.Request().Header.Get("If-None-Match"), tag) {
					h.Del(echo.HeaderContentType)
					real.WriteHeader(http.StatusNotModified)
					return nil
				}
			}
			real.WriteHeader(buffer.status)
			_, err = real.Write(buffer.body.Bytes())
			return err
		}
	}
}

// matches tells whether an If-None-Match names the tag, by weak comparison.
func matches(header, tag string) bool {
	if len(header) > 1024 {
		return false
	}
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}
