package qes

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	stdasn1 "encoding/asn1"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The seeds in testdata/seeds were made by the demo's trust service and by openssl cms: messages (DER, BER, PEM) of an
// elliptic and an RSA person, their certificates, and lists with and without entries.

var seedTime = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func addSeeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "seeds", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, file := range files {
		f.Add(seed(f, filepath.Base(file)))
	}
}

func seed(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "seeds", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// seedVerifier trusts the seeds' authority.
func seedVerifier(t testing.TB) *Verifier {
	t.Helper()
	trust, err := ParseTrust([][]byte{seed(t, "certificate-root.der")}, [][]byte{seed(t, "certificate-ca.der")}, [][]byte{seed(t, "list.der")})
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(Deps{Trust: trust})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// FuzzNormalise: the output is DER in form, not longer than the input, and a fixed point.
func FuzzNormalise(f *testing.F) {
	addSeeds(f, "message*")
	f.Add([]byte{0x24, 0x80, 4, 1, 'a', 4, 0x81, 1, 'b', 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := normalise(in)
		if err != nil {
			return
		}
		again, err := normalise(out)
		if err != nil || !bytes.Equal(out, again) || len(out) > len(in) {
			t.Fatalf("%x became %x, then %x (%v)", in, out, again, err)
		}
	})
}

// FuzzVerify: whatever is done to messages, what is accepted is what the person signed.
func FuzzVerify(f *testing.F) {
	addSeeds(f, "message*")
	v := seedVerifier(f)
	text := []byte("text")
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, content := range [][]byte{nil, text} {
			got, err := v.Verify(Request{Message: message, Content: content, At: seedTime, Profile: ProfileCitizen})
			if err != nil {
				if CodeOf(err) == "" {
					t.Fatalf("an error without code: %v", err)
				}
				continue
			}
			if !bytes.Equal(got.Content, text) || got.Subject.UNZR == "" {
				t.Fatalf("accepted %q", got.Content)
			}
		}
	})
}

// FuzzCertificate: no certificate makes the reading of extensions and names fail other than with a code.
func FuzzCertificate(f *testing.F) {
	addSeeds(f, "certificate*")
	suite := DefaultSuite()
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := parseCertificate(der)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Raw, der) {
			t.Fatal("something was left over")
		}
		_, keyErr := suite.key(c)
		_, signerErr := checkSigner(c)
		s, subjectErr := parseSubject(c)
		for _, err := range []error{keyErr, signerErr, subjectErr} {
			if err != nil && CodeOf(err) == "" {
				t.Fatalf("an error without code: %v", err)
			}
		}
		if s.RNOKPP != "" && !digits(s.RNOKPP, 10) || s.UNZR != "" && !ValidUNZR(s.UNZR) && subjectErr == nil {
			t.Fatalf("numbers of no form: %q %q", s.RNOKPP, s.UNZR)
		}
	})
}

// FuzzName reads subject names and directory attributes without a certificate around them, which the standard library
// would judge first.
func FuzzName(f *testing.F) {
	for _, file := range []string{"certificate-olena.der", "certificate-officer.der"} {
		c, err := parseCertificate(seed(f, file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.RawSubject)
		f.Add(c.extension("2.5.29.9"))
		f.Add(c.extension("1.3.6.1.5.5.7.1.3"))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		_, nameErr := parseName(der)
		_, directoryErr := parseDirectory(der)
		_, statementsErr := parseQualification(der)
		for _, err := range []error{nameErr, directoryErr, statementsErr} {
			if err != nil && CodeOf(err) == "" {
				t.Fatalf("an error without code: %v", err)
			}
		}
	})
}

// FuzzRevocationList: where the standard library reads a list too, both see the same.
func FuzzRevocationList(f *testing.F) {
	addSeeds(f, "list*")
	f.Fuzz(func(t *testing.T, der []byte) {
		l, err := parseRevocationList(der)
		if err != nil {
			return
		}
		reference, err := x509.ParseRevocationList(der)
		if err != nil {
			return
		}
		if !l.from.Equal(reference.ThisUpdate) || !l.to.Equal(reference.NextUpdate) || !bytes.Equal(l.issuer, reference.RawIssuer) {
			t.Fatal("another time or issuer")
		}
		if !bytes.Equal(l.keyID, reference.AuthorityKeyId) || !bytes.Equal(l.signed.signature, reference.Signature) {
			t.Fatal("another key or signature")
		}
		for _, e := range reference.RevokedCertificateEntries {
			if _, ok := l.revoked[serialKey(e.SerialNumber)]; !ok {
				t.Fatalf("%v is missing", e.SerialNumber)
			}
		}
	})
}

// FuzzScope: a scope that is not understood hinders all certificates of the issuer, and one that is understood and named
// covers a certificate only by an address that both name.
func FuzzScope(f *testing.F) {
	const address = "http://lists.invalid/1.crl"
	name := append([]byte{0xa0, byte(len(address) + 4), 0xa0, byte(len(address) + 2), 0x86, byte(len(address))}, address...)
	named := append([]byte{0x30, byte(len(name))}, name...)
	points := append([]byte{0x30, byte(len(named))}, named...)
	for _, scope := range [][]byte{named, {0x30, 0}, {0x30, 3, 0x81, 1, 0xff}, {0x30, 4, 0x83, 2, 6, 0x40}, {0x30, 4, 0xa0, 2, 0xa1, 0}} {
		f.Add(scope, points)
	}
	f.Fuzz(func(t *testing.T, value, extension []byte) {
		l := &revocationList{}
		l.readScope(value)
		c := &certificate{Certificate: &x509.Certificate{Extensions: []pkix.Extension{{Id: stdasn1.ObjectIdentifier{2, 5, 29, 31}, Value: extension}}}}
		covers := l.scope.covers(c)
		switch {
		case l.defect != "":
			if !covers || l.scope.named {
				t.Fatal("a list that is not understood is passed over")
			}
		case l.scope.named && covers:
			if !slices.ContainsFunc(l.scope.addresses, func(a string) bool {
				return a != "" && bytes.Contains(value, []byte(a)) && bytes.Contains(extension, []byte(a))
			}) {
				t.Fatal("covered without a common address")
			}
		case !l.scope.named && covers == l.scope.authorities:
			t.Fatal("users and authorities are confused")
		}
	})
}

// FuzzPEM: files of any kind give blocks or a code.
func FuzzPEM(f *testing.F) {
	addSeeds(f, "*")
	f.Fuzz(func(t *testing.T, file []byte) {
		blocks, err := DecodePEM(file, "CERTIFICATE", 1<<20)
		if (err == nil) == (len(blocks) == 0) {
			t.Fatalf("%d blocks and %v", len(blocks), err)
		}
		if _, err := DecodeMessage(file); err != nil && CodeOf(err) == "" {
			t.Fatalf("an error without code: %v", err)
		}
	})
}
