package assertion_test

import (
	"context"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/assertion"
	"chesna/identity/devqtsp"
	"chesna/identity/identitytest"
	"chesna/identity/qes"
)

func TestMain(m *testing.M) { servers.Main(m) }

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// people are a citizen, one who refused a tax number, and an officer.
func people(t *testing.T) (*devqtsp.Authority, map[string]devqtsp.PersonSpec) {
	t.Helper()
	chosen := map[string]devqtsp.PersonSpec{}
	var list []devqtsp.PersonSpec
	for _, p := range devqtsp.DefaultPeople() {
		kind := "citizen"
		switch {
		case p.EDRPOU != "":
			kind = "officer"
		case p.RNOKPP == "":
			kind = "refuser"
		}
		if _, there := chosen[kind]; !there {
			chosen[kind] = p
			list = append(list, p)
		}
	}
	authority, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: list})
	if err != nil {
		t.Fatal(err)
	}
	return authority, chosen
}

func trust(t *testing.T, a *devqtsp.Authority) *qes.Trust {
	t.Helper()
	list, err := a.CRL(now, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := qes.ParseTrust([][]byte{a.RootDER()}, [][]byte{a.CADER()}, [][]byte{list})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func verifier(t *testing.T, source qes.TrustSource) *assertion.Verifier {
	t.Helper()
	q, err := qes.New(qes.Deps{Trust: source, CheckDigits: true})
	if err != nil {
		t.Fatal(err)
	}
	v, err := assertion.New(assertion.Deps{QES: q, Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sign(t *testing.T, a *devqtsp.Authority, name string, document []byte, detached bool) []byte {
	t.Helper()
	der, err := a.Sign(name, document, devqtsp.SignOptions{Detached: detached, At: now})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestAssertions(t *testing.T) {
	authority, chosen := people(t)
	v := verifier(t, trust(t, authority))
	document := []byte("Чесна\nДія: вхід\n")
	if len(chosen) < 2 {
		t.Fatal("the demo has too few kinds of people")
	}
	for kind, p := range chosen {
		for _, detached := range []bool{false, true} {
			der := sign(t, authority, p.Name, document, detached)
			for _, message := range [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der})} {
				a, err := v.Verify(t.Context(), document, message, now)
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				want := identity.Names{Surname: p.Surname, GivenName: p.GivenName, Patronymic: p.Patronymic}
				if a.Names != want || a.RNOKPP != p.RNOKPP || a.UNZR != p.UNZR || a.Institution() != p.EDRPOU || len(a.Identifiers()) == 0 {
					t.Errorf("%s: the assertion differs from the certificate", kind)
				}
				if a.Certificate == [32]byte{} || a.SignerInfo == [32]byte{} {
					t.Errorf("%s: digests are missing", kind)
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	authority, chosen := people(t)
	v := verifier(t, trust(t, authority))
	document := []byte("текст")
	name := chosen["citizen"].Name
	stranger, _ := people(t)
	for label, c := range map[string]struct {
		document, message []byte
		at                time.Time
		reason            qes.Code
	}{
		"other document, attached": {[]byte("інший"), sign(t, authority, name, document, false), now, qes.CodeContentMismatch},
		"other document, detached": {[]byte("інший"), sign(t, authority, name, document, true), now, qes.CodeMessageDigestMismatch},
		"nothing asked for":        {nil, sign(t, authority, name, document, false), now, qes.CodeContentMismatch},
		"garbage":                  {document, []byte{0x30, 0x03, 1, 2, 3}, now, ""},
		"another authority":        {document, sign(t, stranger, name, document, true), now, qes.CodeUntrusted},
		"after its time":           {document, sign(t, authority, name, document, true), now.AddDate(4, 0, 0), qes.CodeExpired},
	} {
		t.Run(label, func(t *testing.T) {
			_, err := v.Verify(t.Context(), c.document, c.message, c.at)
			var e *identity.Error
			if !errors.As(err, &e) || e.Code != identity.CodeSignatureRejected || e.Reason == "" || (c.reason != "" && e.Reason != string(c.reason)) {
				t.Error(err)
			}
		})
	}
}

func TestOurOwnFaults(t *testing.T) {
	authority, chosen := people(t)
	document := []byte("текст")
	message := sign(t, authority, chosen["citizen"].Name, document, true)
	v := verifier(t, &qes.TrustHolder{})
	if _, err := v.Verify(t.Context(), document, message, now); identity.CodeOf(err) != identity.CodeUnavailable {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v = verifier(t, trust(t, authority))
	for range 50 { // either is right when both are ready, but never a refusal of the signer
		if _, err := v.Verify(ctx, document, message, now); err != nil && identity.CodeOf(err) != identity.CodeUnavailable {
			t.Fatal(err)
		}
	}
	if _, err := assertion.New(assertion.Deps{}); err == nil {
		t.Error("incomplete dependencies were taken")
	}
}

// The whole way with true signatures: sign in, sign an act, be refused with another's key.
func TestSignInAndActWithQualifiedSignatures(t *testing.T) {
	authority, chosen := people(t)
	v := verifier(t, trust(t, authority))
	w := identitytest.New(t, servers.MiniredisEngine(t), func(d *identity.Deps) {
		d.Signatures, d.StaffInstitutions = v, []string{devqtsp.InstitutionEDRPOU}
	})
	ctx := t.Context()
	signIn := func(name string) identity.Session {
		t.Helper()
		c, err := w.Challenge(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s, _, _, err := w.Complete(ctx, c.ID, sign(t, authority, name, c.Document, false))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	citizen, officer := chosen["citizen"], chosen["officer"]
	id, err := w.Appoint(ctx, identity.Assertion{RNOKPP: officer.RNOKPP, UNZR: officer.UNZR}, identity.Grant{Role: identity.RoleOfficer, Consulate: "waw"})
	if err != nil {
		t.Fatal(err)
	}
	if s := signIn(officer.Name); s.Person != id || !s.HasAt(identity.RoleOfficer, "waw") {
		t.Error("the officer appointed by number is not the officer who signed in")
	}
	s := signIn(citizen.Name)
	document := []byte("Чесна\nДія: бронювання\n" + uuid.NewString() + "\n")
	act, err := w.VerifyAct(ctx, s.Person, document, sign(t, authority, citizen.Name, document, true))
	if err != nil || act.Person != s.Person {
		t.Fatal(err)
	}
	_, err = w.VerifyAct(ctx, s.Person, document, sign(t, authority, officer.Name, document, true))
	if identity.CodeOf(err) != identity.CodeSignerMismatch {
		t.Error(err)
	}
	for kind, p := range chosen {
		if got := signIn(p.Name); kind == "citizen" && got.Person != s.Person {
			t.Error("another person for the same certificate")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	spec := devqtsp.DefaultPeople()[0]
	authority, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: []devqtsp.PersonSpec{spec}})
	if err != nil {
		b.Fatal(err)
	}
	list, _ := authority.CRL(now, time.Hour)
	tr, err := qes.ParseTrust([][]byte{authority.RootDER()}, [][]byte{authority.CADER()}, [][]byte{list})
	if err != nil {
		b.Fatal(err)
	}
	q, _ := qes.New(qes.Deps{Trust: tr})
	v, _ := assertion.New(assertion.Deps{QES: q, Parallel: 2})
	document := []byte("текст")
	message, _ := authority.Sign(spec.Name, document, devqtsp.SignOptions{Detached: true})
	for b.Loop() {
		if _, err := v.Verify(context.Background(), document, message, now); err != nil {
			b.Fatal(err)
		}
	}
}
