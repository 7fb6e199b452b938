package verifier_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"chesna/booking/draw"
)

// node runs one of our scripts under node and gives what it wrote.
func node(t testing.TB, input []byte, args ...string) []byte {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is not installed: the page's own modules cannot be run")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, program, args...)
	c.Stdin = bytes.NewReader(input)
	var out, fault bytes.Buffer
	c.Stdout, c.Stderr = &out, &fault
	if err := c.Run(); err != nil {
		t.Fatalf("node %s: %v\n%s%s", strings.Join(args, " "), err, fault.String(), out.String())
	}
	return out.Bytes()
}

// given is one draw as testdata/draws.mjs reads it, answer what it says.
type given struct {
	Manifest  string `json:"manifest"`
	Entries   string `json:"entries"`
	DrawID    string `json:"drawID"`
	ChainHash string `json:"chainHash"`
	Round     string `json:"round"`
	Signature string `json:"signature"`
}

type answer struct {
	EntriesRoot  string `json:"entriesRoot"`
	ManifestRoot string `json:"manifestRoot"`
	Seed         string `json:"seed"`
	Keys         string `json:"keys"`
	Result       string `json:"result"`
	Refused      string `json:"refused"`
}

// inJavaScript lets the page's modules draw.
func inJavaScript(t testing.TB, draws []given) []answer {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, g := range draws {
		if err := enc.Encode(g); err != nil {
			t.Fatal(err)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(node(t, in.Bytes(), "testdata/draws.mjs")))
	answers := make([]answer, len(draws))
	for i := range answers {
		if err := dec.Decode(&answers[i]); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
	return answers
}

// inGo lets booking/draw do the same.
func inGo(t testing.TB, g given) answer {
	t.Helper()
	m, err := draw.ParseManifest([]byte(g.Manifest))
	if err != nil {
		return answer{Refused: err.Error()}
	}
	e, err := draw.ParseEntries([]byte(g.Entries))
	if err != nil {
		return answer{Refused: err.Error()}
	}
	var b draw.Beacon
	copy(b.ChainHash[:], unhex(t, g.ChainHash))
	copy(b.Signature[:], unhex(t, g.Signature))
	if _, err := fmt.Sscan(g.Round, &b.Round); err != nil {
		t.Fatal(err)
	}
	r, err := draw.Run(g.DrawID, b, m, e)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		keys[i] = hex.EncodeToString(k[:])
	}
	return answer{EntriesRoot: fmt.Sprintf("%x", e.Root), ManifestRoot: fmt.Sprintf("%x", m.Root), Seed: fmt.Sprintf("%x", r.Seed), Keys: strings.Join(keys, " "), Result: string(r.Bytes())}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// instance makes a random draw: windows anywhere in 0…63, several counters, breaks between seats, families,
// guarantees, all weights, times in several offsets.
func instance(r *rand.Rand) given {
	numbers := r.Perm(draw.MaxWindows)[:1+r.IntN(12)]
	base := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	counters, maxSize, often := 1+r.IntN(3), 1+r.IntN(8), 1+r.IntN(8)
	var m strings.Builder
	for i, n := 0, r.IntN(40); i < n; i++ {
		at := base.Add(time.Duration(i/counters)*20*time.Minute + time.Duration(i/15)*time.Hour)
		zone := []*time.Location{time.UTC, time.FixedZone("", 3600), time.FixedZone("", -34200)}[r.IntN(3)]
		fmt.Fprintf(&m, "s%03d %d %s %d c%d\n", i, numbers[(i/counters*len(numbers)/20+r.IntN(2))%len(numbers)], at.In(zone).Format(time.RFC3339), 20-5*(r.IntN(10)/9), i%counters)
	}
	rows := make([]string, r.IntN(80))
	for i := range rows {
		mask := uint64(0)
		for range 1 + r.IntN(4) {
			mask |= 1 << numbers[r.IntN(len(numbers))]
		}
		if r.IntN(10) == 0 {
			mask |= 1 << r.IntN(draw.MaxWindows)
		}
		rows[i] = fmt.Sprintf("%x %d %d %d %016x\n", random(r, 32), 1+r.IntN(8), r.IntN(often+1)/often, 1+r.IntN(maxSize), mask)
	}
	slices.Sort(rows)
	return given{Manifest: m.String(), Entries: strings.Join(rows, ""), DrawID: fmt.Sprintf("test-%d", r.IntN(1000)), ChainHash: fmt.Sprintf("%x", random(r, 32)), Round: fmt.Sprint(r.Uint64() >> r.IntN(64)), Signature: fmt.Sprintf("%x", random(r, 48))}
}

// Go and JavaScript give the same roots, seed, keys and result on random draws.
func TestJavaScriptDrawsWhatGoDraws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	draws := make([]given, 1_000)
	served, families, refused := 0, 0, 0
	for i := range draws {
		draws[i] = instance(r)
	}
	for i, got := range inJavaScript(t, draws) {
		want := inGo(t, draws[i])
		if got != want {
			t.Fatalf("draw %d:\n%+v\nGo: %+v\n%s%s", i, got, want, draws[i].Manifest, draws[i].Entries)
		}
		if want.Refused != "" {
			refused++
		}
		list, _, _ := strings.Cut(want.Result, "--")
		served += strings.Count(list, "\n")
		families += strings.Count(list, ",")
	}
	if refused > 0 || served < 5_000 || families < 2_000 {
		t.Errorf("the instances are too simple: %d refused, %d served, %d seats beside another", refused, served, families)
	}
}

// Both refuse the same damaged files with the same words.
func TestJavaScriptRefusesWhatGoRefuses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	draws := make([]given, 0, 2_000)
	for len(draws) < cap(draws) {
		g := instance(r)
		if r.IntN(2) == 0 {
			g.Manifest = damage(r, g.Manifest)
		} else {
			g.Entries = damage(r, g.Entries)
		}
		draws = append(draws, g)
	}
	refused := 0
	for i, got := range inJavaScript(t, draws) {
		want := inGo(t, draws[i])
		if got != want {
			t.Fatalf("draw %d:\n%+v\nGo: %+v\n%q\n%q", i, got, want, draws[i].Manifest, draws[i].Entries)
		}
		if want.Refused != "" {
			refused++
		}
	}
	if refused < len(draws)/3 {
		t.Errorf("only %d of %d were refused", refused, len(draws))
	}
}

// damage changes, adds or takes away one byte, or swaps two lines.
func damage(r *rand.Rand, file string) string {
	if file == "" {
		return "\n"
	}
	at := r.IntN(len(file))
	b := []byte(file)
	switch r.IntN(4) {
	case 0:
		b[at] = "\n\r\t 0129azA-+:Z.,_\x00\x7f"[r.IntN(20)]
	case 1:
		b = slices.Insert(b, at, " 0-\n1"[r.IntN(5)])
	case 2:
		b = slices.Delete(b, at, at+1)
	default:
		lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		i, j := r.IntN(len(lines)), r.IntN(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
		return strings.Join(lines, "")
	}
	return string(b)
}
