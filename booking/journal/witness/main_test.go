package witness_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/witness"
)

var update = flag.Bool("update", false, "write testdata anew")

// open makes a witness of the invented log in the folder.
func open(t testing.TB, dir string, change func(*witness.Deps)) *witness.Server {
	t.Helper()
	_, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	d := witness.Deps{
		Dir: dir, Key: journaltest.WitnessKey(t, "witness.example/court"), Logs: []note.Verifier{verifier}, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&d)
	}
	s, err := witness.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree is an invented log's tree, of which checkpoints and proofs of any size can be made.
type tree struct {
	t      testing.TB
	hashes []tlog.Hash
}

func newTree(t testing.TB, leaves [][]byte) tree {
	t.Helper()
	_, hashes, err := journal.Grow(journal.EmptyHead(), leaves, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tree{t, hashes}
}

func (tr tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = tr.hashes[index]
	}
	return out, nil
}

func (tr tree) checkpoint(size int64, signer note.Signer) []byte {
	tr.t.Helper()
	root, err := tlog.TreeHash(size, tr)
	if err != nil {
		tr.t.Fatal(err)
	}
	msg, err := note.Sign(&note.Note{Text: journal.Checkpoint{Origin: signer.Name(), Size: size, Root: root}.Text()}, signer)
	if err != nil {
		tr.t.Fatal(err)
	}
	return msg
}

// add is a request to cosign size after old.
func (tr tree) add(old, size int64, signer note.Signer) []byte {
	tr.t.Helper()
	a := journal.AddCheckpoint{Old: old, Checkpoint: tr.checkpoint(size, signer)}
	if old > 0 && old < size {
		var err error
		if a.Proof, err = tlog.ProveTree(size, old, tr); err != nil {
			tr.t.Fatal(err)
		}
	}
	return a.Format()
}

// turn is one request and its answer.
type turn struct {
	words, method, path string
	body                []byte
}

func ask(h http.Handler, method, path string, body []byte) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, bytes.NewReader(body)))
	return w
}

// conversations are what testdata/*.txt are made of by -update; the test itself reads only those files.
func conversations(t testing.TB) map[string][]turn {
	t.Helper()
	signer, _, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	impostor, _, _ := journaltest.LogKey(t, journaltest.Origin, 1)
	unknown, _, _ := journaltest.LogKey(t, "other.example/log", 0)
	real, fork := newTree(t, journaltest.Draws(0, 40)), newTree(t, append(journaltest.Draws(0, 4), journaltest.Leaves(0, 36)...))
	post := func(words string, body []byte) turn { return turn{words, "POST", "/add-checkpoint", body} }
	falseProof := bytes.Replace(real.add(5, 9, signer), []byte("\n\n"), []byte("\n"+tlog.Hash{}.String()+"\n\n"), 1)
	latest := "/checkpoint/" + journal.OriginID(journaltest.Origin)
	return map[string][]turn{
		"growth": {
			{"its key", "GET", "/key", nil},
			{"nothing is cosigned yet", "GET", latest, nil},
			post("an empty tree", real.add(0, 0, signer)),
			post("the first leaves need no proof", real.add(0, 5, signer)),
			post("the same once more", real.add(5, 5, signer)),
			post("more leaves, with a proof", real.add(5, 9, signer)),
			post("who has forgotten is told the size", real.add(0, 12, signer)),
			post("and comes back", real.add(9, 12, signer)),
			{"what was cosigned last", "GET", latest, nil},
		},
		"fork": {
			post("five leaves", real.add(0, 5, signer)),
			post("five others", fork.add(5, 5, signer)),
			post("a tree that grew from the others", fork.add(5, 9, signer)),
			post("a smaller tree, as if nothing had been", real.add(0, 4, signer)),
			post("a smaller tree", real.add(5, 4, signer)),
			post("a proof with one hash too many", falseProof),
			post("a proof where none is needed", bytes.Replace(real.add(5, 5, signer), []byte("\n\n"), []byte("\n"+tlog.Hash{}.String()+"\n\n"), 1)),
			post("the true tree still goes on", real.add(5, 9, signer)),
		},
		"strangers": {
			post("a log that is not known", real.add(0, 5, unknown)),
			post("a known log, signed by another key", real.add(0, 5, impostor)),
			post("no checkpoint", []byte("old 0\n\n")),
			post("no old size", real.checkpoint(5, signer)),
			post("a number with a zero before it", bytes.Replace(real.add(0, 5, signer), []byte("old 0"), []byte("old 00"), 1)),
			post("nothing", nil),
			{"a log that is not known", "GET", "/checkpoint/" + strings.Repeat("0", 64), nil},
			{"no such file", "GET", "/files/d1/entries", nil},
			{"no such address", "GET", "/", nil},
			{"no such method", "GET", "/add-checkpoint", nil},
		},
	}
}

