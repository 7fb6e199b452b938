package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkRefusedHold is the edge's own cost: gate, contract, problem, log line; the store is not asked.
func BenchmarkRefusedHold(b *testing.B) {
	w := newWorld(b)
	b.ReportAllocs()
	for b.Loop() {
		w.logs.Reset()
		r := httptest.NewRequest(http.MethodPost, "/api/v1/holds", strings.NewReader(`{"consulate":"waw","service":"passport-adult"}`))
		r.Header.Set("Authorization", "Bearer olena")
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		w.api.Echo().ServeHTTP(rec, r)
		if rec.Code != http.StatusBadRequest {
			b.Fatal(rec.Code)
		}
	}
}
