// Package stamphttp serves devqtsp's time stamps over HTTP as RFC 3161, 3.4 describes: POST of application/
// timestamp-query, answered with application/timestamp-reply. It is for the demo and for tests.
package stamphttp

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	queryType = "application/timestamp-query"
	replyType = "application/timestamp-reply"
	maxQuery  = 4 << 10
)

// Stamper answers requests; *devqtsp.Authority is one.
type Stamper interface {
	Stamp(now time.Time, request []byte) ([]byte, error)
}

// New makes the handler. clock gives the time to stamp.
func New(s Stamper, clock func() time.Time) (http.Handler, error) {
	if s == nil || clock == nil {
		return nil, errors.New("stamphttp: a stamper and a clock are required")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST a time stamp request", http.StatusMethodNotAllowed)
			return
		case r.Header.Get("Content-Type") != queryType:
			http.Error(w, "send "+queryType, http.StatusUnsupportedMediaType)
			return
		}
		query, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuery))
		if err != nil {
			http.Error(w, "the request is too large or was cut short", http.StatusRequestEntityTooLarge)
			return
		}
		reply, err := s.Stamp(clock(), query)
		if err != nil {
			http.Error(w, "the service failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", replyType)
		_, _ = w.Write(reply) // a client that left needs no answer
	}), nil
}
