package verifier_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chesna/booking/audit"
	"chesna/booking/journal"
)

// forgery is one way to cheat and the check that has to notice.
type forgery struct {
	name  string
	story story
	after func(t *testing.T, s *story, files map[string][]byte) // what is done to the bundle at the end
	want  string
}

// editLine changes a line of a file; nil takes it away.
func editLine(name string, row int, edit func(line string) []string) func(map[string][]byte) {
	return func(files map[string][]byte) {
		lines := strings.Split(strings.TrimSuffix(string(files[name]), "\n"), "\n")
		lines = slices.Replace(lines, row, row+1, edit(lines[row])...)
		files[name] = []byte(strings.Join(lines, "\n") + "\n")
	}
}

func drop(string) []string { return nil }

// set changes a key of a kind of leaf.
func set(kind, key string, value any) func(string, map[string]any) {
	return func(of string, leaf map[string]any) {
		if of == kind {
			leaf[key] = value
		}
	}
}

// again logs a leaf of the bundle a second time.
func again(t *testing.T, kind string) func(*story, *tree, map[string][]byte) {
	return func(s *story, l *tree, files map[string][]byte) {
		leaf := map[string]any{
			"bindingsSha256": digest(nil), "closed": stamped(s.closes), "drawID": drawID, "entriesRoot": digest(nil), "entriesSha256": digest(nil), "fallback": 0,
			"manifestRoot": digest(nil), "n": 0, "personsSha256": digest(nil), "sumW": 0, "type": kind, "weights": make([]int, 8),
		}
		s.add(t, l, files, s.closes.Add(30*time.Second), leaf)
	}
}

// entryForgeries bend the line files after the close, or before it.
func entryForgeries() []forgery {
	late := func(edit func(map[string][]byte)) func(*testing.T, *story, map[string][]byte) {
		return func(_ *testing.T, _ *story, files map[string][]byte) { edit(files) }
	}
	swap := func(name string) func(map[string][]byte) {
		return func(files map[string][]byte) {
			lines := strings.SplitAfter(strings.TrimSuffix(string(files[name]), "\n"), "\n")
			lines[len(lines)-1] += "\n"
			lines[3], lines[4] = lines[4], lines[3]
			files[name] = []byte(strings.Join(lines, ""))
		}
	}
	heavier := editLine("entries", 5, func(line string) []string {
		f := strings.Fields(line)
		f[1] = "8"
		return []string{strings.Join(f, " ")}
	})
	return []forgery{
		{name: "an entry dropped", after: late(editLine("entries", 5, drop)), want: "close-matches-files"},
		{name: "an entry added", after: late(editLine("entries", 5, func(l string) []string { return []string{l, l[:63] + "g" + l[64:]} })), want: "files-grammar"},
		{name: "an entry of more weight", after: late(heavier), want: "close-matches-files"},
		{name: "entries in another order", after: late(swap("entries")), want: "files-grammar"},
		{name: "a binding changed", after: late(editLine("bindings", 5, func(string) []string { return []string{digest([]byte("x"))} })), want: "close-matches-files"},
		{name: "bindings in another order", after: late(swap("bindings")), want: "close-matches-files"},
		{name: "a binding less, closed so", story: story{bend: editLine("bindings", 5, drop)}, want: "bindings"},
		{name: "one binding for two", story: story{bend: editLine("bindings", 5, func(string) []string { return []string{binding(4)} })}, want: "bindings"},
		{name: "a person less, closed so", story: story{bend: editLine("persons", 5, drop)}, want: "persons"},
		{name: "a person in two entries", story: story{bend: editLine("persons", 5, func(l string) []string { return []string{l, l[:65] + digest([]byte("nf1"))} })}, want: "files-grammar"},
		{name: "a person of no entry", story: story{bend: editLine("persons", 5, func(l string) []string { return []string{l[:65] + digest([]byte("nobody"))} })}, want: "persons"},
		{name: "a seat added", after: late(editLine("manifest", 11, func(l string) []string { return []string{l, "s099 1 2026-12-07T11:40:00Z 20 c2"} })), want: "manifest-root"},
		{name: "a seat hidden", after: late(editLine("manifest", 11, drop)), want: "manifest-root"},
		{name: "a seat less than announced", story: story{leaf: func(kind string, leaf map[string]any) {
			if kind == "announcement" {
				leaf["windows"].([]any)[0].(map[string]any)["seats"] = 7
			}
		}}, want: "manifest-root"},
		{name: "a line that a receipt promised, dropped before the close", story: story{bend: func(files map[string][]byte) {
			nf, _, _ := strings.Cut(strings.Split(string(files["entries"]), "\n")[5], " ")
			editLine("entries", 5, drop)(files)
			editLine("bindings", 5, drop)(files)
			files["persons"] = without(files["persons"], nf)
		}}, after: func(t *testing.T, s *story, files map[string][]byte) {
			files["receipts/mine"] = s.receiptFor(t, lineFiles(), 5, 2)
		}, want: "receipts"},
		{name: "a receipt that somebody else signed", after: func(t *testing.T, _ *story, files map[string][]byte) {
			other := &story{k: newTrust(t)}
			files["receipts/mine"] = other.receiptFor(t, files, 5, 2)
		}, want: "receipts"},
	}
}

