package audit_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
	"chesna/booking/beacon"
	"chesna/booking/draw"
)

// edits are what somebody can do to the files of a draw, and the checks that must fail when he does no more.
var edits = []struct {
	class string
	files func(*audit.Bundle)
	want  []string
	// announced: the announcement itself has to change with it.
	announced bool
}{
	{class: "dropped entry", files: dropEntry, want: []string{audit.CloseMatchesFiles, audit.Authority, audit.Seed}},
	{class: "added entry", files: addEntry, want: []string{audit.CloseMatchesFiles, audit.Authority, audit.Seed}},
	{class: "swapped entry", files: swapEntry, want: []string{audit.CloseMatchesFiles, audit.Authority, audit.Seed}},
	{class: "re-weighted entry", files: reweigh, want: []string{audit.CloseMatchesFiles, audit.Authority, audit.Seed}},
	{class: "changed binding", files: changeBinding, want: []string{audit.Bindings, audit.CloseMatchesFiles, audit.Authority}},
	{class: "exchanged bindings", files: func(b *audit.Bundle) {
		l := audittest.Lines(b.Bindings)
		l[0], l[1] = l[1], l[0]
		b.Bindings = audittest.Join(l)
	}, want: []string{audit.Bindings, audit.CloseMatchesFiles, audit.Authority}},
	{class: "person moved to another entry", files: func(b *audit.Bundle) {
		l := audittest.Lines(b.Persons)
		l[0] = l[0][:65] + l[1][65:]
		b.Persons = audittest.Join(l)
	}, want: []string{audit.Persons, audit.CloseMatchesFiles, audit.Authority}},
	{
		class: "hidden seat", files: func(b *audit.Bundle) { b.Manifest = audittest.Join(audittest.Lines(b.Manifest)[1:]) },
		want: []string{audit.ManifestRoot, audit.Seed}, announced: true,
	},
	{class: "added seat", files: func(b *audit.Bundle) {
		l := audittest.Lines(b.Manifest)
		last := strings.Fields(l[len(l)-1])
		b.Manifest = audittest.Join(append(l, fmt.Sprintf("added %s %s %s zz\n", last[1], last[2], last[3])))
	}, want: []string{audit.ManifestRoot, audit.Seed}, announced: true},
	{class: "moved seat", files: func(b *audit.Bundle) {
		b.Manifest = bytes.Replace(b.Manifest, []byte(" 20 c"), []byte(" 25 c"), 1)
	}, want: []string{audit.ManifestRoot, audit.Seed}, announced: true},
}

func dropEntry(b *audit.Bundle) {
	entries, bindings := audittest.Lines(b.Entries), audittest.Lines(b.Bindings)
	gone := entries[3][:64]
	b.Entries, b.Bindings = audittest.Join(slices.Delete(entries, 3, 4)), audittest.Join(slices.Delete(bindings, 3, 4))
	b.Persons = audittest.Join(slices.DeleteFunc(audittest.Lines(b.Persons), func(l string) bool { return l[65:129] == gone }))
}

func addEntry(b *audit.Bundle) {
	nf := strings.Repeat("f", 64)
	b.Entries = append(b.Entries, nf+" 8 1 1 0000000000000007\n"...)
	b.Bindings = append(b.Bindings, strings.Repeat("1", 64)+"\n"...)
	b.Persons = append(b.Persons, nf+" "+nf+"\n"...)
}

// swapEntry puts somebody else in an entry's place.
func swapEntry(b *audit.Bundle) {
	l := audittest.Lines(b.Entries)
	gone, in := l[len(l)-1][:64], strings.Repeat("f", 64)
	b.Entries = bytes.ReplaceAll(b.Entries, []byte(gone), []byte(in))
	b.Persons = bytes.ReplaceAll(b.Persons, []byte(gone), []byte(in))
}

func reweigh(b *audit.Bundle) {
	l := audittest.Lines(b.Entries)
	for i := range l {
		if l[i][65] == '1' {
			l[i] = l[i][:65] + "8" + l[i][66:]
			break
		}
	}
	b.Entries = audittest.Join(l)
}

func changeBinding(b *audit.Bundle) {
	l := audittest.Lines(b.Bindings)
	l[2] = strings.Repeat("a", 64) + "\n"
	b.Bindings = audittest.Join(l)
}

