package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
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

func TestResolveApplicant(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	mother, _ := w.SignIn(t, identitytest.Person(1))
	father, _ := w.SignIn(t, identitytest.Person(2))
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, child()))
	other := child()
	other.Names.GivenName = "Соля"
	if again := must[uuid.UUID](t)(w.ResolveApplicant(ctx, father.Person, other)); again != id {
		t.Fatal("two persons for one child")
	}
	if got := must[identity.Names](t)(w.Names(ctx, mother.Person, id)); got != child().Names {
		t.Fatal("the mother reads what the father typed")
	}
	if got := must[identity.Names](t)(w.Names(ctx, mother.Person, mother.Person)); got != identitytest.Person(1).Names {
		t.Fatal("not her own names")
	}
	list := must[[]identity.DeclaredApplicant](t)(w.Applicants(ctx, father.Person))
	if len(list) != 1 || list[0].Person != id || list[0].Applicant.Names.GivenName != "Соля" {
		t.Fatal(list)
	}
	_, err := w.ResolveApplicant(ctx, mother.Person, identity.Applicant{})
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != identity.CodeInvalid || len(e.Fields) != 5 {
		t.Fatal(err)
	}
}

func TestTypingANumberTellsNothing(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	stranger := identitytest.Person(1)
	strangerSession, _ := w.SignIn(t, stranger)
	curious, _ := w.SignIn(t, identitytest.Person(2))
	typed := identity.Applicant{
		Relation: "other", Names: identity.Names{Surname: "Хтось", GivenName: "Інший"}, BirthDate: "1980-01-01", RNOKPP: stranger.RNOKPP,
	}
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, curious.Person, typed))
	if id != strangerSession.Person {
		t.Fatal("one human, two persons")
	}
	if got := must[identity.Names](t)(w.Names(ctx, curious.Person, id)); got != typed.Names {
		t.Fatal("the names of a stranger were told")
	}
	if got := must[identity.Names](t)(w.Names(ctx, id, id)); got != stranger.Names {
		t.Fatal("the stranger's names were changed")
	}
	told := must[[]identity.Action](t)(w.Actions(ctx, strangerSession.Person, 1))
	if len(told) != 1 || told[0].Kind != identity.ActionApplicant || told[0].By != curious.Person || told[0].Detail != "other" {
		t.Fatal("she is not told that somebody asked for her:", told)
	}
	must[uuid.UUID](t)(w.ResolveApplicant(ctx, curious.Person, typed))
	if again := must[[]identity.Action](t)(w.Actions(ctx, strangerSession.Person, 5)); len(again) != 2 {
		t.Fatal("recorded each time:", again)
	}
	_, err := w.Names(ctx, strangerSession.Person, curious.Person)
	wantCode(t, err, identity.CodePersonUnknown, "")
	typed.RNOKPP = identitytest.Person(2).RNOKPP
	_, err = w.ResolveApplicant(ctx, curious.Person, typed)
	wantCode(t, err, identity.CodeInvalid, "")
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
		if len(out.Identifiers()) == 0 || !utf8.ValidString(out.Names.Full()) {
			t.Fatal("taken without a number or with broken text")
		}
	})
}
