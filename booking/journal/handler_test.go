package journal_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

func get(t *testing.T, h http.Handler, method, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
	r.URL.Path = path
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHandlerServesWhatIsSigned(t *testing.T) {
	l, m := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Stamper = &stamper{} })
	h := l.Handler()
	if r := get(t, h, "GET", "/checkpoint"); r.StatusCode != http.StatusNotFound {
		t.Errorf("before the first checkpoint: %s", r.Status)
	}
	s := journaltest.Extend(t, l, m, journaltest.Draws(0, 600)...)
	m.Queue(l.Name(), journaltest.Draws(600, 10)...)
	if _, err := l.Sequence(t.Context()); err != nil { // committed, not signed
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		length int
		cache  string
	}{
		"/checkpoint":             {len(s.Note), "max-age=1,"},
		"/checkpoint.tsr":         {32, "max-age=1,"},
		"/tile/0/000":             {8192, "immutable"},
		"/tile/0/001":             {8192, "immutable"},
		"/tile/0/002.p/88":        {88 * 32, "max-age=86400"},
		"/tile/0/002.p/1":         {32, "max-age=86400"},
		"/tile/1/000.p/2":         {64, "max-age=86400"},
		"/tile/0/002.p/89":        {0, ""}, // not signed yet
		"/tile/0/002.p/98":        {0, ""},
		"/tile/entries/002.p/89":  {0, ""},
		"/tile/0/002":             {0, ""},
		"/tile/2/000.p/1":         {0, ""},
		"/tile/0/000.p/256":       {0, ""},
		"/tile/0/000.p/0":         {0, ""},
		"/tile/00/000":            {0, ""},
		"/tile/0/x000/000":        {0, ""},
		"/tile/0/../0/000":        {0, ""},
		"/tile/8/000":             {0, ""},
		"/tile/64/000":            {0, ""},
		"/tile/0/x999/x999/999":   {0, ""},
		"/tile/data/000":          {0, ""},
		"/checkpoint/":            {0, ""},
		"/":                       {0, ""},
		"/tile/entries/x001/000 ": {0, ""},
	} {
		r := get(t, h, "GET", path)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if want.length == 0 {
			if r.StatusCode != http.StatusNotFound || r.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s %s", path, r.Status, r.Header.Get("Cache-Control"))
			}
			continue
		}
		if r.StatusCode != http.StatusOK || len(body) != want.length || !strings.Contains(r.Header.Get("Cache-Control"), want.cache) {
			t.Errorf("%s: %s, %d bytes, %s", path, r.Status, len(body), r.Header.Get("Cache-Control"))
		}
	}
	body, err := io.ReadAll(get(t, h, "GET", "/tile/entries/002.p/88").Body)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := journal.ParseEntries(body, 88)
	if err != nil || !bytes.Equal(entries[87], journaltest.Draws(599, 1)[0]) {
		t.Errorf("the last entry: %v", err)
	}
	if r := get(t, h, "POST", "/checkpoint"); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %s", r.Status)
	}
	if r := get(t, h, "HEAD", "/tile/0/000"); r.StatusCode != http.StatusOK || r.Header.Get("Content-Length") != "8192" {
		t.Errorf("HEAD: %s", r.Status)
	}
}

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]journal.Tile{
		"tile/0/000":                          {Width: 256},
		"tile/1/x001/234":                     {Level: 1, N: 1234, Width: 256},
		"tile/entries/x001/x234/067.p/8":      {Entries: true, N: 1234067, Width: 8},
		"tile/63/x999/x999/999.p/255":         {Level: 63, N: 999999999, Width: 255},
		"tile/0/x123/x456/x789/x012/345":      {N: 123456789012345, Width: 256},
		"tile/0/x001/x000/x000/x000/000":      {N: 1000000000000, Width: 256},
		"tile/entries/999":                    {Entries: true, N: 999, Width: 256},
		"tile/entries/x001/000.p/1":           {Entries: true, N: 1000, Width: 1},
		"tile/7/000.p/1":                      {Level: 7, Width: 1},
		"tile/0/x999/x999/x999/x999/x999/999": {N: 999999999999999999, Width: 256},
	} {
		got, err := journal.ParseTilePath(path)
		if err != nil || got != want || want.Path() != path {
			t.Errorf("%s: %+v %v; %s", path, got, err, want.Path())
		}
	}
}