// caught fails the test unless all wanted checks failed.
func caught(t *testing.T, b *audit.Bundle, o audit.Options, want ...string) {
	t.Helper()
	r := audit.Verify(b, o)
	if v := r.Verdict(); v != audit.Broken {
		t.Errorf("verdict: %v", v)
	}
	for _, id := range want {
		if r.State(id) != audit.Failed {
			t.Errorf("%s: %s, in %q", id, r.State(id), faults(r))
		}
	}
}

func TestEditedFilesAreCaught(t *testing.T) {
	w := world(t, audittest.Options{Stamper: stamper()})
	honest := finish(t, plain(t, w))
	for _, e := range edits {
		t.Run(e.class, func(t *testing.T) {
			b := audittest.Clone(honest)
			e.files(b)
			caught(t, b, audit.Options{Policy: &w.Policy}, e.want...)
		})
	}
}

// TestSmartForgerIsCaught: the operator himself forges. He makes every leaf, root, hash, proof and signature of his own
// anew and draws again, with one of three witnesses on his side. The two others, the authority and the time stamp
// authority are honest.
func TestSmartForgerIsCaught(t *testing.T) {
	w := world(t, audittest.Options{Stamper: stamper()})
	honest := finish(t, plain(t, w))
	for _, e := range edits {
		for friends := range 2 {
			t.Run(fmt.Sprintf("%s, %d friends", e.class, friends), func(t *testing.T) {
				b, err := w.Forge(honest, audittest.Forgery{Witnesses: friends, Files: e.files})
				must(t, err)
				want := []string{audit.WitnessesClose, audit.WitnessesResult, audit.TimeStamps, audit.Timing}
				if e.announced {
					want = append(want, audit.WitnessesAnnouncment)
				} else {
					want = append(want, audit.Authority)
				}
				caught(t, b, audit.Options{Policy: &w.Policy}, want...)
			})
		}
	}
	t.Run("nothing changed but the witnesses", func(t *testing.T) {
		b, err := w.Forge(honest, audittest.Forgery{Witnesses: 1})
		must(t, err)
		caught(t, b, audit.Options{Policy: &w.Policy}, audit.WitnessesClose)
	})
	t.Run("with enough witnesses the authority still says no", func(t *testing.T) {
		b, err := w.Forge(honest, audittest.Forgery{Witnesses: 3, Files: reweigh})
		must(t, err)
		caught(t, b, audit.Options{Policy: &w.Policy}, audit.Authority, audit.TimeStamps)
	})
}

// TestGrammarEndsTheAudit: what breaks the form of a file is not judged further.
func TestGrammarEndsTheAudit(t *testing.T) {
	w := world(t, audittest.Options{})
	honest := finish(t, plain(t, w))
	for class, edit := range map[string]func(*audit.Bundle){
		"re-ordered entry": func(b *audit.Bundle) {
			l := audittest.Lines(b.Entries)
			l[0], l[1] = l[1], l[0]
			b.Entries = audittest.Join(l)
		},
		"a person in two entries": func(b *audit.Bundle) {
			l := audittest.Lines(b.Persons)
			l[1] = l[0][:64] + l[1][64:]
			b.Persons = audittest.Join(l)
		},
		"an entry twice": func(b *audit.Bundle) {
			l := audittest.Lines(b.Entries)
			b.Entries = audittest.Join(append(l[:1:1], l...))
		},
		"manifest with CR":       func(b *audit.Bundle) { b.Manifest = bytes.ReplaceAll(b.Manifest, []byte("\n"), []byte("\r\n")) },
		"binding of 63 digits":   func(b *audit.Bundle) { b.Bindings = b.Bindings[1:] },
		"result without closed":  func(b *audit.Bundle) { b.Result = b.Result[:bytes.Index(b.Result, []byte("closed"))] },
		"result with a tail":     func(b *audit.Bundle) { b.Result = append(b.Result, "--\n"...) },
		"entries without LF":     func(b *audit.Bundle) { b.Entries = b.Entries[:len(b.Entries)-1] },
		"no entries":             func(b *audit.Bundle) { b.Entries = nil },
		"no result":              func(b *audit.Bundle) { b.Result = nil },
		"no leaves":              func(b *audit.Bundle) { b.Leaves = nil },
		"beacon with a space":    func(b *audit.Bundle) { b.Beacon = append([]byte(" "), b.Beacon...) },
		"beacon without LF":      func(b *audit.Bundle) { b.Beacon = b.Beacon[:len(b.Beacon)-1] },
		"policy not canonical":   func(b *audit.Bundle) { b.Policy = append(b.Policy, '\n') },
		"policy: k of no majory": func(b *audit.Bundle) { b.Policy = bytes.Replace(b.Policy, []byte(`"k":2`), []byte(`"k":1`), 1) },
	} {
		t.Run(class, func(t *testing.T) {
			b := audittest.Clone(honest)
			edit(b)
			r := audit.Verify(b, audit.Options{Policy: &w.Policy})
			if r.Verdict() != audit.Unreadable || r.State(audit.FilesGrammar) != audit.Failed {
				t.Errorf("%v: %v", r.Verdict(), r.Checks[0])
			}
		})
	}
}

