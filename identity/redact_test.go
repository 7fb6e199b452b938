package identity_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/identity"
	"chesna/identity/keyring"
)

const secret = "ТАЄМНИЦЯ"

// fill sets every string and byte field, however deep, to something a log must never show.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString(secret)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(secret))
		}
	}
}

// personal are all types of this package that hold personal data or secrets.
func personal() []any {
	list := []any{
		&identity.Names{}, &identity.Identifier{Kind: identity.KindRNOKPP}, &identity.Person{}, &identity.Applicant{},
		&identity.DeclaredApplicant{}, &identity.Assertion{}, &identity.Tokens{}, &identity.Challenge{}, &identity.Mail{},
		&identity.Act{}, &identity.SealedIdentifier{}, &identity.PersonRecord{}, &identity.ApplicantRecord{},
		&identity.EmailCode{}, &identity.StoredIdentifier{}, &identity.Session{},
		&identity.Declaration{}, &identity.Evidence{},
	}
	for _, p := range list {
		fill(reflect.ValueOf(p).Elem())
	}
	list[1].(*identity.Identifier).Kind = identity.KindRNOKPP
	return list
}

func TestNothingPersonalIsLogged(t *testing.T) {
	ring, err := keyring.Parse(keyring.Generate(1))
	if err != nil {
		t.Fatal(err)
	}
	leaks := []string{secret, fmt.Sprintf("%x", secret), fmt.Sprint([]byte(secret)), "0KLQkNCE0JzQndCY0KbQrw"} // as text, hex, bytes, base64
	for _, p := range append(personal(), ring) {
		value := reflect.ValueOf(p).Elem().Interface()
		name := fmt.Sprintf("%T", value)
		var out bytes.Buffer
		for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			log := slog.New(h)
			log.Info("by value", "it", value)
			log.Info("by pointer", "it", p)
			log.Info("in a group", slog.Group("g", slog.Any("it", value)))
			log.Info("printed", "it", fmt.Sprintf("%v %+v %s", value, p, value))
			log.Info("inside another", "it", fmt.Sprintf("%v %+v", struct{ X any }{value}, []any{value}))
		}
		for _, leak := range leaks {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%s is logged:\n%s", name, out.String())
				break
			}
		}
	}
}

// A type with a field that may be personal must be in the list above, or be known not to be.
func TestEveryPersonalTypeHasALogValue(t *testing.T) {
	for _, p := range personal() {
		if _, ok := reflect.ValueOf(p).Elem().Interface().(slog.LogValuer); !ok {
			t.Errorf("%T has no LogValue", p)
		}
		if _, ok := reflect.ValueOf(p).Elem().Interface().(fmt.Stringer); !ok {
			t.Errorf("%T has no String", p)
		}
	}
}

func TestPseudonymsMayBeLogged(t *testing.T) {
	id := uuid.New()
	for _, p := range []slog.LogValuer{identity.Person{ID: id}, identity.Session{Person: id}, identity.Act{Person: id}} {
		if got := p.LogValue().String(); !strings.Contains(got, id.String()) {
			t.Errorf("%T logs %q", p, got)
		}
	}
}

func TestErrorsDoNotQuoteInput(t *testing.T) {
	_, fields := identity.CheckApplicant(identity.Applicant{
		Relation: secret, Names: identity.Names{Surname: secret + "<", GivenName: secret + "1"}, BirthDate: secret,
		RNOKPP: secret, UNZR: secret, BirthCertificate: secret,
	}, time.Now(), true)
	if got := fmt.Sprint(fields); strings.Contains(got, secret) || len(fields) != 7 {
		t.Error(got)
	}
	if _, err := keyring.Parse("1:" + secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}
