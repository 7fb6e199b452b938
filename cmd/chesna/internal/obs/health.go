package obs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// CheckTimeout is the time one check of readiness has.
const CheckTimeout = 2 * time.Second

// Check tells by nil that its part works. It must give up when ctx ends, and be safe for concurrent use.
type Check func(ctx context.Context) error

// Health collects the checks of readiness. The zero value is not usable; see NewHealth. All methods may be called from several goroutines.
type Health struct {
	logger *slog.Logger
	ready  *prometheus.GaugeVec

	mu       sync.Mutex
	checks   map[string]Check
	failing  map[string]bool
	draining bool
}

// HealthDeps is what NewHealth needs.
type HealthDeps struct {
	// Logger gets one line when a check begins to fail and one when it works again. Required.
	Logger *slog.Logger
	// Registerer gets chesna_ready{check}; nil for none.
	Registerer prometheus.Registerer
}

// NewHealth returns a health without checks, which is ready.
func NewHealth(deps HealthDeps) (*Health, error) {
	if deps.Logger == nil {
		return nil, errors.New("obs: HealthDeps.Logger is required")
	}
	h := &Health{
		logger: deps.Logger, checks: map[string]Check{}, failing: map[string]bool{},
		ready: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "chesna_ready", Help: "1 when the named part worked at the last look, else 0.",
		}, []string{"check"}),
	}
	if deps.Registerer != nil {
		if err := deps.Registerer.Register(h.ready); err != nil {
			return nil, fmt.Errorf("register the health metrics: %w", err)
		}
	}
	return h, nil
}

// Add registers a check under a name that is public (it appears in /readyz) and unique.
func (h *Health) Add(name string, check Check) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if name == "" || check == nil {
		return errors.New("obs: a health check needs a name and a function")
	}
	if _, exists := h.checks[name]; exists {
		return fmt.Errorf("obs: there is a health check %q already", name)
	}
	h.checks[name] = check
	return nil
}

// Drain makes the program not ready for good: it is about to stop, and load balancers should turn away before the listener closes.
func (h *Health) Drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
}

// Report is the state of readiness.
type Report struct {
	Ready bool `json:"ready"`
	// Failing are the names of the checks that fail, sorted; "draining" when the program is about to stop.
	Failing []string `json:"failing,omitempty"`
}

// Report runs all checks at once and returns after the slowest, but after [CheckTimeout] at the latest.
func (h *Health) Report(ctx context.Context) Report {
	h.mu.Lock()
	checks := make(map[string]Check, len(h.checks))
	for name, check := range h.checks {
		checks[name] = check
	}
	draining := h.draining
	h.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, CheckTimeout)
	defer cancel()
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(checks)) // room for the late ones, whose goroutines must be able to end
	for name, check := range checks {
		go func() { results <- result{name, run(ctx, check)} }()
	}
	var report Report
	for len(checks) > 0 {
		select {
		case r := <-results:
			delete(checks, r.name)
			if h.note(ctx, r.name, r.err) {
				report.Failing = append(report.Failing, r.name)
			}
		case <-ctx.Done():
			for name := range checks {
				h.note(ctx, name, ctx.Err())
				report.Failing = append(report.Failing, name)
			}
			clear(checks)
		}
	}
	if draining {
		report.Failing = append(report.Failing, "draining")
	}
	slices.Sort(report.Failing)
	report.Ready = len(report.Failing) == 0
	return report
}

// run turns a panic of a check into its failure: health must outlive what it looks at.
func run(ctx context.Context, check Check) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the check panicked: %v", p)
		}
	}()
	return check(ctx)
}

// note logs changes only, so that a long outage is two lines; it tells whether the check fails.
func (h *Health) note(ctx context.Context, name string, err error) bool {
	h.mu.Lock()
	was := h.failing[name]
	h.failing[name] = err != nil
	h.mu.Unlock()
	value := 1.0
	if err != nil {
		value = 0
	}
	h.ready.WithLabelValues(name).Set(value)
	switch {
	case err != nil && !was:
		h.logger.WarnContext(ctx, "not ready", "check", name, "error", err)
	case err == nil && was:
		h.logger.InfoContext(ctx, "ready again", "check", name)
	}
	return err != nil
}

// LiveHandler answers 200 as long as the process can answer.
func (h *Health) LiveHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, struct{}{}) })
}

// ReadyHandler answers 200 or 503 with the [Report].
func (h *Health) ReadyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		report := h.Report(r.Context())
		status := http.StatusOK
		if !report.Ready {
			status = http.StatusServiceUnavailable
		}
		reply(w, status, report)
	})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away: nobody to tell
}
