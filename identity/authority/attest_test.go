package authority_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chesna/identity/authority"
)

// statement is a draw of n entries, every third a family of 3, every fifth carried over from the parent draw.
func statement(t testing.TB, a *authority.Authority, n int) authority.Statement {
	t.Helper()
	s := authority.Statement{DrawID: "waw-passport-2026w50-s1", EntriesSHA256: [32]byte{1}, BindingsSHA256: [32]byte{2}}
	name := func(f func(context.Context, string, []string) ([][32]byte, error), draw, p string) [32]byte {
		nf, err := f(context.Background(), draw, []string{p})
		if err != nil {
			t.Fatal(err)
		}
		return nf[0]
	}
	next := 0
	for i := range n {
		draw := s.DrawID
		if i%5 == 0 {
			draw = "waw-passport-2026w50"
		}
		e := authority.Issued{Pseudonym: pseudonym(next), DrawID: draw}
		e.NF = name(a.Nullify, draw, e.Pseudonym)
		s.Entries = append(s.Entries, e)
		for range 1 + 2*(i%3/2) {
			p := authority.IssuedPerson{EntryNF: e.NF, Pseudonym: pseudonym(next), DrawID: draw}
			p.PersonNF = name(a.NullifyPersons, draw, p.Pseudonym)
			s.Persons = append(s.Persons, p)
			next++
		}
	}
	s.PersonsSHA256 = sha256.Sum256(personsFile(s.Persons))
	return s
}

// personsFile is the published file of persons.
func personsFile(persons []authority.IssuedPerson) []byte {
	lines := []string{}
	for _, p := range persons {
		lines = append(lines, fmt.Sprintf("%x %x\n", p.PersonNF, p.EntryNF))
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, ""))
}

