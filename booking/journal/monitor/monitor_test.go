package monitor_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/monitor"
)

// site serves an invented log.
func site(t testing.TB, l *journal.Log) monitor.Source {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/draws", l.Handler()))
	t.Cleanup(server.Close)
	s, err := monitor.Open(server.URL+"/draws/", server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func known(t testing.TB) monitor.Options {
	t.Helper()
	_, v, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	return monitor.Options{Key: v, Log: journal.NameDraws}
}

func verify(t testing.TB, s monitor.Source, o monitor.Options) *monitor.Report {
	t.Helper()
	r, err := monitor.Verify(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fails lists the names of the checks that failed.
func fails(r *monitor.Report) (names []string) {
	for _, c := range r.Checks {
		if c.Status == monitor.Fails {
			names = append(names, c.Name)
		}
	}
	return names
}

func TestAnHonestLogOfAnySize(t *testing.T) {
	l, m := journaltest.NewLog(t, nil)
	s := site(t, l)
	dir := t.TempDir()
	var since []byte
	size := 0
	for _, n := range []int{0, 1, 254, 1, 1, 255, 300, 1300} {
		journaltest.Extend(t, l, m, journaltest.Draws(size, n)...)
		size += n
		o := known(t)
		o.Since = since
		if r := verify(t, s, o); !r.OK() || r.Checkpoint.Size != int64(size) {
			t.Fatalf("at %d leaves: %v", size, r.Checks)
		}
		got, err := monitor.Fetch(t.Context(), s, dir)
		if err != nil || got.Checkpoint.Size != int64(size) {
			t.Fatal(got, err)
		}
		if r := verify(t, monitor.Folder(dir), o); !r.OK() {
			t.Fatalf("the copy at %d leaves: %v", size, r.Checks)
		}
		latest, err := l.Latest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		since = latest.Note
	}
	again, err := monitor.Fetch(t.Context(), s, dir)
	if err != nil || again.Kept < 2*size/256 || again.Files > 8 {
		t.Errorf("a copy that is up to date: %+v %v", again, err)
	}
	if r := verify(t, s, monitor.Options{}); !r.OK() || r.Checks[1].Status != monitor.Skipped {
		t.Errorf("without a key: %v", r.Checks)
	}
}

// TestALogOfThreeLevels has a full tile above the leaves' tiles.
func TestALogOfThreeLevels(t *testing.T) {
	l, m := journaltest.NewLog(t, nil)
	journaltest.Extend(t, l, m, journaltest.Draws(0, 65536+300)...)
	if r := verify(t, site(t, l), known(t)); !r.OK() {
		t.Errorf("%v", r.Checks)
	}
}

// TestACutCopyIsMended: a full tile that was cut short by a power cut is fetched again.
func TestACutCopyIsMended(t *testing.T) {
	l, m := journaltest.NewLog(t, nil)
	journaltest.Extend(t, l, m, journaltest.Draws(0, 600)...)
	s, dir := site(t, l), t.TempDir()
	for _, cut := range []string{"", "tile/0/001", "tile/entries/000"} {
		if cut != "" {
			if err := os.Truncate(filepath.Join(dir, cut), 100); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := monitor.Fetch(t.Context(), s, dir); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, monitor.Folder(dir), known(t)); !r.OK() {
			t.Errorf("%s: %v", cut, r.Checks)
		}
	}
}

// copied is a log's copy in a folder: 600 leaves.
func copied(t testing.TB) string {
	t.Helper()
	l, m := journaltest.NewLog(t, nil)
	journaltest.Extend(t, l, m, journaltest.Draws(0, 600)...)
	dir := t.TempDir()
	if _, err := monitor.Fetch(t.Context(), site(t, l), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestEveryByteOfTheTilesCounts: a changed bit anywhere in any file fails a check.
func TestEveryByteOfTheTilesCounts(t *testing.T) {
	dir := copied(t)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		good, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := 0; i < len(good); i += max(1, len(good)/12) {
			bad := bytes.Clone(good)
			bad[i] ^= 1
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				return err
			}
			if r, err := monitor.Verify(t.Context(), monitor.Folder(dir), known(t)); err == nil && r.OK() {
				t.Errorf("%s: byte %d can be changed", path, i)
			}
		}
		return os.WriteFile(path, good, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, monitor.Folder(dir), known(t)); !r.OK() {
		t.Errorf("after all was put back: %v", r.Checks)
	}
}

func TestCosignaturesAreCounted(t *testing.T) {
	_, verifier, key := journaltest.LogKey(t, journaltest.Origin, 0)
	w := journaltest.StartWitness(t, "w.example/1", verifier)
	l, m := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Witnesses, d.K = []journal.Cosigner{w}, 1 })
	journaltest.Extend(t, l, m, journaltest.Draws(0, 3)...)
	p := journal.Policy{Logs: journal.PolicyLogs{Draws: key}, K: 1, Witnesses: []journal.PolicyWitness{{Key: w.Verifier().String(), Operator: "court"}}}
	r := verify(t, site(t, l), monitor.Options{Log: journal.NameDraws, Policy: &p})
	if want := "1 of 1 witnesses, 1 are needed: w.example/1 at 2026-12-04T09:00:01Z"; !r.OK() || r.Checks[2].Detail != want {
		t.Errorf("%v, want %s", r.Checks, want)
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	_, impostor, _ := journaltest.LogKey(t, journaltest.Origin, 1)
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string, o *monitor.Options)
		want  string
	}{
		"another key":     {func(_ *testing.T, _ string, o *monitor.Options) { o.Key = impostor }, "signature"},
		"an edited entry": {edit("tile/entries/001", func(b []byte) []byte { return bytes.Replace(b, []byte(`"d300"`), []byte(`"d301"`), 1) }), "entries"},
		"an edited tile":  {edit("tile/0/001", func(b []byte) []byte { b[77] ^= 8; return b }), "tiles"},
		"an upper tile":   {edit("tile/1/000.p/2", func(b []byte) []byte { b[0] ^= 8; return b }), "tiles"},
		"a dropped entry": {edit("tile/entries/000", func(b []byte) []byte { return b[2+len(journaltest.Draws(0, 1)[0]):] }), "entries"},
		"a shorter history": {func(t *testing.T, _ string, o *monitor.Options) {
			l, m := journaltest.NewLog(t, nil)
			o.Since = journaltest.Extend(t, l, m, journaltest.Draws(0, 601)...).Note
		}, "since"},
		"another history": {func(t *testing.T, _ string, o *monitor.Options) {
			l, m := journaltest.NewLog(t, nil)
			o.Since = journaltest.Extend(t, l, m, journaltest.Draws(1, 300)...).Note
		}, "since"},
		"too few witnesses": {func(t *testing.T, _ string, o *monitor.Options) {
			_, _, key := journaltest.LogKey(t, journaltest.Origin, 0)
			o.Key, o.Policy = nil, &journal.Policy{Logs: journal.PolicyLogs{Draws: key}, K: 1, Witnesses: []journal.PolicyWitness{{Key: journaltest.WitnessKey(t, "w").String()}}}
		}, "cosignatures"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := copied(t), known(t)
			c.spoil(t, dir, &o)
			if got := fails(verify(t, monitor.Folder(dir), o)); !slices.Contains(got, c.want) {
				t.Errorf("%v fail, want %s", got, c.want)
			}
		})
	}
}

func edit(path string, change func([]byte) []byte) func(*testing.T, string, *monitor.Options) {
	return func(t *testing.T, dir string, _ *monitor.Options) {
		path := filepath.Join(dir, path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNumbersAndForm: a leaf of the log draws without its number, and one that is not canonical, are found although the
// tree is right.
func TestNumbersAndForm(t *testing.T) {
	for want, leaf := range map[string]string{"numbers": `{"seq":3}`, "leaves": `{ "seq":2}`} {
		l, m := journaltest.NewLog(t, nil)
		journaltest.Extend(t, l, m, append(journaltest.Draws(0, 2), []byte(leaf))...)
		if got := fails(verify(t, site(t, l), known(t))); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v fail", leaf, got)
		}
	}
}

func TestWhatCannotBeReadHasNoVerdict(t *testing.T) {
	dir := copied(t)
	if err := os.Remove(filepath.Join(dir, "tile/0/001")); err != nil {
		t.Fatal(err)
	}
	if r, err := monitor.Verify(t.Context(), monitor.Folder(dir), known(t)); err == nil || !strings.Contains(err.Error(), "tile/0/001") {
		t.Errorf("a missing tile: %v %v", r, err)
	}
	if _, err := monitor.Verify(t.Context(), monitor.Folder(t.TempDir()), known(t)); err == nil {
		t.Error("an empty folder has a verdict")
	}
	for _, where := range []string{"ftp://host/x", "http://", "http://h/x?y", "http://h/#x"} {
		if _, err := monitor.Open(where, http.DefaultClient); err == nil {
			t.Errorf("%s is an address", where)
		}
	}
	big := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "%0100000d", 0)
	}))
	defer big.Close()
	s, err := monitor.Open(big.URL, big.Client())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := monitor.Verify(t.Context(), s, known(t)); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a checkpoint without end: %v", err)
	}
}

// TestACopyIsNotReplacedByAFork: neither by a smaller log nor by another one of the same size.
func TestACopyIsNotReplacedByAFork(t *testing.T) {
	dir := copied(t)
	before, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{10, 600} {
		l, m := journaltest.NewLog(t, nil)
		journaltest.Extend(t, l, m, journaltest.Leaves(0, n)...)
		if _, err := monitor.Fetch(t.Context(), site(t, l), dir); journal.CodeOf(err) != journal.CodeFork {
			t.Errorf("%d other leaves: %v", n, err)
		}
	}
	if after, err := os.ReadFile(filepath.Join(dir, "checkpoint")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the copy's checkpoint was replaced: %v", err)
	}
}
