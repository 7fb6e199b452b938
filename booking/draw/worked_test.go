package draw

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// The worked draw of the specification, drand quicknet round 1000.
const (
	workedManifest = `s000 0 2026-12-07T09:20:00+01:00 20 c2
s001 0 2026-12-07T11:00:00+01:00 20 c2
s002 0 2026-12-07T12:00:00+01:00 20 c1
s003 1 2026-12-08T09:20:00+01:00 20 c2
s004 1 2026-12-08T11:20:00+01:00 20 c2
`
	workedEntries = `2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a 6 1 3 0000000000000004
305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5 7 0 2 0000000000000005
424dc2a8687c498ccbcee39b859205f57ff8b9ba41277601c77b39621ba19dc8 3 0 1 0000000000000002
44385c857e1007d7b95dac64d892da5efc8d5c7d438a96bb86399207685d2578 1 0 2 0000000000000001
4e019c2bf0fe282bd4b49280c790183afb5f69fb4d3226033d0141c531811333 4 0 3 0000000000000006
681c34f9c424eae11631d67fdf64a0d8a5b4dff0c5475a81bcd2b26419dac896 1 0 1 0000000000000006
d1d3fb5d4f137e8cd7b9fae1a77afab3d84b9dc66b1aabac50b0fbbc8f89ec5f 2 0 1 0000000000000005
df111a3b3df245ada90802389a78cdc29492a875f74ac6f3aa202f4ad9892fed 1 0 2 0000000000000002
f967bdafdf0e7337420c13f8f5d40f6ce079d1b987376f07bcb81287fdc8c038 8 0 1 0000000000000007
`
	workedResult = `305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5 s000,s001
d1d3fb5d4f137e8cd7b9fae1a77afab3d84b9dc66b1aabac50b0fbbc8f89ec5f s002
f967bdafdf0e7337420c13f8f5d40f6ce079d1b987376f07bcb81287fdc8c038 s003
681c34f9c424eae11631d67fdf64a0d8a5b4dff0c5475a81bcd2b26419dac896 s004
--
2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a
4e019c2bf0fe282bd4b49280c790183afb5f69fb4d3226033d0141c531811333
424dc2a8687c498ccbcee39b859205f57ff8b9ba41277601c77b39621ba19dc8
44385c857e1007d7b95dac64d892da5efc8d5c7d438a96bb86399207685d2578
df111a3b3df245ada90802389a78cdc29492a875f74ac6f3aa202f4ad9892fed
closed 0000000000000007
`
)

func workedBeacon(t testing.TB) Beacon {
	t.Helper()
	var b Beacon
	chain, err := hex.DecodeString("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971")
	signature, err2 := hex.DecodeString("b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	copy(b.ChainHash[:], chain)
	copy(b.Signature[:], signature)
	b.Round = 1000
	return b
}

func TestWorkedDraw(t *testing.T) {
	m, err := ParseManifest([]byte(workedManifest))
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEntries([]byte(workedEntries))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run("waw-passport-2026w50", workedBeacon(t), m, e)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]string{
		"entries root":  {fmt.Sprintf("%x", e.Root), "66119693dccb1f9d0979b7baf06a7d3128ce3970d71e63db5e6576db03d47c61"},
		"manifest root": {fmt.Sprintf("%x", m.Root), "afc599f73138c009c9820ff45dfc83238e03cdb1a73851a1ac703d2e9f5e7f39"},
		"seed":          {fmt.Sprintf("%x", r.Seed), "8c69c4ae4a3a70f237a9249208279f6acf804fc424785096abc9563cea08fde8"},
		"smallest key":  {fmt.Sprintf("%x", r.Keys[0]), "03daaa8952ba24f842e961ff67fea44a737a6f94a33da0f6c54a7b70647eb307"},
		"result":        {string(r.Bytes()), workedResult},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s:\n%s\nwant\n%s", name, pair[0], pair[1])
		}
	}
}

