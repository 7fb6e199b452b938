package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chesna/booking/beacon"
	"chesna/booking/beacon/devbeacon"
)

const (
	drawnChain     = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
	drawnSignature = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
	drawnManifest  = `s000 0 2026-12-07T09:20:00+01:00 20 c2
s001 0 2026-12-07T11:00:00+01:00 20 c2
s002 0 2026-12-07T12:00:00+01:00 20 c1
s003 1 2026-12-08T09:20:00+01:00 20 c2
`
	drawnEntries = `2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a 6 1 3 0000000000000004
305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5 7 0 2 0000000000000005
424dc2a8687c498ccbcee39b859205f57ff8b9ba41277601c77b39621ba19dc8 3 0 1 0000000000000002
44385c857e1007d7b95dac64d892da5efc8d5c7d438a96bb86399207685d2578 1 0 2 0000000000000001
`
)

// command runs the program in this process and gives its exit status and what it printed.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	capture := func(stream **os.File, name string) func() string {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		was := *stream
		*stream = f
		return func() string {
			*stream = was
			f.Close()
			b, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
	}
	out, errs := capture(&os.Stdout, "stdout"), capture(&os.Stderr, "stderr")
	status = run(context.Background(), args)
	return status, out(), errs()
}

// drawing is the arguments of chesna draw run.
type drawing struct {
	id, chain, round, signature, manifest, entries string
	more                                           []string
}

func worked() drawing {
	return drawing{id: "waw-passport-2026w50", chain: drawnChain, round: "1000", signature: drawnSignature, manifest: drawnManifest, entries: drawnEntries}
}

func (d drawing) run(t *testing.T) (status int, stdout, stderr string) {
	t.Helper()
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{
		"draw", "run", "--draw-id=" + d.id, "--chain-hash=" + d.chain, "--round=" + d.round, "--signature=" + d.signature,
		"--manifest", file("m", d.manifest), "--entries", file("e", d.entries),
	}
	return command(t, append(args, d.more...)...)
}

// refused checks that a run ends with status 2, prints nothing, and names the fault.
func (d drawing) refused(t *testing.T, name, fault string) {
	t.Helper()
	status, stdout, stderr := d.run(t)
	if status != 2 || stdout != "" || !strings.Contains(stderr, fault) {
		t.Errorf("%s: status %d, stdout %q, stderr %q; want 2, nothing, %q", name, status, stdout, stderr, fault)
	}
}

// breach is a change to a file that breaks its grammar in a line.
type breach struct {
	name     string
	line     int
	old, new string
}

func (b breach) of(t *testing.T, file string) string {
	t.Helper()
	if !strings.Contains(file, b.old) {
		t.Fatalf("%s: the sample has no %q", b.name, b.old)
	}
	return strings.Replace(file, b.old, b.new, 1)
}

func TestDrawRunRefusesMalformedManifests(t *testing.T) {
	if status, stdout, stderr := worked().run(t); status != 0 || stderr != "" || !strings.Contains(stdout, "\n--\n") {
		t.Fatalf("the sample: %d %q %q", status, stdout, stderr)
	}
	for _, b := range []breach{
		{"CR", 1, "c2\n", "c2\r\n"},
		{"CR alone", 1, "c2\n", "c2\r"},
		{"blank line", 2, "c2\n", "c2\n\n"},
		{"blank line first", 1, "s000", "\ns000"},
		{"blank line last", 5, "08T09:20:00+01:00 20 c2\n", "08T09:20:00+01:00 20 c2\n\n"},
		{"double space", 2, "s001 0", "s001  0"},
		{"space first", 1, "s000 0", " s000 0"},
		{"space last", 1, "20 c2\n", "20 c2 \n"},
		{"tab", 1, "s000 0", "s000\t0"},
		{"no LF at the end", 4, "08T09:20:00+01:00 20 c2\n", "08T09:20:00+01:00 20 c2"},
		{"mark of byte order", 1, "s000", "\ufeffs000"},
		{"letter beyond ASCII", 1, "s000", "ѕ000"},
		{"zero byte", 1, "s000", "s\x0000"},
		{"a field too few", 1, " c2\n", "\n"},
		{"a field too many", 1, " c2\n", " c2 c3\n"},
		{"leading zero in window", 1, "s000 0", "s000 00"},
		{"leading zero in minutes", 1, " 20 c2", " 020 c2"},
		{"window 64", 3, "s002 0", "s002 64"},
		{"window below 0", 3, "s002 0", "s002 -1"},
		{"plus", 3, "s002 0", "s002 +0"},
		{"hex", 3, "s002 0", "s002 0x0"},
		{"minutes 0", 1, " 20 c2", " 0 c2"},
		{"minutes 481", 1, " 20 c2", " 481 c2"},
		{"fraction", 1, "09:20:00+", "09:20:00.0+"},
		{"fraction with comma", 1, "09:20:00+", "09:20:00,5+"},
		{"-00:00", 1, "09:20:00+01:00", "08:20:00-00:00"},
		{"no zone", 1, "09:20:00+01:00", "09:20:00"},
		{"z", 1, "09:20:00+01:00", "08:20:00z"},
		{"t", 1, "2026-12-07T09", "2026-12-07t09"},
		{"space for T", 1, "2026-12-07T09", "2026-12-07 09"},
		{"offset without colon", 1, "+01:00", "+0100"},
		{"offset 24:00", 1, "+01:00", "+24:00"},
		{"offset 01:60", 1, "+01:00", "+01:60"},
		{"30 February", 1, "2026-12-07T09", "2026-02-30T09"},
		{"hour 24", 1, "T09:20:00", "T24:20:00"},
		{"second 60", 1, "T09:20:00", "T09:20:60"},
		{"short year", 1, "2026-12-07T09", "226-12-07T09"},
		{"long seat", 1, "s000", strings.Repeat("s", 33)},
		{"seat with point", 1, "s000", "s.00"},
		{"long counter", 1, "c2", strings.Repeat("c", 33)},
		{"counter with slash", 1, "c2", "c/2"},
		{"seat twice", 2, "s001", "s000"},
		{"one instant, one counter", 2, "2026-12-07T11:00:00+01:00", "2026-12-07T08:20:00Z"},
		{"not sorted by instant", 2, "2026-12-07T11", "2026-12-07T08"},
		{"not sorted by counter", 2, "2026-12-07T11:00:00+01:00 20 c2", "2026-12-07T09:20:00+01:00 20 c1"},
	} {
		d := worked()
		d.manifest = b.of(t, d.manifest)
		d.refused(t, b.name, fmt.Sprintf("manifest, line %d:", b.line))
	}
}

