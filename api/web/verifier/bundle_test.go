package verifier_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// asked is one bundle as testdata/bundles.mjs reads it.
type asked struct {
	Files   map[string][]byte `json:"files,omitempty"`
	Zip     []byte            `json:"zip,omitempty"`
	Policy  []byte            `json:"policy,omitempty"`
	Receipt []byte            `json:"receipt,omitempty"`
}

// verdict is what the page's modules say.
type verdict struct {
	Verdict string  `json:"verdict"`
	Checks  []check `json:"checks"`
	Receipt string  `json:"receipt"`
	Opened  *bool   `json:"opened"`
	Place   struct {
		Row     int    `json:"row"`
		Rank    int    `json:"rank"`
		Of      int    `json:"of"`
		Key     string `json:"key"`
		Seats   string `json:"seats"`
		Waiting int    `json:"waiting"`
	} `json:"place"`
	Error string `json:"error"`
}

type check struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Detail string `json:"detail"`
}

func (v verdict) failed() (ids []string) {
	for _, c := range v.Checks {
		if c.State == "failed" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (v verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", v.Verdict, v.Error)
	for _, c := range v.Checks {
		if c.State != "ok" {
			fmt.Fprintf(&b, "\n  %s %s: %s", c.ID, c.State, c.Detail)
		}
	}
	return b.String()
}

// judged lets the page's modules verify bundles, all in one run.
func judged(t testing.TB, bundles []asked) []verdict {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, b := range bundles {
		if err := enc.Encode(b); err != nil {
			t.Fatal(err)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(node(t, in.Bytes(), "testdata/bundles.mjs")))
	out := make([]verdict, len(bundles))
	for i := range out {
		if err := dec.Decode(&out[i]); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
	return out
}

// packed is a bundle as .zip.
func packed(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, name := range names(files) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: []uint16{zip.Store, zip.Deflate}[i%2]})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with is a bundle with one file more or other.
func with(files map[string][]byte, name string, content []byte) map[string][]byte {
	out := maps.Clone(files)
	if out[name] = content; content == nil {
		delete(out, name)
	}
	return out
}

// later has the cosignatures of a kind of leaf come later.
func later(kind string, by time.Duration) func(string, map[string]time.Time) {
	return func(of string, at map[string]time.Time) {
		for name := range at {
			if of == kind {
				at[name] = at[name].Add(by)
			}
		}
	}
}

// replaced is a draw whose round did not come: so long after its time a leaf names another round, so far ahead.
func replaced(t *testing.T, k *trust, after, ahead time.Duration) *story {
	s := &story{k: k, closes: closing()}
	round := func(s *story) uint64 {
		return s.roundOf(0) + uint64((after+ahead)/time.Second)/uint64(k.period)
	}
	s.before = func(s *story, l *tree, files map[string][]byte) {
		s.add(t, l, files, s.timeOf(s.roundOf(0)).Add(after), map[string]any{"beacon": k.chain(false), "drawID": drawID, "round": round(s), "type": "newchain"})
	}
	s.round = func(uint64) uint64 { return round(s) }
	return s
}

func TestHonestBundles(t *testing.T) {
	t.Parallel()
	k := newTrust(t)
	plain := &story{k: k}
	files := plain.tell(t)
	short, own := &story{k: k, short: true}, &story{k: k, self: true}
	void := &story{k: k, fallbacks: 2, cosign: later("close", 400*time.Second), stampAt: 5 * time.Second}
	silent := replaced(t, k, 7*24*time.Hour+time.Minute, 25*time.Hour)
	silentFiles := silent.tell(t)
	shortFiles, ownFiles, voidFiles := short.tell(t), own.tell(t), void.tell(t)
	cases := []struct {
		name, verdict string
		asked         asked
	}{
		{"all as it should be", "good", asked{Files: files, Policy: plain.policy}},
		{"the same as .zip", "good", asked{Zip: packed(t, files), Policy: plain.policy}},
		{"with a receipt", "good", asked{Files: with(files, "receipts/mine", plain.receipt), Policy: plain.policy, Receipt: plain.receipt}},
		{"a receipt as JSON", "good", asked{Files: files, Policy: plain.policy, Receipt: plain.withOpening(t)}},
		{"nothing pinned", "not-independent", asked{Files: files}},
		{"development", "not-independent", asked{Files: shortFiles, Policy: short.policy}},
		{"only witnesses of the operator", "not-independent", asked{Files: ownFiles, Policy: own.policy}},
		{"two attempts were void, because the cosignatures came late", "good", asked{Files: voidFiles, Policy: void.policy}},
		{"the beacon was silent for a week, and another round was named", "good", asked{Files: silentFiles, Policy: silent.policy}},
		{"another policy pinned", "wrong", asked{Files: files, Policy: own.policy}},
	}
	in := make([]asked, len(cases))
	for i, c := range cases {
		in[i] = c.asked
	}
	for i, v := range judged(t, in) {
		if v.Verdict != cases[i].verdict {
			t.Errorf("%s: want %s, got %s", cases[i].name, cases[i].verdict, v)
		}
		if len(v.Checks) != 24 {
			t.Errorf("%s: %d checks", cases[i].name, len(v.Checks))
		}
		if cases[i].asked.Receipt != nil && (v.Receipt != "in" || v.Place.Row != 5 || v.Place.Of != entries || (v.Place.Seats == "") != (v.Place.Waiting > 0)) {
			t.Errorf("%s: receipt %s, %+v", cases[i].name, v.Receipt, v.Place)
		}
		if asJSON := bytes.HasPrefix(cases[i].asked.Receipt, []byte("{")); asJSON != (v.Opened != nil && *v.Opened) {
			t.Errorf("%s: the opening was not looked at", cases[i].name)
		}
	}
}

// TestEveryByteCounts changes a byte of every file, at several places, and takes every file away.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	s := &story{k: newTrust(t)}
	files := s.tell(t)
	files["receipts/mine"] = s.receipt
	var in []asked
	var what []string
	for _, name := range names(files) {
		content := files[name]
		for i := range 6 {
			at := i * (len(content) - 1) / 5
			if strings.HasSuffix(name, ".tsr") {
				at = bytes.Index(content, []byte{0x04, 0x20}) + 2 + 6*i // in the imprint: the rest is for who checks the signature
			}
			changed := bytes.Clone(content)
			changed[at] ^= 1
			in, what = append(in, asked{Files: with(files, name, changed), Policy: s.policy}), append(what, fmt.Sprintf("%s, byte %d", name, at))
		}
		in, what = append(in, asked{Files: with(files, name, append(bytes.Clone(content), content...)), Policy: s.policy}), append(what, name+", twice")
		if name != "receipts/mine" && !strings.HasSuffix(name, ".tsr") {
			in, what = append(in, asked{Files: with(files, name, nil), Policy: s.policy}), append(what, name+", missing")
		}
	}
	in, what = append(in, asked{Files: with(files, "leaves/x.json", []byte("{}")), Policy: s.policy}), append(what, "an odd name")
	for i, v := range judged(t, in) {
		if v.Verdict != "wrong" && v.Verdict != "unreadable" {
			t.Errorf("%s: %s", what[i], v)
		}
	}
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	s := &story{k: newTrust(t)}
	good := packed(t, s.tell(t))
	var twice bytes.Buffer
	w := zip.NewWriter(&twice)
	for range 2 {
		if _, err := w.Create("manifest"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var in []asked
	for _, b := range [][]byte{twice.Bytes(), good[:len(good)-1], good[1:], append(bytes.Clone(good), 0), []byte("PK"), {0}} {
		in = append(in, asked{Zip: b, Policy: s.policy})
	}
	for at := 0; at < len(good); at += len(good) / 150 {
		changed := bytes.Clone(good)
		changed[at] ^= 0x10
		in = append(in, asked{Zip: changed, Policy: s.policy})
	}
	odd := 0
	for i, v := range judged(t, in) {
		if v.Verdict == "good" {
			odd++ // a time or an attribute of the archive, which nobody reads
			if i < 6 {
				t.Errorf("archive %d was taken", i)
			}
		}
	}
	if odd > len(in)/10 {
		t.Errorf("%d of %d damaged archives were taken", odd, len(in))
	}
}