func TestEmptyDraw(t *testing.T) {
	m, err := ParseManifest(nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEntries(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run("none", workedBeacon(t), m, e)
	if err != nil || string(r.Bytes()) != "--\nclosed 0000000000000000\n" {
		t.Errorf("%q, %v", r.Bytes(), err)
	}
}

// Each breach of the grammar is refused with its line.
func TestGrammar(t *testing.T) {
	swap := func(file, old, new string) string {
		if !strings.Contains(file, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(file, old, new, 1)
	}
	manifests := map[string]string{
		"CR":              swap(workedManifest, "c2\n", "c2\r\n"),
		"blank line":      swap(workedManifest, "c2\n", "c2\n\n"),
		"no last LF":      strings.TrimSuffix(workedManifest, "\n"),
		"double space":    swap(workedManifest, "s000 0", "s000  0"),
		"trailing space":  swap(workedManifest, "20 c2\n", "20 c2 \n"),
		"leading zero":    swap(workedManifest, "s000 0", "s000 00"),
		"window 64":       swap(workedManifest, "s000 0", "s000 64"),
		"minutes 0":       swap(workedManifest, " 20 c2", " 0 c2"),
		"minutes 481":     swap(workedManifest, " 20 c2", " 481 c2"),
		"minus zero":      swap(workedManifest, "09:20:00+01:00", "08:20:00-00:00"),
		"offset 24:00":    swap(workedManifest, "09:20:00+01:00", "09:20:00+24:00"),
		"fraction":        swap(workedManifest, "09:20:00+01:00", "09:20:00.0+01:00"),
		"comma fraction":  swap(workedManifest, "09:20:00+01:00", "09:20:00,5+01:00"),
		"lower z":         swap(workedManifest, "09:20:00+01:00", "08:20:00z"),
		"no such day":     swap(workedManifest, "2026-12-07T09", "2026-02-30T09"),
		"long seat":       swap(workedManifest, "s000", strings.Repeat("s", 33)),
		"bad counter":     swap(workedManifest, "c2\n", "c/2\n"),
		"same seat":       swap(workedManifest, "s001", "s000"),
		"same instant":    swap(workedManifest, "2026-12-07T11:00:00+01:00", "2026-12-07T08:20:00Z"),
		"not sorted":      swap(workedManifest, "2026-12-07T11:00:00", "2026-12-06T11:00:00"),
		"not ASCII":       swap(workedManifest, "s000", "ѕ000"),
		"tab":             swap(workedManifest, "s000 0", "s000\t0"),
		"plus on number":  swap(workedManifest, "s000 0", "s000 +0"),
		"a field missing": swap(workedManifest, " c2\n", "\n"),
	}
	for name, file := range manifests {
		var line *LineError
		if _, err := ParseManifest([]byte(file)); !errors.As(err, &line) || line.Line == 0 || line.Reason == "" {
			t.Errorf("manifest, %s: %v", name, err)
		}
	}
	entries := map[string]string{
		"upper hex":       swap(workedEntries, "2de5", "2DE5"),
		"short nf":        swap(workedEntries, "2de50", "2de5"),
		"weight 0":        swap(workedEntries, " 6 1 3", " 0 1 3"),
		"weight 9":        swap(workedEntries, " 6 1 3", " 9 1 3"),
		"g 2":             swap(workedEntries, " 6 1 3", " 6 2 3"),
		"size 0":          swap(workedEntries, " 6 1 3", " 6 1 0"),
		"size 9":          swap(workedEntries, " 6 1 3", " 6 1 9"),
		"no window":       swap(workedEntries, "0000000000000004", "0000000000000000"),
		"short windows":   swap(workedEntries, "0000000000000004", "000000000000004"),
		"twice":           swap(workedEntries, "305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5", "2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a"),
		"not sorted":      swap(workedEntries, "2de50472", "fde50472"),
		"one field more":  swap(workedEntries, "0000000000000004\n", "0000000000000004 1\n"),
		"only LF":         "\n",
		"hex with prefix": swap(workedEntries, "0000000000000004", "0x00000000000004"),
	}
	for name, file := range entries {
		var line *LineError
		if _, err := ParseEntries([]byte(file)); !errors.As(err, &line) || line.Line == 0 {
			t.Errorf("entries, %s: %v", name, err)
		}
	}
	for _, id := range []string{"", "-a", "A", "a_b", strings.Repeat("a", 65), "ä"} {
		if CheckDrawID(id) == nil {
			t.Errorf("draw id %q was accepted", id)
		}
	}
}