// TestRulesThatHonestWitnessesDoNotSee: everything is signed, cosigned and stamped as it should be, at its true time, but
// the operator broke a rule.
func TestRulesThatHonestWitnessesDoNotSee(t *testing.T) {
	type play func(t *testing.T, o *audittest.Open)
	closed := func(c audittest.Closing) play { return func(t *testing.T, o *audittest.Open) { must(t, o.Close(c)) } }
	drawn := func(t *testing.T, o *audittest.Open) { must(t, o.Draw()) }
	for _, c := range []struct {
		class string
		steps []play
		want  []string
	}{
		{"late checkpoint", []play{closed(audittest.Closing{Late: 5 * time.Minute}), drawn}, []string{audit.Timing, audit.TimeStamps}},
		{"closed after the round was known", []play{closed(audittest.Closing{Late: 11 * time.Minute}), drawn}, []string{audit.Timing, audit.TimeStamps}},
		{"closed before the time", []play{func(t *testing.T, o *audittest.Open) {
			o.Announcement.Closes = draw.At(o.Announcement.Closes.Add(-time.Hour))
			must(t, o.Close(audittest.Closing{}))
			o.Announcement.Closes = draw.At(o.Announcement.Closes.Add(time.Hour))
		}, drawn}, []string{audit.Timing, audit.CloseMatchesFiles}},
		{"wrong round", []play{closed(audittest.Closing{}), func(t *testing.T, o *audittest.Open) { must(t, o.DrawWith(o.Announcement.Round+1)) }}, []string{audit.Round}},
		{"the round of a fallback without a void", []play{closed(audittest.Closing{}), func(t *testing.T, o *audittest.Open) {
			must(t, o.DrawWith(draw.AttemptRound(o.Announcement.Closes.Time, o.Announcement.Delays, o.Announcement.Beacon, 1)))
		}}, []string{audit.Round}},
		{"void after the round was known", []play{closed(audittest.Closing{Witnesses: 1}), func(t *testing.T, o *audittest.Open) {
			must(t, o.Void(6*time.Minute))
		}, drawn}, []string{audit.Timing}},
		{"too few cosignatures of the close, and no void", []play{closed(audittest.Closing{Witnesses: 1}), drawn}, []string{audit.Timing}},
		{"cancelled though it stood", []play{closed(audittest.Closing{}), func(t *testing.T, o *audittest.Open) { must(t, o.Cancel()) }}, []string{audit.Timing}},
		{"second announcement", []play{func(t *testing.T, o *audittest.Open) {
			a := o.Announcement
			a.Head = o.Head(draw.LeafAnnouncement)
			must(t, o.Add(a))
		}, closed(audittest.Closing{}), drawn}, []string{audit.Announced, audit.LeavesCanonical}},
		{"second close", []play{closed(audittest.Closing{}), func(t *testing.T, o *audittest.Open) {
			c, err := o.CloseLeaf()
			must(t, err)
			must(t, o.Add(c))
		}, drawn}, []string{audit.CloseMatchesFiles, audit.LeavesCanonical}},
		{"a leaf after the end", []play{closed(audittest.Closing{}), drawn, func(t *testing.T, o *audittest.Open) { must(t, o.Cancel()) }}, []string{audit.LeavesCanonical}},
		{"no end", []play{closed(audittest.Closing{})}, []string{audit.LeavesCanonical}},
	} {
		t.Run(c.class, func(t *testing.T) {
			w := world(t, audittest.Options{Stamper: stamper()})
			o := plain(t, w)
			for _, s := range c.steps {
				s(t, o)
			}
			caught(t, o.Bundle(), audit.Options{Policy: &w.Policy}, c.want...)
		})
	}
}

