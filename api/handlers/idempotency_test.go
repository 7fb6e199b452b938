package handlers_test

import (
	"bytes"
	"sync"
	"testing"

	"chesna/api"
)

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	first := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	second := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	if !bytes.Equal(first.body, second.body) || second.header.Get(api.ReplayedHeader) != "true" ||
		second.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("replayed %s, was %s", second.body, first.body)
	}
	w.call("olena", "POST", confirm, `{"signature":"b3RoZXI="}`, api.KeyHeader, "key-0001").want(422, "idempotency-mismatch")

	// A refusal is not remembered, and the same key of another person or route is another key.
	w.call("taras", "POST", confirm, body, api.KeyHeader, "key-0001").want(404, "hold-not-found")
	path := "/api/v1/appointments/" + first.text("id") + "/cancel"
	w.ledger.mu.Lock()
	w.ledger.answers["00000000-0000-0000-0000-000000000001 POST /api/v1/appointments/:id/cancel"+keyHash("key-0003")] = &answer{}
	w.ledger.mu.Unlock()
	w.call("olena", "POST", path, "{}", api.KeyHeader, "key-0003").want(422, "idempotency-mismatch")
	w.call("olena", "POST", path, "{}", api.KeyHeader, "key-0001").want(200, "")
	for _, a := range w.ledger.answers {
		if a.said != nil && bytes.Contains(a.said.Body, []byte("reference")) {
			t.Error("an answer is kept in clear")
		}
	}
}

func TestRefusedRequestsMayBeRepeatedWithTheirKey(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	w.ledger.down = true
	if got := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(503, "unavailable"); got.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	w.ledger.down = false
	w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
}

// TestOneKeyAtOnce: of many equal requests with one key one is carried out; the others get its answer or are
// told to wait.
func TestOneKeyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	answers := make([]exchange, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001") })
	}
	all.Wait()
	ids := map[string]bool{}
	for _, a := range answers {
		switch {
		case a.status == 201:
			ids[a.text("id")] = true
		case a.status == 409 && a.text("code") == "idempotency-in-flight" && a.header.Get("Retry-After") != "":
		default:
			t.Errorf("%d: %s", a.status, a.body)
		}
	}
	if len(ids) != 1 || w.ledger.changes() != 2 { // the week and one appointment
		t.Errorf("%d appointments answered, %d changes", len(ids), w.ledger.changes())
	}
}

// TestChangedKeys: an answer sealed under an old key is not shown; the repeated request answers the same.
func TestChangedKeys(t *testing.T) {
	w := newWorld(t)
	w.publish()
	held := w.hold("olena").want(201, "")
	confirm := "/api/v1/holds/" + held.text("holdId") + "/confirm"
	body := encode(t, map[string]string{"signature": sign("olena", held.document())})
	first := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	for _, a := range w.ledger.answers {
		a.said.Body[len(a.said.Body)-1] ^= 1
	}
	again := w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
	if again.text("id") != first.text("id") || again.header.Get(api.ReplayedHeader) != "" {
		t.Errorf("%s", again.body)
	}
	for _, a := range w.ledger.answers {
		a.said.Body = nil
	}
	w.call("olena", "POST", confirm, body, api.KeyHeader, "key-0001").want(201, "")
}