// without takes away the lines that name a word.
func without(file []byte, word string) []byte {
	var out [][]byte
	for _, line := range bytes.SplitAfter(file, []byte("\n")) {
		if !bytes.Contains(line, []byte(word)) {
			out = append(out, line)
		}
	}
	return bytes.Join(out, nil)
}

// ruleForgeries break the rules of time, round and log, each with everything else made to fit.
func ruleForgeries(t *testing.T) []forgery {
	few := func(kind string) func(string, map[string]time.Time) {
		return func(of string, at map[string]time.Time) {
			if of == kind {
				delete(at, "court.example.org")
				delete(at, "paper.example.org")
			}
		}
	}
	k := newTrust(t)
	return []forgery{
		{name: "another chain after six days", story: *replaced(t, k, 6*24*time.Hour, 25*time.Hour), want: "timing"},
		{name: "another chain a few hours ahead", story: *replaced(t, k, 8*24*time.Hour, 3*time.Hour), want: "timing"},
		{name: "another round than the rule's", story: story{round: func(n uint64) uint64 { return n + 1 }}, want: "round"},
		{name: "another round announced", story: story{leaf: set("announcement", "round", 1000)}, want: "round"},
		{name: "another scheme", story: story{leaf: func(kind string, leaf map[string]any) {
			if kind == "announcement" {
				leaf["beacon"].(map[string]any)["scheme"] = "bls-unchained-on-g1"
			}
		}}, want: "beacon"},
		{name: "a chain that the policy does not name", story: story{leaf: func(kind string, leaf map[string]any) {
			if kind == "announcement" {
				leaf["beacon"].(map[string]any)["development"] = true
			}
		}}, want: "beacon"},
		{name: "the signature of another round", after: func(t *testing.T, s *story, files map[string][]byte) {
			files["beacon.json"] = bytes.Replace(files["beacon.json"], []byte(`"round":`), []byte(`"round":1`), 1)
		}, want: "beacon"},
		{name: "another seed", story: story{leaf: set("result", "seed", digest(nil))}, want: "seed"},
		{name: "an edited result, logged so", story: story{result: func(b []byte) []byte { return bytes.Replace(b, []byte("s001"), []byte("s999"), 1) }}, want: "result"},
		{name: "an edited result", after: func(_ *testing.T, _ *story, files map[string][]byte) {
			files["result"] = bytes.Replace(files["result"], []byte("s001"), []byte("s999"), 1)
		}, want: "result-leaf"},
		{name: "a late checkpoint", story: story{cosign: later("close", 300*time.Second)}, want: "timing"},
		{name: "a late time stamp", story: story{stampAt: 300 * time.Second}, want: "time-stamps"},
		{name: "closed early", story: story{cosign: later("close", -20*time.Second)}, want: "timing"},
		{name: "a result before its round", story: story{cosign: later("result", -60*time.Second)}, want: "timing"},
		{name: "announced too late", story: story{cosign: later("announcement", 30*time.Hour)}, want: "timing"},
		{name: "open too short", story: story{leaf: set("announcement", "opens", "2026-12-02T10:00:00Z")}, want: "timing"},
		{name: "too few witnesses of the announcement", story: story{cosign: few("announcement")}, want: "witnesses-announcement"},
		{name: "too few witnesses of the close", story: story{cosign: few("close")}, want: "timing"},
		{name: "too few witnesses of the result", story: story{cosign: few("result")}, want: "witnesses-result"},
		{name: "void after the round was known", story: story{fallbacks: 1, cosign: later("void", 60*time.Second)}, want: "timing"},
		{name: "void without a leaf", story: story{leaf: set("result", "attempt", 1)}, want: "result-leaf"},
		{name: "a void's round is not the rule's", story: story{fallbacks: 1, leaf: set("void", "round", 77)}, want: "round"},
		{name: "a second close", story: story{before: again(t, "close")}, want: "close-matches-files"},
		{name: "a leaf of another draw", story: story{leaf: set("close", "drawID", "another")}, want: "leaves-canonical"},
		{name: "a leaf with another number", story: story{leaf: set("close", "seq", 3)}, want: "leaves-canonical"},
		{name: "a leaf with a key more", story: story{leaf: set("close", "note", "x")}, want: "leaves-canonical"},
		{name: "another policy announced", story: story{leaf: set("announcement", "policy", digest(nil))}, want: "policy-hash"},
		{name: "another manifest drawn", story: story{leaf: set("result", "manifestRoot", digest(nil))}, want: "manifest-root"},
		{name: "a fork of the log", after: fork, want: "log-one-tree"},
		{name: "an attestation of other files", after: func(t *testing.T, s *story, files map[string][]byte) {
			files["authority"] = sign(t, "chesna/authority/v1\n"+drawID+"\n30\nentries "+digest(nil)+"\nbindings "+digest(nil)+"\npersons "+digest(nil)+"\n", s.k.authority)
		}, want: "authority"},
		{name: "the operator attests", after: func(t *testing.T, s *story, files map[string][]byte) {
			text, _, _ := bytes.Cut(files["authority"], []byte("\n\n"))
			files["authority"] = sign(t, string(text)+"\n", s.k.operator)
		}, want: "authority"},
	}
}