// TestAnnouncementRules: what an announcement must not say, signed and cosigned as it is.
func TestAnnouncementRules(t *testing.T) {
	for class, c := range map[string]struct {
		edit func(*draw.Announcement)
		want []string
	}{
		"wrong beacon scheme": {func(a *draw.Announcement) { a.Beacon.Scheme = "pedersen-bls-unchained" }, []string{audit.Announced, audit.Beacon}},
		"a chain that the policy does not know": {func(a *draw.Announcement) {
			a.Beacon = audittest.NewChain("test", 99, false).Info()
		}, []string{audit.Beacon}},
		"a chain's hash that is not its own": {func(a *draw.Announcement) { a.Beacon.ChainHash[0]++ }, []string{audit.Announced, audit.Beacon}},
		"announced too late": {func(a *draw.Announcement) {
			a.Announced = draw.At(a.Closes.Add(-71 * time.Hour))
			a.Opens = a.Announced
		}, []string{audit.Timing}},
		"entry too short":                  {func(a *draw.Announcement) { a.Opens = draw.At(a.Closes.Add(-47 * time.Hour)) }, []string{audit.Timing}},
		"another rule":                     {func(a *draw.Announcement) { a.Rule = "chesna/draw/v0" }, []string{audit.Announced}},
		"a main draw with a parent":        {func(a *draw.Announcement) { a.Parent = "another" }, []string{audit.Announced}},
		"its own predecessor":              {func(a *draw.Announcement) { a.Predecessor = a.DrawID }, []string{audit.Announced}},
		"foreign policy":                   {func(a *draw.Announcement) { a.Policy[0]++ }, []string{audit.PolicyHash}},
		"a guarantee that is no figure":    {func(a *draw.Announcement) { a.Guarantee.Rho = "much" }, []string{audit.Announced}},
		"too few draws for the guaranteed": {func(a *draw.Announcement) { a.Guarantee.Entries = 100 }, []string{audit.Announced}},
		"seats that are not there":         {func(a *draw.Announcement) { a.Windows[0].Seats++ }, []string{audit.ManifestRoot}},
		"other delays without saying so":   {func(a *draw.Announcement) { a.Delays.Round = 200 }, []string{audit.Announced}},
	} {
		t.Run(class, func(t *testing.T) {
			w := world(t, audittest.Options{})
			b, err := w.Forge(finish(t, plain(t, w)), audittest.Forgery{Witnesses: 3, Announcement: c.edit})
			must(t, err)
			caught(t, b, audit.Options{Policy: &w.Policy}, c.want...)
		})
	}
}

