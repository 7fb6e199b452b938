package api

import (
	"github.com/prometheus/client_golang/prometheus"
)

// meters are the metrics of the edge. Labels are route patterns, never paths.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	problems *prometheus.CounterVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
}

func newMeters(r *prometheus.Registry) (meters, error) {
	m := meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chesna_http_requests_total", Help: "Requests answered, by method, route pattern and status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chesna_http_request_seconds", Help: "Time to answer a request, by method and route pattern.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chesna_http_problems_total", Help: "Refusals, by problem code.",
		}, []string{"code"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "chesna_http_in_flight", Help: "Requests being answered.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chesna_http_panics_total", Help: "Requests that ended in a panic.",
		}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.problems, m.inFlight, m.panics} {
		if err := r.Register(c); err != nil {
			return meters{}, err
		}
	}
	return m, nil
}
