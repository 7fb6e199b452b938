package verifier_test

import (
	"bytes"
	"fmt"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
	"chesna/booking/journal"
)

// inGoAudit lets chesna's other verifier look at the same files.
func inGoAudit(t testing.TB, files map[string][]byte, policy *journal.Policy) (audit.Verdict, map[string]audit.State) {
	t.Helper()
	var list []audit.File
	for _, name := range names(files) {
		list = append(list, audit.File{Name: name, Bytes: files[name]})
	}
	b, err := audit.NewBundle("test", list)
	if err != nil {
		return audit.Unreadable, nil
	}
	r := audit.Verify(b, audit.Options{Policy: policy})
	states := map[string]audit.State{}
	for _, c := range r.Checks {
		states[c.ID] = c.State
	}
	return r.Verdict(), states
}

var verdicts = map[audit.Verdict]string{audit.Holds: "good", audit.Broken: "wrong", audit.Unreadable: "unreadable", audit.Dependent: "not-independent"}

// TestBothVerifiersAgreeOnHonestDraws compares every check on seasons of draws: main and standby, void attempts,
// cancelled waves, real time stamps.
func TestBothVerifiersAgreeOnHonestDraws(t *testing.T) {
	t.Parallel()
	stamper, err := audittest.NewStamper()
	if err != nil {
		t.Fatal(err)
	}
	var in []asked
	var worlds []*audittest.World
	voids, cancelled := 0, 0
	for seed := uint64(1); seed <= 4; seed++ {
		o := audittest.Options{Seed: seed, Witnesses: 1 + int(seed%3), Self: seed == 3, Development: seed == 2}
		if seed%2 == 0 {
			o.Stamper = stamper
		}
		w, err := audittest.New(o)
		if err != nil {
			t.Fatal(err)
		}
		s := audittest.NewSeason(w, 40)
		for n := range 8 {
			if err := s.Week(n); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range s.Draws {
			files := map[string][]byte{}
			for _, f := range d.Bundle().Files() {
				files[f.Name] = f.Bytes
			}
			in, worlds = append(in, asked{Files: files, Policy: w.PolicyFile()}), append(worlds, w)
			voids += d.Attempt
			if d.Drawn == nil {
				cancelled++
			}
		}
	}
	for i, v := range judged(t, in) {
		verdict, states := inGoAudit(t, in[i].Files, &worlds[i].Policy)
		if v.Verdict != verdicts[verdict] {
			t.Errorf("bundle %d: Go says %v, the page %s", i, verdict, v)
		}
		for _, c := range v.Checks {
			if c.State != string(states[c.ID]) {
				t.Errorf("bundle %d, %s: Go says %s, the page %s: %s", i, c.ID, states[c.ID], c.State, c.Detail)
			}
		}
	}
	t.Logf("%d draws, %d void attempts, %d cancelled", len(in), voids, cancelled)
	if len(in) < 30 || voids == 0 || cancelled == 0 {
		t.Error("the worlds are too plain")
	}
}

// TestBothVerifiersAgreeOnDamage changes bytes of a draw's files, takes files away and mixes two draws.
func TestBothVerifiersAgreeOnDamage(t *testing.T) {
	t.Parallel()
	w, err := audittest.New(audittest.Options{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	s := audittest.NewSeason(w, 40)
	for n := range 6 {
		if err := s.Week(n); err != nil {
			t.Fatal(err)
		}
	}
	var all []map[string][]byte
	for _, d := range s.Draws {
		if d.Drawn == nil || len(d.Bundle().Entries) == 0 {
			continue
		}
		files := map[string][]byte{}
		for _, f := range d.Bundle().Files() {
			files[f.Name] = f.Bytes
		}
		all = append(all, files)
	}
	var in []asked
	var what []string
	add := func(files map[string][]byte, format string, args ...any) {
		in, what = append(in, asked{Files: files, Policy: w.PolicyFile()}), append(what, fmt.Sprintf(format, args...))
	}
	for _, name := range names(all[0]) {
		content := all[0][name]
		for i := range 12 {
			at := len(content) * i / 12
			if len(content) == 0 {
				continue
			}
			changed := bytes.Clone(content)
			changed[at] ^= 1 << (i % 7)
			add(with(all[0], name, changed), "%s, byte %d", name, at)
		}
		add(with(all[0], name, nil), "%s missing", name)
		if other, ok := all[1][name]; ok {
			add(with(all[0], name, other), "%s of another draw", name)
		}
	}
	disagree := map[string]int{}
	for i, v := range judged(t, in) {
		verdict, states := inGoAudit(t, in[i].Files, &w.Policy)
		if v.Verdict != verdicts[verdict] {
			t.Errorf("%s: Go says %v, the page %s", what[i], verdict, v)
		}
		for _, c := range v.Checks {
			if verdict != audit.Unreadable && (c.State == "failed") != (states[c.ID] == audit.Failed) {
				disagree[c.ID]++
			}
		}
	}
	t.Logf("%d bundles; single checks that one finds and the other leaves to others: %v", len(in), disagree)
}
