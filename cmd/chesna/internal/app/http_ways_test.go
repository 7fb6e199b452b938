package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func idempotency(t *testing.T, d demo) {
	me := d.visitor(t, "nataliia")
	posts := me.openPosts()
	open := me.windows(posts[0], "passport-adult")
	body := map[string]any{"consulate": posts[0], "service": "passport-adult", "window": open[0].ID}
	first := me.call("POST", "/holds", body, "Idempotency-Key", "test-key-1").want(201, "")
	second := me.call("POST", "/holds", body, "Idempotency-Key", "test-key-1").want(201, "")
	if !bytes.Equal(first.body, second.body) || second.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("replayed %s, was %s", second.body, first.body)
	}
	body["consulate"] = posts[1]
	me.call("POST", "/holds", body, "Idempotency-Key", "test-key-1").want(422, "idempotency-mismatch")
	me.call("POST", "/holds", body, "Idempotency-Key", "?").want(400, "invalid")
}

func publicPages(t *testing.T, d demo) {
	anyone := stranger(t, d.app.URL())
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.yaml", "/docs", "/", "/problems"} {
		anyone.send("GET", path, nil).want(200, "")
	}
	anyone.call("GET", "/consulates/waw/availability?service=passport-adult", nil).want(401, "unauthenticated")
	anyone.call("GET", "/appointments", nil).want(401, "unauthenticated")
	type shown struct {
		Published, Met   bool
		ShortfallMinutes int
		Reason           string
	}
	var legal struct{ Items []shown }
	anyone.call("GET", "/consulates/was/legal-minimum", nil).want(200, "").into(&legal)
	short := func(w shown) bool { return w.Published && !w.Met && w.Reason != "" && w.ShortfallMinutes > 0 }
	if !slices.ContainsFunc(legal.Items, short) {
		t.Errorf("Washington's short weeks are not shown: %+v", legal.Items)
	}
	var people []struct{ Name, DisplayName string }
	text, err := os.ReadFile(filepath.Join(demoTrust(d.data), "people.json"))
	if err != nil {
		t.Fatal(err)
	}
	(answer{T: t, body: text}).into(&people)
	if url, err := os.ReadFile(filepath.Join(demoTrust(d.data), "url")); err != nil || string(url) != d.app.URL() || len(people) < 26 {
		t.Errorf("var/demo: url %s %v, %d people", url, err, len(people))
	}
}

func mailIsVerified(t *testing.T, d demo) {
	me := d.visitor(t, "yevhen")
	me.call("PUT", "/person/email", map[string]any{"email": "yevhen@example.org"}).want(202, "")
	letter := func(what string) string {
		for _, r := range d.app.parts.mailbox.Mails() {
			if r.Mail.To == "yevhen@example.org" && strings.Contains(r.Mail.Subject+r.Mail.Text, what) {
				return r.Mail.Text
			}
		}
		return ""
	}
	code := slices.IndexFunc(strings.Fields(letter("")), func(w string) bool { return len(w) == 6 && strings.Trim(w, "0123456789") == "" })
	if code < 0 {
		t.Fatalf("no code in %q", letter(""))
	}
	me.call("POST", "/person/email/verify", map[string]any{"code": strings.Fields(letter(""))[code]}).want(200, "")
	booked := me.book(me.openPosts()[4], "passport-adult")
	eventually(t, "a notice by mail", func() bool { return letter(booked.text("reference")) != "" })
}