func TestDrawRunRefusesMalformedEntries(t *testing.T) {
	second := "305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5"
	for _, b := range []breach{
		{"CR", 1, "04\n", "04\r\n"},
		{"blank line", 2, "04\n", "04\n\n"},
		{"blank line first", 1, "2de5", "\n2de5"},
		{"blank line last", 5, "2 0000000000000001\n", "2 0000000000000001\n\n"},
		{"double space", 1, " 6 1", " 6  1"},
		{"space first", 1, "2de5", " 2de5"},
		{"space last", 1, "04\n", "04 \n"},
		{"tab", 1, " 6 1", "\t6 1"},
		{"no LF at the end", 4, "2 0000000000000001\n", "2 0000000000000001"},
		{"a field too few", 1, " 6 1 3 ", " 6 1 "},
		{"a field too many", 1, " 6 1 3 ", " 6 1 3 1 "},
		{"upper-case nf", 1, "2de5", "2DE5"},
		{"short nf", 1, "2de50", "2de5"},
		{"long nf", 1, "2de5", "02de5"},
		{"nf not hex", 1, "2de5", "2dg5"},
		{"nf beyond f", 1, "2de5", "2do5"},
		{"nf not ASCII", 1, "2de5", "2d\u00e95"},
		{"w 0", 1, " 6 1 3", " 0 1 3"},
		{"w 9", 1, " 6 1 3", " 9 1 3"},
		{"w 06", 1, " 6 1 3", " 06 1 3"},
		{"w +6", 1, " 6 1 3", " +6 1 3"},
		{"w 6.0", 1, " 6 1 3", " 6.0 1 3"},
		{"g 2", 1, " 6 1 3", " 6 2 3"},
		{"g 01", 1, " 6 1 3", " 6 01 3"},
		{"size 0", 1, " 6 1 3", " 6 1 0"},
		{"size 9", 1, " 6 1 3", " 6 1 9"},
		{"size 03", 1, " 6 1 3", " 6 1 03"},
		{"zero windows", 1, "0000000000000004", "0000000000000000"},
		{"short windows", 1, "0000000000000004", "000000000000004"},
		{"long windows", 1, "0000000000000004", "00000000000000004"},
		{"upper-case windows", 1, "0000000000000004", "000000000000000A"},
		{"windows with 0x", 1, "0000000000000004", "0x00000000000004"},
		{"duplicate", 2, second, "2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a"},
		{"unsorted", 2, second, "1" + second[1:]},
		{"unsorted, last digit", 2, second, "2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b19"},
		{"last line's fault", 4, "44385c85", "Z4385c85"},
	} {
		d := worked()
		d.entries = b.of(t, d.entries)
		d.refused(t, b.name, fmt.Sprintf("entries, line %d:", b.line))
	}
}

