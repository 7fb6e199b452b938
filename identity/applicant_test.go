package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"chesna/identity"
)

var today = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func child() identity.Applicant {
	return identity.Applicant{
		Relation: identity.RelationChild, Names: identity.Names{Surname: "Прикладна", GivenName: "Соломія"},
		BirthDate: "2015-03-02", BirthCertificate: "І-БК № 123456",
	}
}

func TestApplicantFieldsAllAtOnce(t *testing.T) {
	_, fields := identity.CheckApplicant(identity.Applicant{
		Relation: "cousin", Names: identity.Names{Surname: "<b>", Patronymic: strings.Repeat("а", 101)},
		BirthDate: "2027-01-01", RNOKPP: "1234567890", UNZR: "1", BirthCertificate: "?",
	}, today, true)
	var got []string
	for _, f := range fields {
		got = append(got, f.Pointer+" "+f.Code)
	}
	want := []string{
		"/applicant/surname format", "/applicant/givenName required", "/applicant/patronymic too-long",
		"/applicant/relation unknown", "/applicant/birthDate future", "/applicant/rnokpp check-digit",
		"/applicant/unzr format", "/applicant/birthCertificate format",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestApplicantRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*identity.Applicant)
		want   string
	}{
		"right":               {func(*identity.Applicant) {}, ""},
		"grown up":            {func(a *identity.Applicant) { a.BirthDate = "2008-11-20" }, "not-a-child"},
		"child until the day": {func(a *identity.Applicant) { a.BirthDate = "2008-11-21" }, ""},
		"adult ward":          {func(a *identity.Applicant) { a.Relation, a.BirthDate = identity.RelationWard, "1950-01-01" }, ""},
		"no number":           {func(a *identity.Applicant) { a.BirthCertificate = "" }, "required"},
		"another birth date":  {func(a *identity.Applicant) { a.UNZR = "20150303-00001" }, "birth-date"},
		"same birth date":     {func(a *identity.Applicant) { a.UNZR = "20150302-00001" }, ""},
		"no such day":         {func(a *identity.Applicant) { a.BirthDate = "2015-02-30" }, "format"},
		"long ago":            {func(a *identity.Applicant) { a.Relation, a.BirthDate = "ward", "1890-01-01" }, "too-early"},
		"apostrophe":          {func(a *identity.Applicant) { a.Names.Surname = "Лук’яненко-О'Ніл" }, ""},
		"not UTF-8":           {func(a *identity.Applicant) { a.Names.Surname = "\xff" }, "format"},
		"no letter":           {func(a *identity.Applicant) { a.Names.Surname = "-" }, "format"},
	} {
		t.Run(name, func(t *testing.T) {
			a := child()
			c.change(&a)
			_, fields := identity.CheckApplicant(a, today, true)
			got := ""
			for _, f := range fields {
				got += f.Code
			}
			if got != c.want {
				t.Errorf("want %q, got %v", c.want, fields)
			}
		})
	}
}

func TestBirthCertificateSpellings(t *testing.T) {
	for _, s := range []string{"I-БК 123456", "І-БК№123456", " i–бк 123456 ", "I-БK 123456"} {
		a := child()
		a.BirthCertificate = s
		a, fields := identity.CheckApplicant(a, today, true)
		if a.BirthCertificate != "I-БК123456" || fields != nil {
			t.Errorf("%q read as %q, %v", s, a.BirthCertificate, fields)
		}
	}
}

// Every tax number has exactly one right check digit, except where the sum mod 11 is 10 and two sums share 0.
func TestRNOKPPCheckDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nine := rapid.StringMatching(`[0-9]{9}`).Draw(t, "nine")
		right := 0
		for d := range 10 {
			if identity.ValidRNOKPP(fmt.Sprint(nine, d)) {
				right++
			}
		}
		if right != 1 {
			t.Fatalf("%s has %d check digits", nine, right)
		}
	})
	for _, bad := range []string{"", "123", "12345678901", "123456789x"} {
		if identity.ValidRNOKPP(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzCheckApplicant(f *testing.F) {
	f.Add("child", "Прикладна", "Ян", "", "2015-03-02", "1234567890", "20150302-00001", "І-БК 123456")
	f.Add("", "\xff", "'", "-", "2015-02-30", " 12 ", "x", "IX-")
	f.Fuzz(func(t *testing.T, relation, surname, given, patronymic, birth, rnokpp, unzr, certificate string) {
		in := identity.Applicant{
			Relation: relation, Names: identity.Names{Surname: surname, GivenName: given, Patronymic: patronymic},
			BirthDate: birth, RNOKPP: rnokpp, UNZR: unzr, BirthCertificate: certificate,
		}
		out, fields := identity.CheckApplicant(in, today, true)
		for _, field := range fields {
			if !strings.HasPrefix(field.Pointer, "/applicant/") || field.Code == "" || field.Detail == "" {
				t.Fatalf("%+v", field)
			}
		}
		if fields != nil {
			return
		}
		again, fields := identity.CheckApplicant(out, today, true)
		if fields != nil || again != out {
			t.Fatal("the canonical form is not stable")
		}
		if out.Identifier().Value == "" || !utf8.ValidString(out.Names.Full()) {
			t.Fatal("taken without a number or with broken text")
		}
	})
}