// TestSingleTraces: one thing is false, the rest is as published.
func TestSingleTraces(t *testing.T) {
	w := world(t, audittest.Options{Stamper: stamper()})
	o := plain(t, w)
	honest := finish(t, o)
	stranger := world(t, audittest.Options{Seed: 9, Stamper: stamper()})
	foreign := finish(t, plain(t, stranger))
	for class, c := range map[string]struct {
		edit func(t *testing.T, b *audit.Bundle)
		want []string
	}{
		"edited result": {func(_ *testing.T, b *audit.Bundle) {
			l := audittest.Lines(b.Result)
			l[0], l[1] = l[1], l[0]
			b.Result = audittest.Join(l)
		}, []string{audit.Result, audit.ResultLeaf}},
		"a seat for somebody else": {func(_ *testing.T, b *audit.Bundle) {
			i := bytes.Index(b.Result, []byte("--\n")) + 3
			b.Result = bytes.Replace(b.Result, b.Result[:64], b.Result[i:i+64], 1)
		}, []string{audit.Result, audit.ResultLeaf}},
		"forged authority note": {func(t *testing.T, b *audit.Bundle) {
			note, err := audittest.Attest(b, "authority.example", b.Name, len(o.Entries))
			must(t, err)
			b.Authority = note
		}, []string{audit.Authority}},
		"authority note of another draw": {func(_ *testing.T, b *audit.Bundle) { b.Authority = foreign.Authority }, []string{audit.Authority}},
		"no authority note":              {func(_ *testing.T, b *audit.Bundle) { b.Authority = nil }, []string{audit.Authority}},
		"another round's beacon": {func(_ *testing.T, b *audit.Bundle) {
			s := chain().Sign(o.Announcement.Round + 1)
			b.Beacon = beacon.Round{Number: o.Announcement.Round + 1, Signature: s}.JSON()
		}, []string{audit.Round, audit.Beacon, audit.Seed}},
		"a false signature of the round": {func(_ *testing.T, b *audit.Bundle) {
			s := chain().Sign(o.Announcement.Round + 1)
			b.Beacon = beacon.Round{Number: o.Announcement.Round, Signature: s}.JSON()
		}, []string{audit.Beacon, audit.Seed}},
		"stamp of another checkpoint": {func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Stamp = b.Leaves[0].Stamp }, []string{audit.TimeStamps}},
		"no stamp of the close":       {func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Stamp = nil; b.Leaves[2].Stamp = nil }, []string{audit.TimeStamps}},
		"a stamp that is garbage":     {func(_ *testing.T, b *audit.Bundle) { b.Leaves[2].Stamp = []byte("garbage") }, []string{audit.TimeStamps}},
		"a cut stamp":                 {func(_ *testing.T, b *audit.Bundle) { s := b.Leaves[2].Stamp; b.Leaves[2].Stamp = s[:len(s)-1] }, []string{audit.TimeStamps}},
		"cosignatures fewer than k": {func(_ *testing.T, b *audit.Bundle) {
			for i := range b.Leaves {
				b.Leaves[i].Proof = without(b.Leaves[i].Proof, "witness1", "witness3")
			}
		}, []string{audit.WitnessesAnnouncment, audit.WitnessesClose, audit.WitnessesResult, audit.Timing}},
		"not signed by the log": {func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Proof = without(b.Leaves[1].Proof, "operator") }, []string{audit.OperatorSigned}},
		"proof of another leaf": {func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Proof = b.Leaves[2].Proof }, []string{audit.LeavesProved}},
		"no proof":              {func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Proof = nil }, []string{audit.LeavesProved, audit.OperatorSigned}},
		"checkpoint of a stranger": {
			func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].Proof = foreign.Leaves[1].Proof },
			[]string{audit.OperatorSigned, audit.LeavesProved},
		},
		"a leaf that is not canonical": {
			func(_ *testing.T, b *audit.Bundle) { b.Leaves[1].JSON = append(b.Leaves[1].JSON, '\n') },
			[]string{audit.LeavesCanonical, audit.LeavesProved},
		},
		"a leaf left out": {func(_ *testing.T, b *audit.Bundle) { b.Leaves = b.Leaves[1:] }, []string{audit.Announced, audit.LeavesCanonical}},
		"an edited seed":  {func(_ *testing.T, b *audit.Bundle) { b.Leaves[2].JSON = reseed(b.Leaves[2].JSON) }, []string{audit.Seed, audit.LeavesProved}},
		"two checkpoints of one size": {func(t *testing.T, b *audit.Bundle) {
			fork := w.Fork(2, 3)
			_, err := fork.Announce(o.Spec) // some other third leaf
			must(t, err)
			b.Leaves[1].Proof = fork.Proof(1, 3)
		}, []string{audit.LogOneTree}},
		"two trees of different sizes": {func(t *testing.T, b *audit.Bundle) {
			forged, err := w.Forge(b, audittest.Forgery{Witnesses: 3, Files: reweigh})
			must(t, err)
			b.Leaves[2] = forged.Leaves[2] // leads over another close
		}, []string{audit.LogOneTree}},
	} {
		t.Run(class, func(t *testing.T) {
			b := audittest.Clone(honest)
			c.edit(t, b)
			caught(t, b, audit.Options{Policy: &w.Policy}, c.want...)
		})
	}
	t.Run("foreign policy pinned", func(t *testing.T) {
		caught(t, honest, audit.Options{Policy: &stranger.Policy}, audit.PolicyHash, audit.OperatorSigned, audit.WitnessesClose, audit.Authority)
	})
	t.Run("foreign policy in the bundle", func(t *testing.T) {
		b := audittest.Clone(honest)
		b.Policy = stranger.PolicyFile()
		caught(t, b, audit.Options{Policy: &w.Policy}, audit.PolicyHash)
	})
}

// without takes the signature lines of some keys out of a proof.
func without(proof []byte, names ...string) []byte {
	lines := audittest.Lines(proof)
	return audittest.Join(slices.DeleteFunc(lines, func(l string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(l, "— "+n) })
	}))
}

func reseed(leaf []byte) []byte {
	i := bytes.Index(leaf, []byte(`"seed":"`)) + len(`"seed":"`)
	leaf = bytes.Clone(leaf)
	if leaf[i] == '0' {
		leaf[i] = '1'
	} else {
		leaf[i] = '0'
	}
	return leaf
}
