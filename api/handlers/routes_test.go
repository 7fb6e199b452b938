package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"chesna/api/contract"
	"chesna/api/oapi"
)

// TestRoutesAreTheContract: what openapi.yaml describes is routed, and nothing else is under /api.
func TestRoutesAreTheContract(t *testing.T) {
	w := newWorld(t)
	c, err := contract.Load(oapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, o := range c.Operations() {
		described[o.Method+" "+o.Path] = true
	}
	routed := map[string]bool{}
	for _, r := range w.api.Echo().Routes() {
		if r.Method == http.MethodHead || !strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		routed[r.Method+" "+r.Path] = true
		if !described[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not described", r.Method, r.Path)
		}
	}
	for one := range described {
		if strings.Contains(one, "/api/") && !routed[one] {
			t.Errorf("%s is not routed: run go generate ./api/oapi", one)
		}
	}
}

// TestNothingPersonalIsPublic: every operation that is not public refuses a request without a session before
// it looks at anything else.
func TestNothingPersonalIsPublic(t *testing.T) {
	w := newWorld(t)
	c, err := contract.Load(oapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations() {
		if o.Public {
			continue
		}
		path := strings.NewReplacer(":id", "x", ":isoWeek", "y").Replace(o.Path)
		w.call("", o.Method, path, "").want(401, "unauthenticated")
		w.call("stolen", o.Method, path, "{").want(401, "unauthenticated")
	}
}
