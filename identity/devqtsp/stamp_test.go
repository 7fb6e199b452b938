package devqtsp_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chesna/identity/devqtsp/stamphttp"
)

func TestOpenSSLAcceptsStamps(t *testing.T) {
	a, dir := world(t)
	data := filepath.Join(dir, "data")
	if err := os.WriteFile(data, []byte("value"), 0o600); err != nil {
		t.Fatal(err)
	}
	for title, extra := range map[string][]string{
		"SHA-256 with certificate": {"-sha256", "-cert"},
		"SHA-512 with policy":      {"-sha512", "-cert", "-tspolicy", "1.2.804.2.1.1.1.2.3.1"},
		"no nonce":                 {"-sha384", "-cert", "-no_nonce"},
		"certificate left out":     {"-sha256"},
	} {
		t.Run(title, func(t *testing.T) {
			query := filepath.Join(t.TempDir(), "q.tsq")
			openssl(t, append([]string{"ts", "-query", "-data", data, "-out", query}, extra...)...)
			request, err := os.ReadFile(query)
			if err != nil {
				t.Fatal(err)
			}
			response, err := a.Stamp(now, request)
			if err != nil {
				t.Fatal(err)
			}
			reply := filepath.Join(t.TempDir(), "r.tsr")
			if err := os.WriteFile(reply, response, 0o600); err != nil {
				t.Fatal(err)
			}
			openssl(t, "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", filepath.Join(dir, "trust", "root.pem"),
				"-untrusted", filepath.Join(dir, "trust", "tsa.pem"), "-attime", strconv.FormatInt(now.Unix(), 10))
			if text := openssl(t, "ts", "-reply", "-in", reply, "-text"); !strings.Contains(text, "Nov 20 09:00:00 2026 GMT") {
				t.Errorf("other time:\n%s", text)
			}
		})
	}
}

func TestStampRefusesWhatItCannotStamp(t *testing.T) {
	a, dir := world(t)
	data := filepath.Join(dir, "data")
	if err := os.WriteFile(data, []byte("value"), 0o600); err != nil {
		t.Fatal(err)
	}
	query := func(extra ...string) []byte {
		file := filepath.Join(t.TempDir(), "q.tsq")
		openssl(t, append([]string{"ts", "-query", "-data", data, "-out", file}, extra...)...)
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for title, c := range map[string]struct {
		request []byte
		says    string
	}{
		"SHA-1":          {query("-sha1"), "unrecognized or unsupported algorithm identifier"},
		"another policy": {query("-sha256", "-tspolicy", "1.2.3.4"), "the requested TSA policy is not supported"},
		"garbage":        {[]byte("garbage"), "the data submitted has the wrong format"},
		"empty":          {nil, "the data submitted has the wrong format"},
		"bytes after":    {append(query("-sha256"), 0), "the data submitted has the wrong format"},
		"too large":      {bytes.Repeat([]byte{0x30}, 5000), "the data submitted has the wrong format"},
	} {
		t.Run(title, func(t *testing.T) {
			response, err := a.Stamp(now, c.request)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "r.tsr")
			if err := os.WriteFile(file, response, 0o600); err != nil {
				t.Fatal(err)
			}
			text := openssl(t, "ts", "-reply", "-in", file, "-text")
			if !strings.Contains(text, "Status: Rejected") || !strings.Contains(text, c.says) {
				t.Errorf("want %q in:\n%s", c.says, text)
			}
		})
	}
}

func TestStampsOverHTTP(t *testing.T) {
	a, _ := world(t)
	h, err := stamphttp.New(a, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for title, c := range map[string]struct {
		method, kind, body string
		status             int
	}{
		"an answer, though a refusal": {http.MethodPost, "application/timestamp-query", "garbage", http.StatusOK},
		"GET":                         {http.MethodGet, "", "", http.StatusMethodNotAllowed},
		"another type":                {http.MethodPost, "text/plain", "x", http.StatusUnsupportedMediaType},
		"too large":                   {http.MethodPost, "application/timestamp-query", strings.Repeat("x", 5000), http.StatusRequestEntityTooLarge},
	} {
		r := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", title, w.Code, c.status)
		}
	}
}
