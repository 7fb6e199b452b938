package obs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