// TestConversations replays testdata/*.txt against a fresh witness, byte for byte.
func TestConversations(t *testing.T) {
	if *update {
		for name, turns := range conversations(t) {
			s := open(t, t.TempDir(), nil)
			var b strings.Builder
			for _, c := range turns {
				fmt.Fprintf(&b, "# %s\n>>> %s %s\n%s", c.words, c.method, c.path, c.body)
				w := ask(s.Handler(), c.method, c.path, c.body)
				fmt.Fprintf(&b, "<<< %d %s\n%s\n", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			if err := os.WriteFile(filepath.Join("testdata", name+".txt"), []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
		}
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, t.TempDir(), nil)
			defer func() { _ = s.Close() }()
			for _, part := range strings.Split("\n"+string(b), "\n# ")[1:] {
				words, rest, _ := strings.Cut(part, "\n>>> ")
				request, want, _ := strings.Cut(rest, "<<< ")
				first, body, _ := strings.Cut(request, "\n")
				method, path, _ := strings.Cut(first, " ")
				w := ask(s.Handler(), method, path, []byte(body))
				got := fmt.Sprintf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
				if strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
					t.Errorf("%s:\n%s\nwant\n%s", words, got, want)
				}
			}
		})
	}
}

// TestCosignaturesVerify opens what the witness answers with its published key.
func TestCosignaturesVerify(t *testing.T) {
	signer, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	s := open(t, t.TempDir(), nil)
	defer func() { _ = s.Close() }()
	msg := newTree(t, journaltest.Draws(0, 5)).checkpoint(5, signer)
	w := ask(s.Handler(), "POST", "/add-checkpoint", journal.AddCheckpoint{Checkpoint: msg}.Format())
	key, err := journal.NewCosigning(strings.TrimSuffix(ask(s.Handler(), "GET", "/key", nil).Body.String(), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := journal.OpenCheckpoint(append(msg, w.Body.Bytes()...), verifier, key)
	if err != nil || len(n.Sigs) != 2 {
		t.Errorf("%v\n%s", err, w.Body)
	}
}

// TestAWitnessRemembers what it cosigned when it is started again, and starts with nothing else.
func TestAWitnessRemembers(t *testing.T) {
	signer, _, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	real, fork := newTree(t, journaltest.Draws(0, 9)), newTree(t, journaltest.Leaves(0, 9))
	dir := t.TempDir()
	s := open(t, dir, nil)
	if w := ask(s.Handler(), "POST", "/add-checkpoint", real.add(0, 5, signer)); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	if _, err := witness.Open(witness.Deps{Dir: dir, Key: journaltest.WitnessKey(t, "x"), Logs: []note.Verifier{verifierOf(t)}, Logger: slog.Default()}); err == nil {
		t.Error("two witnesses use one folder")
	}
	_ = s.Close()
	s = open(t, dir, nil)
	for size := int64(5); size <= 9; size += 4 {
		if w := ask(s.Handler(), "POST", "/add-checkpoint", fork.add(5, size, signer)); w.Code == http.StatusOK {
			t.Errorf("after a restart a fork of size %d is cosigned", size)
		}
	}
	kept, err := filepath.Glob(filepath.Join(dir, journal.OriginID(journaltest.Origin), "*-*"))
	if err != nil || len(kept) != 2 || !strings.HasPrefix(filepath.Base(kept[0]), "fork-") || !strings.HasPrefix(filepath.Base(kept[1]), "unproved-") {
		t.Errorf("evidence: %v %v", kept, err)
	}
	if w := ask(s.Handler(), "POST", "/add-checkpoint", real.add(5, 9, signer)); w.Code != http.StatusOK {
		t.Error(w.Code, w.Body)
	}
	_ = s.Close()
	path := filepath.Join(dir, journal.OriginID(journaltest.Origin), "checkpoint")
	if err := os.WriteFile(path, fork.checkpoint(5, signer), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := witness.Open(witness.Deps{Dir: dir, Key: journaltest.WitnessKey(t, "witness.example/court"), Logs: []note.Verifier{verifierOf(t)}, Logger: slog.Default()}); err == nil {
		t.Error("a state that the witness did not write is accepted")
	}
}

func verifierOf(t testing.TB) note.Verifier {
	t.Helper()
	_, v, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	return v
}

// TestRaceOfCheckpoints: many ask at once; the cosigned sizes never go back.
func TestRaceOfCheckpoints(t *testing.T) {
	signer, _, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	real := newTree(t, journaltest.Draws(0, 40))
	s := open(t, t.TempDir(), nil)
	defer func() { _ = s.Close() }()
	h := s.Handler()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for size := int64(i + 1); size <= 40; size += 3 {
				for old := int64(0); old <= size; {
					w := ask(h, "POST", "/add-checkpoint", real.add(old, size, signer))
					if w.Code == http.StatusOK {
						break
					}
					var told int64
					if _, err := fmt.Sscanf(w.Body.String(), "%d\n", &told); err != nil || told <= old {
						t.Errorf("old %d size %d: %d %s", old, size, w.Code, w.Body)
						return
					}
					old = told
				}
			}
		})
	}
	wg.Wait()
	last := ask(h, "GET", "/checkpoint/"+journal.OriginID(journaltest.Origin), nil)
	if c, err := journal.PeekCheckpoint(last.Body.Bytes()); err != nil || c.Size != 40 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestTheKeyIsKeptToItself(t *testing.T) {
	dir := t.TempDir()
	first, err := witness.LoadKey(dir, "", rand.Reader, journaltest.Now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := witness.LoadKey(dir, first.Name(), rand.Reader, journaltest.Now)
	if err != nil || again.String() != first.String() {
		t.Fatalf("%v %v", again, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := witness.LoadKey(dir, "another", rand.Reader, journaltest.Now); err == nil {
		t.Error("a key of another name")
	}
	if err := os.Chmod(filepath.Join(dir, "key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := witness.LoadKey(dir, "", rand.Reader, journaltest.Now); err == nil {
		t.Error("a key that all can read")
	}
}

// operator serves a log and the files of its draws.
type operator struct {
	log   *journal.Log
	store *journaltest.Memory
	mu    sync.Mutex
	files map[string]string
}

func (o *operator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	content, ok := o.files[r.URL.Path]
	o.mu.Unlock()
	if ok {
		_, _ = io.WriteString(w, content)
		return
	}
	http.StripPrefix("/draws", o.log.Handler()).ServeHTTP(w, r)
}

// closeOf is the close leaf of the operator's files of a draw.
func (o *operator) closeOf(t testing.TB, seq int, id string) []byte {
	t.Helper()
	file := func(name string) string { return o.files["/draws/"+id+"/files/"+name] }
	sum := func(name string) string {
		h := sha256.Sum256([]byte(file(name)))
		return hex.EncodeToString(h[:])
	}
	root := func(name string) string {
		r := &journal.Range{}
		for line := range strings.Lines(file(name)) {
			r.Add(tlog.RecordHash([]byte(strings.TrimSuffix(line, "\n"))))
		}
		h := r.Head().Root
		return hex.EncodeToString(h[:])
	}
	leaf, err := journal.Canonical(map[string]any{
		"type": "close", "drawID": id, "seq": seq, "n": strings.Count(file("entries"), "\n"), "entriesRoot": root("entries"), "manifestRoot": root("manifest"),
		"entriesSha256": sum("entries"), "bindingsSha256": sum("bindings"), "personsSha256": sum("persons"), "weights": []int{2}, "sumW": 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func TestAMirrorCosignsOnlyWhatItHolds(t *testing.T) {
	o := &operator{files: map[string]string{}}
	o.log, o.store = journaltest.NewLog(t, nil)
	site := httptest.NewServer(o)
	defer site.Close()
	dir := t.TempDir()
	mirrored := func(d *witness.Deps) { d.Mirror, d.HTTP = site.URL, site.Client() }
	s := open(t, dir, mirrored)
	defer func() { _ = s.Close() }()
	ws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Handler().ServeHTTP(w, r) }))
	defer ws.Close()
	client := journaltest.ClientOf(t, ws, s.Key())
	l, _ := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Store, d.Witnesses, d.K = o.store, []journal.Cosigner{client}, 1 })
	o.log = l

	for name, content := range map[string]string{"entries": "aa 1\nbb 2\n", "bindings": "11\n22\n", "persons": "", "manifest": "s1\ns2\ns3\n"} {
		o.files["/draws/d1/files/"+name] = content
	}
	if s := journaltest.Extend(t, l, o.store, journaltest.Draws(0, 300)...); s.Cosigned != 1 {
		t.Fatal("leaves without a close are cosigned")
	}
	leaf := o.closeOf(t, 300, "d1")
	o.put("/draws/d1/files/manifest", "s1\ns2\ns4\n")
	if s := journaltest.Extend(t, l, o.store, leaf); s.Cosigned != 0 {
		t.Fatal("another manifest was cosigned")
	}
	o.put("/draws/d1/files/manifest", "")
	delete(o.files, "/draws/d1/files/manifest")
	if s, err := l.Publish(t.Context()); err != nil || s.Cosigned != 0 {
		t.Fatalf("a close without its manifest was cosigned: %v", err)
	}
	o.put("/draws/d1/files/manifest", "s1\ns2\ns3\n")
	if s, err := l.Publish(t.Context()); err != nil || s.Cosigned != 1 {
		t.Fatalf("the true files are there, and it is not cosigned: %v", err)
	}
	for _, name := range []string{"entries", "bindings", "persons", "manifest"} {
		w := ask(s.Handler(), "GET", "/files/d1/"+name, nil)
		if w.Code != http.StatusOK || w.Body.String() != o.files["/draws/d1/files/"+name] {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/files/d1/key", "/files/../key", "/files/d1/..%2f..%2fkey", "/files/D1/entries"} {
		if w := ask(s.Handler(), "GET", path, nil); w.Code == http.StatusOK {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	_ = s.Close()
	s = open(t, dir, mirrored) // it goes on from its copy
	o.put("/draws/d1/files/entries", "aa 1\ncc 2\n")
	if s := journaltest.Extend(t, l, o.store, o.closeOf(t, 301, "d1")); s.Cosigned != 0 {
		t.Error("a second close of the draw with other entries was cosigned")
	}
}

func (o *operator) put(path, content string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[path] = content
}

// TestAMirrorDoesNotBelieveTheTiles: leaves that do not give the root are refused.
func TestAMirrorDoesNotBelieveTheTiles(t *testing.T) {
	signer, _, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	l, m := journaltest.NewLog(t, nil)
	journaltest.Extend(t, l, m, journaltest.Leaves(0, 5)...)
	site := httptest.NewServer(http.StripPrefix("/draws", l.Handler()))
	defer site.Close()
	s := open(t, t.TempDir(), func(d *witness.Deps) { d.Mirror, d.HTTP = site.URL, site.Client() })
	defer func() { _ = s.Close() }()
	if w := ask(s.Handler(), "POST", "/add-checkpoint", newTree(t, journaltest.Draws(0, 5)).add(0, 5, signer)); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(s.Handler(), "POST", "/add-checkpoint", newTree(t, journaltest.Draws(0, 9)).add(0, 9, signer)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("leaves that cannot be had: %d %s", w.Code, w.Body)
	}
	if w := ask(s.Handler(), "POST", "/add-checkpoint", newTree(t, journaltest.Leaves(0, 5)).add(0, 5, signer)); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// FuzzAddCheckpoint: no body of a stranger is ever cosigned.
func FuzzAddCheckpoint(f *testing.F) {
	impostor, _, _ := journaltest.LogKey(f, journaltest.Origin, 1)
	f.Add(newTree(f, journaltest.Draws(0, 3)).add(0, 3, impostor))
	f.Add([]byte("old 0\n\n"))
	s := open(f, f.TempDir(), nil)
	f.Cleanup(func() { _ = s.Close() })
	h := s.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		if w := ask(h, "POST", "/add-checkpoint", body); w.Code != 400 && w.Code != 403 && w.Code != 404 {
			t.Errorf("%d for %q", w.Code, body)
		}
	})
}

// TestAMirrorReadsWhatItHolds: files that the close names truly, but that are no files of a draw.
func TestAMirrorReadsWhatItHolds(t *testing.T) {
	good := map[string]string{"entries": "aa 1\nbb 2\n", "bindings": "11\n22\n", "persons": "p\n", "manifest": "s1\n"}
	for name, c := range map[string]struct {
		file, content string
		want          int64
	}{
		"good":                       {"persons", "p\n", 1},
		"empty":                      {"persons", "", 1},
		"a line without end":         {"entries", "aa 1\nbb 2\ncc", 0},
		"too few bindings":           {"bindings", "11\n", 0},
		"a line that is very long":   {"persons", strings.Repeat("p", 5000) + "\n", 0},
		"a very long unended line":   {"manifest", strings.Repeat("p", 50000), 0},
		"a manifest of another kind": {"manifest", "s1\ns2", 0},
	} {
		o := &operator{files: map[string]string{}}
		for file, content := range good {
			o.files["/draws/d1/files/"+file] = content
		}
		o.files["/draws/d1/files/"+c.file] = c.content
		l, m := journaltest.NewLog(t, nil)
		o.log = l
		site := httptest.NewServer(o)
		dir := t.TempDir()
		s := open(t, dir, func(d *witness.Deps) { d.Mirror, d.HTTP = site.URL, site.Client() })
		signed := journaltest.Extend(t, l, m, o.closeOf(t, 0, "d1"))
		w := ask(s.Handler(), "POST", "/add-checkpoint", journal.AddCheckpoint{Checkpoint: signed.Note}.Format())
		if (w.Code == http.StatusOK) != (c.want == 1) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "files", "d1", ".*")); err != nil || len(left) != 0 {
			t.Errorf("%s: left behind: %v %v", name, left, err)
		}
		site.Close()
		_ = s.Close()
	}
}