// fork proves the result's leaf in another log of the same operator and witnesses, which differs before the close.
func fork(t *testing.T, s *story, files map[string][]byte) {
	other := &tree{}
	other.add(t, []byte("another beginning"))
	for other.size < s.seq {
		other.add(t, []byte(`{"another":"draw"}`))
	}
	name := fmt.Sprintf("leaves/%d", s.seq)
	other.add(t, files[name+".json"])
	at := s.timeOf(s.roundOf(0)).Add(12 * time.Second)
	proof, text := other.proof(t, s.k, s.seq, map[string]time.Time{"court.example.org": at, "paper.example.org": at})
	files[name+".proof"], files[name+".tsr"] = proof, stamp(t, text, at)
}

// TestForgeries: each is found by the check that is there for it.
func TestForgeries(t *testing.T) {
	t.Parallel()
	k := newTrust(t)
	all := append(entryForgeries(), ruleForgeries(t)...)
	in := make([]asked, len(all))
	for i := range all {
		s := &all[i].story
		if s.k == nil {
			s.k = k
		}
		files := s.tell(t)
		if all[i].after != nil {
			all[i].after(t, s, files)
		}
		in[i] = asked{Files: files, Policy: s.policy}
	}
	for i, v := range judged(t, in) {
		f := all[i]
		if want := map[bool]string{true: "unreadable", false: "wrong"}[f.want == "files-grammar"]; v.Verdict != want || !slices.Contains(v.failed(), f.want) {
			t.Errorf("%s: want %s by %s, got %s", f.name, want, f.want, v)
		}
		policy, err := journal.ParsePolicy(f.story.policy)
		if err != nil {
			t.Fatal(err)
		}
		if _, states := inGoAudit(t, in[i].Files, &policy); f.want != "time-stamps" && states[f.want] != audit.Failed {
			t.Errorf("%s: %s is %s for Go", f.name, f.want, states[f.want])
		}
	}
}
