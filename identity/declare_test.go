package identity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
)

// wantField requires a refusal of one field.
func wantField(t *testing.T, err error, pointer, code string) {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != identity.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Pointer != pointer || e.Fields[0].Code != code {
		t.Fatalf("want %s %s, got %v", pointer, code, err)
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
	_, err := w.Names(ctx, id, mother.Person)
	wantCode(t, err, identity.CodePersonUnknown, "")
	_, err = w.ResolveApplicant(ctx, mother.Person, identity.Applicant{})
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != identity.CodeInvalid || len(e.Fields) != 5 {
		t.Fatal(err)
	}
}

// Nobody can take the place of somebody who signs in herself.
func TestNobodyWithACertificateIsDeclared(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	stranger := identitytest.Person(1)
	session, _ := w.SignIn(t, stranger)
	curious, _ := w.SignIn(t, identitytest.Person(2))
	typed := identity.Applicant{
		Relation: "other", Names: identity.Names{Surname: "Хтось", GivenName: "Інший"}, BirthDate: "1900-01-01", RNOKPP: stranger.RNOKPP,
	}
	_, err := w.ResolveApplicant(ctx, curious.Person, typed)
	wantField(t, err, "/applicant", "not-possible")
	typed.UNZR = stranger.UNZR
	_, err = w.ResolveApplicant(ctx, curious.Person, typed)
	wantField(t, err, "/applicant", "not-possible")
	if told := must[[]identity.Action](t)(w.Actions(ctx, session.Person, 5)); len(told) != 1 {
		t.Fatal("a refused declaration is recorded:", told)
	}
	typed.UNZR, typed.RNOKPP = "", identitytest.Person(2).RNOKPP
	_, err = w.ResolveApplicant(ctx, curious.Person, typed)
	wantField(t, err, "/applicant", "self")

	own := identitytest.Person(4) // herself, by a number that is in no certificate
	own.Names = identity.Names{Surname: "Прикладна", GivenName: "Ярина", Patronymic: "Тестівна"}
	ownSession, _ := w.SignIn(t, own)
	_, err = w.ResolveApplicant(ctx, ownSession.Person, identity.Applicant{
		Relation: "other", Names: identity.Names{Surname: strings.ToUpper(own.Names.Surname), GivenName: "Ярина"},
		BirthDate: "1900-01-01", BirthCertificate: "I-БК 000001",
	})
	wantField(t, err, "/applicant", "self")

	// She was declared first and signs in then: nothing of the applicant is hers, she is told who asked, and it was
	// the last time.
	late := identitytest.Person(3)
	typed.RNOKPP = late.RNOKPP
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, curious.Person, typed))
	if again := must[uuid.UUID](t)(w.ResolveApplicant(ctx, curious.Person, typed)); again != id {
		t.Fatal("another person for the same")
	}
	lateSession, _ := w.SignIn(t, late)
	told := must[[]identity.Action](t)(w.Actions(ctx, lateSession.Person, 5))
	if lateSession.Person == id || len(told) != 2 || told[1].Kind != identity.ActionApplicant || told[1].By != curious.Person || told[1].Detail != "other" {
		t.Fatal("she is not told once that somebody asked for her:", told)
	}
	_, err = w.ResolveApplicant(ctx, curious.Person, typed)
	wantField(t, err, "/applicant", "not-possible")
	if got := must[identity.Names](t)(w.Names(ctx, lateSession.Person, lateSession.Person)); got != late.Names {
		t.Fatal("her names are what somebody typed")
	}
}

func TestOneNumberIdentifies(t *testing.T) {
	all := child()
	all.UNZR, all.RNOKPP = "20150302-00001", identitytest.Person(9).RNOKPP
	all, fields := identity.CheckApplicant(all, today, true)
	if fields != nil {
		t.Fatal(fields)
	}
	for _, want := range []identity.IdentifierKind{identity.KindUNZR, identity.KindRNOKPP, identity.KindBirthCertificate} {
		if got := all.Identifier().Kind; got != want {
			t.Fatalf("%s identifies, want %s", got, want)
		}
		if all.UNZR != "" {
			all.UNZR = ""
		} else {
			all.RNOKPP = ""
		}
	}

	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	mother, _ := w.SignIn(t, identitytest.Person(1))
	father, _ := w.SignIn(t, identitytest.Person(2))
	both := child()
	both.UNZR = "20150302-00001"
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, both))
	sister := child() // the father types her sister's birth certificate, which the mother typed beside
	sister.Names.GivenName, sister.BirthDate = "Зоряна", "2017-05-06"
	if must[uuid.UUID](t)(w.ResolveApplicant(ctx, father.Person, sister)) == id {
		t.Fatal("a number typed beside joined two children")
	}
	if got := must[identity.Applicant](t)(w.Applicant(ctx, mother.Person, id)); got.BirthCertificate != "I-БК123456" || got.UNZR != both.UNZR {
		t.Fatal("what was typed beside is lost")
	}
}

