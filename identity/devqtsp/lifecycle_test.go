package devqtsp_test

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"testing"
	"time"

	"chesna/identity/devqtsp"
)

func codeOf(err error) devqtsp.Code {
	var e *devqtsp.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// small is a world of one, to be changed by a test.
func small(t *testing.T) *devqtsp.Authority {
	t.Helper()
	a, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func list(t *testing.T, a *devqtsp.Authority, at time.Time) *x509.RevocationList {
	t.Helper()
	der, err := a.CRL(at, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	l, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCreateWantsItsDependencies(t *testing.T) {
	people := devqtsp.DefaultPeople()[:1]
	for title, deps := range map[string]devqtsp.Deps{
		"no randomness": {Now: now, People: people},
		"no time":       {Rand: rand.Reader, People: people},
		"nobody":        {Rand: rand.Reader, Now: now},
		"a path":        {Rand: rand.Reader, Now: now, People: []devqtsp.PersonSpec{{Name: "../x", Surname: "А", GivenName: "Б"}}},
		"nameless":      {Rand: rand.Reader, Now: now, People: []devqtsp.PersonSpec{{Name: "x"}}},
		"twice":         {Rand: rand.Reader, Now: now, People: append(people, people[0])},
		"odd key":       {Rand: rand.Reader, Now: now, People: []devqtsp.PersonSpec{{Name: "x", Surname: "А", GivenName: "Б", Key: "dsa"}}},
	} {
		if _, err := devqtsp.Create(deps); codeOf(err) != devqtsp.CodeConfig {
			t.Errorf("%s: %v", title, err)
		}
	}
	if _, err := devqtsp.Create(devqtsp.Deps{Rand: io.LimitReader(rand.Reader, 1), Now: now, People: people}); err == nil {
		t.Error("made serial numbers without randomness")
	}
}

func TestRevocationIsListedKeptAndNumbered(t *testing.T) {
	a := small(t)
	p, _ := a.Person("olena")
	if l := list(t, a, now); len(l.RevokedCertificateEntries) != 0 || !l.NextUpdate.Equal(now.Add(time.Hour)) {
		t.Errorf("first list: %+v", l)
	}
	if err := a.Revoke(big.NewInt(7), now, false); codeOf(err) != devqtsp.CodeUnknownSerial {
		t.Errorf("unknown serial number: %v", err)
	}
	if err := a.Revoke(p.Certificate.SerialNumber, now, true); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := devqtsp.Load(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	before, after := list(t, a, now), list(t, loaded, now.Add(time.Second))
	if len(after.RevokedCertificateEntries) != 1 || after.RevokedCertificateEntries[0].ReasonCode != 6 {
		t.Errorf("entries after Load: %+v", after.RevokedCertificateEntries)
	}
	if after.Number.Cmp(before.Number) <= 0 {
		t.Errorf("list %v follows list %v", after.Number, before.Number)
	}
}

func TestEnrolAddsSomebodyLater(t *testing.T) {
	a := small(t)
	if _, err := a.Sign("petro", nil, devqtsp.SignOptions{}); codeOf(err) != devqtsp.CodeUnknownPerson {
		t.Errorf("a stranger signs: %v", err)
	}
	later := devqtsp.DefaultPeople()[1]
	if err := a.Enrol(later, now); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sign("petro", []byte("x"), devqtsp.SignOptions{}); err != nil {
		t.Error(err)
	}
	if people := a.People(); len(people) != 2 || people[1].Spec.Name != "petro" {
		t.Errorf("%d people", len(people))
	}
}
