package beacon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// relay answers every request for round 1000 with a status and a text.
func relay(t *testing.T, status int, text string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/1000" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		if status/100 == 3 {
			w.Header().Set("Location", "http://127.0.0.1:1/")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func client(t *testing.T, log io.Writer, relays ...string) *Client {
	t.Helper()
	c, err := NewClient(ClientDeps{
		Chain: Quicknet(), Relays: relays, Timeout: time.Minute, Logger: slog.New(slog.NewTextHandler(log, nil)),
		Now: func() time.Time { return Quicknet().TimeOf(1000) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// liars give everything but the round.
func liars(t *testing.T) map[string]string {
	torsion := Round{1000, [48]byte(unhex(t, "94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de"))}
	other := Round{1000, [48]byte(unhex(t, rounds[123]))}
	return map[string]string{
		"error":              relay(t, http.StatusInternalServerError, real1000),
		"redirect":           relay(t, http.StatusFound, ""),
		"another round":      relay(t, http.StatusOK, string(Round{123, other.Signature}.JSON())),
		"renumbered":         relay(t, http.StatusOK, string(other.JSON())),
		"torsion":            relay(t, http.StatusOK, string(torsion.JSON())),
		"wrong randomness":   relay(t, http.StatusOK, strings.Replace(real1000, "fe29", "fe28", 1)),
		"endless":            relay(t, http.StatusOK, real1000+strings.Repeat(" ", 1<<20)),
		"page":               relay(t, http.StatusOK, "<html>"),
		"unreachable":        "http://127.0.0.1:1",
		"empty":              relay(t, http.StatusOK, ""),
		"not yet, it claims": relay(t, http.StatusNotFound, ""),
	}
}

func TestFetchTrustsNoRelay(t *testing.T) {
	good := relay(t, http.StatusOK, real1000)
	all := []string{}
	for name, liar := range liars(t) {
		r, err := client(t, io.Discard, liar, good+"/").Fetch(t.Context(), 1000)
		if err != nil || string(r.JSON()) != real1000 {
			t.Errorf("%s: %v", name, err)
		}
		all = append(all, liar)
		r, err = client(t, io.Discard, liar).Fetch(t.Context(), 1000)
		if want := ErrUnavailable; name != "not yet, it claims" && (!errors.Is(err, want) || errors.Is(err, ErrNotYet)) || r != (Round{}) {
			t.Errorf("%s alone: %v", name, err)
		}
	}
	if r, err := client(t, io.Discard, append(all, good)...).Fetch(t.Context(), 1000); err != nil || r.Number != 1000 {
		t.Error(err)
	}
	if _, err := client(t, io.Discard, all...).Fetch(t.Context(), 1000); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrNotYet) {
		t.Error(err)
	}
}

func TestFetchSaysNotYet(t *testing.T) {
	missing, early := relay(t, http.StatusNotFound, ""), relay(t, http.StatusTooEarly, "")
	if _, err := client(t, io.Discard, missing, early).Fetch(t.Context(), 1000); !errors.Is(err, ErrNotYet) || errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	// A round ahead is not asked for: the relay would complain about it.
	if _, err := client(t, io.Discard, missing).Fetch(t.Context(), 1001); !errors.Is(err, ErrNotYet) {
		t.Error(err)
	}
	if _, err := client(t, io.Discard, missing).Fetch(t.Context(), 0); err == nil {
		t.Error("round 0")
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	var asked bool
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked = true
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	if _, err := client(t, io.Discard, s.URL, "http://127.0.0.1:1").Fetch(ctx, 1000); !errors.Is(err, context.Canceled) || !asked {
		t.Error(err)
	}
}

func TestASlowRelayIsLeft(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	c := client(t, io.Discard, slow.URL, relay(t, http.StatusOK, real1000))
	c.timeout = 50 * time.Millisecond
	if _, err := c.ask(t.Context(), slow.URL, 1000); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	c.relays[1], c.timeout = c.relays[0], time.Millisecond
	if _, err := c.Fetch(t.Context(), 1000); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
}

func TestClientRefusesItsDeps(t *testing.T) {
	for name, d := range map[string]ClientDeps{
		"no chain":    {Relays: []string{"https://a"}},
		"no relay":    {Chain: Quicknet()},
		"not http":    {Chain: Quicknet(), Relays: []string{"ftp://a"}},
		"no host":     {Chain: Quicknet(), Relays: []string{"https://"}},
		"query":       {Chain: Quicknet(), Relays: []string{"https://a/?x=1"}},
		"not address": {Chain: Quicknet(), Relays: []string{"::"}},
	} {
		if _, err := NewClient(d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewClient(ClientDeps{Chain: Quicknet(), Relays: []string{"https://a"}}); err != nil {
		t.Error(err)
	}
}

// A relay's address can hold credentials, so the log names its host alone.
func TestLogNamesHostsOnly(t *testing.T) {
	var log bytes.Buffer
	bad := strings.Replace(relay(t, http.StatusBadGateway, ""), "http://", "http://name:word@", 1)
	_, err := client(t, &log, bad).Fetch(t.Context(), 1000)
	if err == nil || strings.Contains(err.Error()+log.String(), "word") || !strings.Contains(log.String(), "502") {
		t.Errorf("%v\n%s", err, log.String())
	}
}
