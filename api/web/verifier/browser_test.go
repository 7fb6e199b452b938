package verifier_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chesna/api/web/verifier"
	"chesna/api/web/webtest"
)

const axe = "../testdata/axe.min.js"

func shots() string { return os.Getenv("CHESNA_SCREENSHOTS") }

// put writes a file for the browser to open or upload.
func put(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStandalonePage opens the one file from the disk and verifies what is chosen in it.
func TestStandalonePage(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	s := &story{k: newTrust(t)}
	files := s.tell(t)
	dir := t.TempDir()
	page := put(t, dir, "verify.html", verifier.Page())
	bundle := put(t, dir, "draw.zip", packed(t, files))
	bent := put(t, dir, "bent.zip", packed(t, with(files, "result", []byte(strings.Replace(string(files["result"]), "s001", "s999", 1)))))
	junk := put(t, dir, "junk.zip", []byte("junk"))
	policy := put(t, dir, "policy.json", s.policy)
	receipt := put(t, dir, "receipt.json", s.withOpening(t))
	missing := put(t, dir, "missing.txt", (&story{k: s.k}).receiptFor(t, map[string][]byte{
		"entries": []byte(strings.Replace(string(files["entries"]), strings.Fields(string(files["entries"]))[0], digest([]byte("nobody")), 1)), "bindings": files["bindings"],
	}, 0, 1))
	for _, width := range []int64{1280, 320} {
		b := webtest.Open(t, webtest.Options{Base: "file://", Script: true, Shots: shots(), Prefix: map[int64]string{1280: "verify-wide-", 320: "verify-narrow-"}[width], Width: width})
		b.Go(page)
		b.Audit(axe)
		b.Shot("empty")
		b.Pick("form .go")
		if text := b.Text("#fault"); !strings.Contains(text, "Виберіть") {
			t.Errorf("without files it says %q", text)
		}
		b.Upload("#bundle", bundle)
		b.Pick("form .go")
		if text := b.Text(`#results[data-verdict="not-independent"] #verdict`); !strings.Contains(text, "не є незалежним") {
			t.Errorf("without a policy it says %q", text)
		}
		b.Audit(axe)
		b.Shot("not-independent")
		b.Pick("form summary")
		b.Upload("#policy", policy)
		b.Upload("#receipt", receipt)
		b.Pick("form .go")
		if text := b.Text(`#results[data-verdict="good"] .verdict`); !strings.Contains(text, "якщо чесні 2 із 3 свідків") {
			t.Errorf("an honest draw: %q", text)
		}
		if !b.Has(`#mine + p.good`) || !b.Has(`#mine ~ div pre`) || !b.Has(`[data-check="result"][data-state="ok"]`) {
			t.Errorf("the receipt or the result is not shown: %s", b.Text("#results"))
		}
		b.Pick(`[data-language="en"]`)
		if text := b.Text(`#results[data-verdict="good"] .verdict`); !strings.Contains(text, "if 2 of the 3 witnesses are honest") {
			t.Errorf("in English: %q", text)
		}
		b.Audit(axe)
		b.Shot("good")
		b.Upload("#receipt", missing)
		b.Pick("form .go")
		if text := b.Text(`#results[data-verdict="wrong"] #mine + p.bad`); !strings.Contains(text, "not in the list") {
			t.Errorf("a dropped entry: %q", text)
		}
		b.Upload("#receipt", receipt)
		b.Upload("#bundle", bent)
		b.Pick("form .go")
		if !b.Has(`#results[data-verdict="wrong"] [data-check="result"][data-state="failed"]`) {
			b.Text(`#results[data-verdict="wrong"] [data-check="result"][data-state="failed"]`)
		}
		b.Audit(axe)
		b.Shot("wrong")
		b.Upload("#bundle", junk)
		b.Pick("form .go")
		if text := b.Text("#fault:not([hidden])"); !strings.Contains(text, "cannot be read") {
			t.Errorf("junk: %q", text)
		}
	}
}

// TestServedPage is the page under the policy that our server sets, with the bundle that its address names.
func TestServedPage(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	s := &story{k: newTrust(t)}
	mux := http.NewServeMux()
	mux.HandleFunc("/verify", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(verifier.ServedPage())
	})
	mux.Handle("/static/verifier/", http.StripPrefix("/static/verifier/", http.FileServerFS(verifier.Files())))
	bundle := packed(t, s.tell(t))
	mux.HandleFunc("/draws/x/bundle.zip", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bundle) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	}))
	defer server.Close()
	b := webtest.Open(t, webtest.Options{Base: server.URL, Script: true})
	b.Go("/verify#bundle=/draws/x/bundle.zip&lang=en")
	if text := b.Text(`#results[data-verdict="not-independent"] #verdict`); !strings.Contains(text, "not independent") {
		t.Errorf("it says %q", text)
	}
	b.Audit(axe)
	for _, hash := range []string{"#lang=en&bundle=https://example.org/x.zip", "#lang=en&bundle=/nothing.zip"} {
		other := webtest.Open(t, webtest.Options{Base: server.URL, Script: true})
		other.Go("/verify" + hash)
		if text := other.Text("#fault:not([hidden])"); !strings.Contains(text, "choose it below") {
			t.Errorf("%s: %q", hash, text)
		}
	}
}