func TestAttest(t *testing.T) {
	a := open(t, 7)
	for _, n := range []int{0, 1, 20} {
		s := statement(t, a, n)
		signed, err := a.Attest(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("chesna/authority/v1\nwaw-passport-2026w50-s1\n%d\nentries %x\nbindings %x\npersons %x\n\n— chesna-authority ",
			n, s.EntriesSHA256, s.BindingsSHA256, s.PersonsSHA256)
		if !strings.HasPrefix(string(signed), want) || bytes.Count(signed, []byte("\n")) != 8 {
			t.Errorf("%s", signed)
		}
		got, err := authority.ParseAttestation(signed, a.VerifierKey())
		if err != nil || got != (authority.Attestation{
			DrawID: s.DrawID, N: n, EntriesSHA256: s.EntriesSHA256, BindingsSHA256: s.BindingsSHA256, PersonsSHA256: s.PersonsSHA256,
		}) {
			t.Error(got, err)
		}
		if _, err := authority.ParseAttestation(signed, open(t, 8).VerifierKey()); code(err) != authority.CodeAttestation {
			t.Error("another authority's key fits:", err)
		}
		slices.Reverse(s.Entries)
		slices.Reverse(s.Persons)
		if again, err := a.Attest(t.Context(), s); err != nil || !bytes.Equal(again, signed) {
			t.Error("the order matters", err)
		}
	}
}

// Each untruth about persons is found before anything is signed.
func TestAttestRefuses(t *testing.T) {
	a := open(t, 7)
	rename := func(s *authority.Statement, i int, draw string) { // person i, issued rightly under another draw
		nf, err := a.NullifyPersons(t.Context(), draw, []string{s.Persons[i].Pseudonym})
		if err != nil {
			t.Fatal(err)
		}
		s.Persons[i].PersonNF, s.Persons[i].DrawID = nf[0], draw
	}
	for name, try := range map[string]struct {
		want   authority.Code
		change func(s *authority.Statement)
	}{
		"draw":               {authority.CodeMalformed, func(s *authority.Statement) { s.DrawID = "A" }},
		"pseudonym":          {authority.CodeMalformed, func(s *authority.Statement) { s.Entries[3].Pseudonym = "x" }},
		"person's pseudonym": {authority.CodeMalformed, func(s *authority.Statement) { s.Persons[3].Pseudonym = "x" }},
		"invented nf":        {authority.CodeNotIssued, func(s *authority.Statement) { s.Entries[3].NF[0]++ }},
		"invented personNf":  {authority.CodeNotIssued, func(s *authority.Statement) { s.Persons[3].PersonNF[0]++ }},
		"nf of another draw": {authority.CodeNotIssued, func(s *authority.Statement) { s.Entries[0].DrawID = s.DrawID }},
		"nf of another":      {authority.CodeNotIssued, func(s *authority.Statement) { s.Entries[3].Pseudonym = pseudonym(1000) }},
		"entry twice":        {authority.CodeTwice, func(s *authority.Statement) { s.Entries = append(s.Entries, s.Entries[3]) }},
		"person twice":       {authority.CodeTwice, func(s *authority.Statement) { s.Persons = append(s.Persons, s.Persons[3]) }},
		"person in two entries": {authority.CodeTwice, func(s *authority.Statement) {
			p := s.Persons[3]
			p.EntryNF = s.Entries[1].NF
			s.Persons = append(s.Persons, p)
		}},
		"person without entry":     {authority.CodeIncomplete, func(s *authority.Statement) { s.Persons[4].EntryNF[0]++ }},
		"entry without persons":    {authority.CodeIncomplete, func(s *authority.Statement) { s.Persons = s.Persons[1:] }},
		"persons without entries":  {authority.CodeIncomplete, func(s *authority.Statement) { s.Entries = nil }},
		"person in another's":      {authority.CodeIncomplete, func(s *authority.Statement) { s.Persons[1].EntryNF = s.Entries[2].NF }},
		"person of another draw":   {authority.CodeIncomplete, func(s *authority.Statement) { rename(s, 1, "other") }},
		"hash of persons":          {authority.CodeMismatch, func(s *authority.Statement) { s.PersonsSHA256[0]++ }},
		"a person left out, child": {authority.CodeMismatch, func(s *authority.Statement) { s.Persons = slices.Delete(s.Persons, 3, 4) }},
		"one declarer, two draws": {authority.CodeTwice, func(s *authority.Statement) {
			nf, err := a.Nullify(t.Context(), "other", []string{s.Entries[1].Pseudonym})
			if err != nil {
				t.Fatal(err)
			}
			s.Entries = append(s.Entries, authority.Issued{NF: nf[0], Pseudonym: s.Entries[1].Pseudonym, DrawID: "other"})
		}},
	} {
		s := statement(t, a, 20)
		try.change(&s)
		if signed, err := a.Attest(t.Context(), s); code(err) != try.want || signed != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(t, 8).Attest(t.Context(), statement(t, a, 3)); code(err) != authority.CodeNotIssued {
		t.Error("names of another authority:", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Attest(ctx, statement(t, a, 3)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A parent who enters a child, and does not come herself, is nobody's person; she may come in another's entry.
func TestAttestADeclarerWhoDoesNotCome(t *testing.T) {
	a := open(t, 7)
	s := statement(t, a, 3) // the third is a family of 3
	s.Persons = slices.Delete(s.Persons, 2, 3)
	s.PersonsSHA256 = sha256.Sum256(personsFile(s.Persons))
	if _, err := a.Attest(t.Context(), s); err != nil {
		t.Error(err)
	}
}

func TestParseAttestationRefuses(t *testing.T) {
	a := open(t, 7)
	signed, err := a.Attest(t.Context(), statement(t, a, 3))
	if err != nil {
		t.Fatal(err)
	}
	for i := range signed { // whatever byte is changed
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if got, err := authority.ParseAttestation(changed, a.VerifierKey()); err == nil {
			t.Fatalf("byte %d: %+v", i, got)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "unsigned": signed[:bytes.Index(signed, []byte("\n\n"))+2], "long": append(signed, make([]byte, 1<<20)...)} {
		if _, err := authority.ParseAttestation(b, a.VerifierKey()); code(err) != authority.CodeAttestation {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := authority.ParseAttestation(signed, "no key"); code(err) != authority.CodeAttestation {
		t.Error(err)
	}
}

func FuzzParseAttestation(f *testing.F) {
	a := open(f, 7)
	signed, err := a.Attest(f.Context(), statement(f, a, 3))
	if err != nil {
		f.Fatal(err)
	}
	text, _, _ := strings.Cut(string(signed), "\n\n")
	f.Add(signed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := authority.ParseAttestation(b, a.VerifierKey()); err == nil && !strings.HasPrefix(string(b), text+"\n\n") {
			t.Fatalf("forged: %q", b)
		}
	})
}

func BenchmarkAttest100000(b *testing.B) {
	a := open(b, 7)
	s := statement(b, a, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Attest(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNullify(b *testing.B) {
	a := open(b, 7)
	list := make([]string, 100_000)
	for i := range list {
		list[i] = pseudonym(i)
	}
	for b.Loop() {
		if _, err := a.Nullify(b.Context(), "a", list); err != nil {
			b.Fatal(err)
		}
	}
}