// Whatever number is typed and however the name is spelt, one declarer's applicant is one person.
func TestOneApplicantWhateverTheNumber(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	mother, _ := w.SignIn(t, identitytest.Person(1))
	first := child()
	first.Names = identity.Names{Surname: "Лук’яненко-Гай", GivenName: "Марія", Patronymic: "Тестівна"}
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, first))
	for i, names := range []identity.Names{
		first.Names, {Surname: "ЛУКʼЯНЕНКО ГАЙ", GivenName: "марія"}, {Surname: "Лук'янeнко Гаи\u0306", GivenName: "Mapi\u0308я"},
	} {
		again := first
		again.Names, again.BirthCertificate = names, fmt.Sprintf("I-БК00000%d", i)
		if must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, again)) != id {
			t.Errorf("%d: a second person for one child", i)
		}
	}
	// A slip in the name or in the date is corrected under the number; another child is not.
	fixed := first
	fixed.Names.GivenName = "Марина"
	if must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, fixed)) != id {
		t.Error("a corrected name is another person")
	}
	fixed.BirthDate = "2015-03-03"
	if must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, fixed)) != id {
		t.Error("a corrected date is another person")
	}
	brother := first
	brother.Names.GivenName, brother.BirthDate = "Остап", "2018-01-01"
	_, err := w.ResolveApplicant(ctx, mother.Person, brother)
	wantField(t, err, "/applicant", "other-person")
	brother.BirthCertificate = "I-БК 999999"
	if must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, brother)) == id {
		t.Error("typing joined two children")
	}
}

func TestBorn(t *testing.T) {
	for want, a := range map[string]identity.Assertion{
		"2000-02-29": {UNZR: "20000229-00001", RNOKPP: "1234567890"},
		"1933-10-19": {RNOKPP: "1234567890"}, // 12,345 days after 31 December 1899
		"1900-01-01": {RNOKPP: "0000100000", UNZR: "20000231-00001"},
		"":           {RNOKPP: "AA123456", Document: "AA123456"},
	} {
		if got := a.Born(); got != want {
			t.Errorf("born %q, want %q", got, want)
		}
	}
}

func TestOnlySoManyApplicants(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	mother, _ := w.SignIn(t, identitytest.Person(1))
	ask := func(n int) error {
		a := child()
		a.Names.GivenName, a.BirthCertificate = "Діти"+string(rune('а'+n)), fmt.Sprintf("I-БК%06d", n)
		_, err := w.ResolveApplicant(ctx, mother.Person, a)
		return err
	}
	for n := range 8 {
		if err := ask(n); err != nil {
			t.Fatal(err)
		}
	}
	err := ask(8)
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != identity.CodeRateLimited || e.Reason != "applicants" || e.RetryAfter.Hours() != 365*24 {
		t.Fatal(err)
	}
	if err := ask(3); err != nil {
		t.Fatal("one who is declared already:", err)
	}
}

// The names in a text stay, whatever is typed later.
func TestNamesInAText(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	mother, _ := w.SignIn(t, identitytest.Person(1))
	id := must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, child()))
	in := func(text string) string {
		return must[identity.Names](t)(w.NamesIn(ctx, mother.Person, id, text)).GivenName
	}
	if in("waw-1") != "Соломія" {
		t.Fatal(in("waw-1"))
	}
	fixed := child()
	fixed.Names.GivenName = "Марія"
	for range 3 {
		must[uuid.UUID](t)(w.ResolveApplicant(ctx, mother.Person, fixed))
	}
	if in("waw-1") != "Соломія" || in("waw-2") != "Марія" || must[identity.Names](t)(w.Names(ctx, mother.Person, id)).GivenName != "Марія" {
		t.Fatal(in("waw-1"), in("waw-2"))
	}
	for name, ask := range map[string]func() (identity.Names, error){
		"another declarer": func() (identity.Names, error) { return w.NamesIn(ctx, id, mother.Person, "waw-1") },
		"another person":   func() (identity.Names, error) { return w.NamesIn(ctx, mother.Person, uuid.New(), "waw-3") },
	} {
		if _, err := ask(); identity.CodeOf(err) != identity.CodePersonUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
	if own := must[identity.Names](t)(w.NamesIn(ctx, mother.Person, mother.Person, "waw-4")); own != identitytest.Person(1).Names {
		t.Fatal(own)
	}
	list := must[[]identity.DeclaredApplicant](t)(w.Applicants(context.Background(), mother.Person))
	if len(list) != 1 || list[0].Applicant.Names != fixed.Names {
		t.Fatal(list)
	}
}
