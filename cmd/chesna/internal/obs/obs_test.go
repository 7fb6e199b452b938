package obs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"chesna/cmd/chesna/internal/obs"
)

func TestLoggerWritesLevelsAndFormats(t *testing.T) {
	var buffer bytes.Buffer
	logger, err := obs.NewLogger(&buffer, "warn", "json")
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("Kyiv", 3*60*60)
	logger.Info("not this")
	logger.Warn("this", "at", time.Date(2026, 7, 1, 3, 0, 0, 0, zone))
	var line map[string]any
	if err := json.Unmarshal(buffer.Bytes(), &line); err != nil {
		t.Fatalf("not one JSON line: %v\n%s", err, &buffer)
	}
	if line["msg"] != "this" || line["at"] != "2026-07-01T00:00:00Z" || !strings.HasSuffix(line["time"].(string), "Z") {
		t.Errorf("got %v", line)
	}
	buffer.Reset()
	if logger, err = obs.NewLogger(&buffer, "debug", "text"); err != nil {
		t.Fatal(err)
	}
	logger.Debug("that")
	if !strings.Contains(buffer.String(), "level=DEBUG msg=that") {
		t.Errorf("got %s", &buffer)
	}
}

func TestLoggerRefusesUnknownWords(t *testing.T) {
	for _, words := range [][2]string{{"loud", "json"}, {"info", "xml"}, {"", "json"}, {"INFO", "json"}} {
		if _, err := obs.NewLogger(io.Discard, words[0], words[1]); err == nil {
			t.Errorf("%q is accepted", words)
		}
	}
}

func TestMetricsAreServed(t *testing.T) {
	registry := obs.NewRegistry("1.2.3")
	registry.MustRegister(broken{})
	server := httptest.NewServer(obs.MetricsHandler(registry, slog.New(slog.DiscardHandler)))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", response.StatusCode, err)
	}
	for _, want := range []string{`chesna_build_info{version="1.2.3"} 1`, "go_goroutines ", "process_open_fds "} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s", want)
		}
	}
}

// broken is a metric that cannot be gathered; it must not hide the others.
type broken struct{}

func (broken) Describe(chan<- *prometheus.Desc) {}
func (broken) Collect(metrics chan<- prometheus.Metric) {
	metrics <- prometheus.NewInvalidMetric(prometheus.NewDesc("broken", "x", nil, nil), errors.New("broken"))
}

func newHealth(t *testing.T, log io.Writer) *obs.Health {
	t.Helper()
	h, err := obs.NewHealth(obs.HealthDeps{Logger: slog.New(slog.NewTextHandler(log, nil)), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func add(t *testing.T, h *obs.Health, name string, check obs.Check) {
	t.Helper()
	if err := h.Add(name, check); err != nil {
		t.Fatal(err)
	}
}

func TestReadinessNamesWhatFailsAndNotWhy(t *testing.T) {
	var log bytes.Buffer
	h := newHealth(t, &log)
	fails := error(nil)
	add(t, h, "ledger", func(context.Context) error { return fails })
	add(t, h, "inventory", func(context.Context) error { return nil })
	get := func(handler http.Handler) (int, string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	if code, body := get(h.ReadyHandler()); code != http.StatusOK || body != `{"ready":true}` {
		t.Errorf("%d %s", code, body)
	}
	fails = errors.New("dial tcp 10.0.0.7:5432: refused")
	for range 3 {
		if code, body := get(h.ReadyHandler()); code != http.StatusServiceUnavailable || body != `{"ready":false,"failing":["ledger"]}` {
			t.Errorf("%d %s", code, body)
		}
	}
	if code, _ := get(h.LiveHandler()); code != http.StatusOK {
		t.Errorf("not live: %d", code)
	}
	fails = nil
	h.Report(t.Context())
	if lines := strings.Count(log.String(), "\n"); lines != 2 || !strings.Contains(log.String(), "10.0.0.7") {
		t.Errorf("an outage is two lines of log:\n%s", &log)
	}
	h.Drain()
	if diff := cmp.Diff(obs.Report{Failing: []string{"draining"}}, h.Report(t.Context())); diff != "" {
		t.Error(diff)
	}
}

func TestHangingCheckFailsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth(t, io.Discard)
		free := make(chan struct{})
		add(t, h, "deaf", func(context.Context) error { <-free; return nil })
		add(t, h, "fine", func(context.Context) error { return nil })
		add(t, h, "panics", func(context.Context) error { panic("x") })
		start := time.Now()
		if diff := cmp.Diff(obs.Report{Failing: []string{"deaf", "panics"}}, h.Report(t.Context())); diff != "" {
			t.Error(diff)
		}
		if took := time.Since(start); took != obs.CheckTimeout {
			t.Errorf("it took %v", took)
		}
		close(free)
	})
}

func TestHealthRefusesBadUse(t *testing.T) {
	if _, err := obs.NewHealth(obs.HealthDeps{}); err == nil {
		t.Error("no logger is accepted")
	}
	h := newHealth(t, io.Discard)
	check := func(context.Context) error { return nil }
	add(t, h, "a", check)
	for _, err := range []error{h.Add("a", check), h.Add("", check), h.Add("b", nil)} {
		if err == nil {
			t.Error("accepted")
		}
	}
}