func TestDrawRunRefusesArguments(t *testing.T) {
	for name, try := range map[string]struct {
		fault  string
		change func(*drawing)
	}{
		"upper-case draw":      {"draw id", func(d *drawing) { d.id = "WAW" }},
		"empty draw":           {"draw id", func(d *drawing) { d.id = "" }},
		"draw begins with -":   {"draw id", func(d *drawing) { d.id = "-a" }},
		"long draw":            {"draw id", func(d *drawing) { d.id = strings.Repeat("a", 65) }},
		"another chain":        {"--beacon", func(d *drawing) { d.chain = "00" + d.chain[2:] }},
		"chain in capitals":    {"--chain-hash", func(d *drawing) { d.chain = strings.ToUpper(d.chain) }},
		"short chain":          {"--chain-hash", func(d *drawing) { d.chain = d.chain[2:] }},
		"another round":        {"does not verify", func(d *drawing) { d.round = "1001" }},
		"round 0":              {"rounds begin at 1", func(d *drawing) { d.round = "0" }},
		"round in octal":       {"--round", func(d *drawing) { d.round = "01000" }},
		"round in hex":         {"--round", func(d *drawing) { d.round = "0x3e8" }},
		"round with gaps":      {"--round", func(d *drawing) { d.round = "1_000" }},
		"round below 0":        {"--round", func(d *drawing) { d.round = "-1000" }},
		"huge round":           {"--round", func(d *drawing) { d.round = "18446744073709551616" }},
		"flipped bit":          {"beacon round 1000", func(d *drawing) { d.signature = d.signature[:95] + "8" }},
		"flipped sign":         {"does not verify", func(d *drawing) { d.signature = "94" + d.signature[2:] }},
		"signature in capital": {"--signature", func(d *drawing) { d.signature = strings.ToUpper(d.signature) }},
		"short signature":      {"48 bytes", func(d *drawing) { d.signature = d.signature[2:] }},
		"no signature":         {"48 bytes", func(d *drawing) { d.signature = "" }},
		"torsion 1": {"not a point of the group", func(d *drawing) {
			d.signature = "94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de"
		}},
		"torsion 2": {"not a point of the group", func(d *drawing) {
			d.signature = "a1fe701a794a0a47bb8ed1e3dd87014d6867a88a3c851c0e87db8c9826a974511eabf06178c8903116179c59533325d2"
		}},
		"no such file":    {"no such file", func(d *drawing) { d.more = []string{"--manifest", filepath.Join(t.TempDir(), "none")} }},
		"a folder":        {"", func(d *drawing) { d.more = []string{"--entries", t.TempDir()} }},
		"an unknown flag": {"unknown flag", func(d *drawing) { d.more = []string{"--seed=1"} }},
	} {
		d := worked()
		try.change(&d)
		d.refused(t, name, try.fault)
	}
}

// A chain that is not the public one counts only with a description that fits, and says what it is.
func TestDrawRunOnADescribedChain(t *testing.T) {
	b, err := devbeacon.Open(devbeacon.Deps{Dir: t.TempDir(), Period: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Fetch(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	description := b.Chain().Describe()
	described := func(change func(*beacon.Description)) drawing {
		d := worked()
		d.chain, d.round, d.signature = description.ChainHash, "1", fmt.Sprintf("%x", r.Signature)
		text := description
		change(&text)
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "beacon.json")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		d.more = []string{"--beacon", file}
		return d
	}
	same := func(*beacon.Description) {}
	status, stdout, stderr := described(same).run(t)
	if status != 0 || !strings.Contains(stdout, "\n--\n") || !strings.Contains(stderr, "not independent") {
		t.Errorf("%d %q %q", status, stdout, stderr)
	}
	d := described(same)
	d.more = nil
	d.refused(t, "no description", "not a known chain")
	d = described(same)
	d.chain = drawnChain
	d.refused(t, "another chain than asked for", "another chain")
	d = described(same)
	d.signature = drawnSignature
	d.refused(t, "a signature of another chain", "does not verify")
	described(func(d *beacon.Description) { *d = beacon.Quicknet().Describe() }).refused(t, "another chain described", "another chain")
	described(func(d *beacon.Description) { d.Scheme = "pedersen-bls-unchained" }).refused(t, "scheme", "scheme")
	described(func(d *beacon.Description) { d.Period = 2 }).refused(t, "period", "hash")
	described(func(d *beacon.Description) { d.ChainHash = drawnChain }).refused(t, "hash", "hash")
	d = described(same)
	d.more[1] = filepath.Join(t.TempDir(), "none")
	d.refused(t, "no file", "no such file")
	// The public chain's own description changes nothing.
	d = described(func(d *beacon.Description) { *d = beacon.Quicknet().Describe() })
	d.chain, d.round, d.signature = drawnChain, "1000", drawnSignature
	if status, _, stderr := d.run(t); status != 0 || stderr != "" {
		t.Errorf("quicknet described: %d %q", status, stderr)
	}
}
