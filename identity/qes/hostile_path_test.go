package qes_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
)

func patch(t *testing.T, data, old, replacement []byte) []byte {
	t.Helper()
	if bytes.Count(data, old) != 1 || len(old) != len(replacement) {
		t.Fatalf("%x is found %d times", old, bytes.Count(data, old))
	}
	return bytes.Replace(data, old, replacement, 1)
}

// issuedBy makes a case whose person is certified through other authorities; chain goes into the message.
func issuedBy(code qes.Code, through func(t *testing.T, l *lab) (issuer party, chain []party)) hostile {
	return hostile{code, func(t *testing.T, l *lab) *trial {
		issuer, chain := through(t, l)
		return l.trial(t, encode(t, l.by(t, citizen().issue(t, &issuer), cades.Options{Chain: rawOf(chain)})))
	}}
}

func rawOf(parties []party) [][]byte {
	out := [][]byte{}
	for _, p := range parties {
		out = append(out, p.Raw)
	}
	return out
}

// ca makes a case with one changed CA between root and person.
func ca(code qes.Code, spoil func(*spec)) hostile {
	return issuedBy(code, func(t *testing.T, l *lab) (party, []party) {
		s := authority("another CA")
		spoil(&s)
		issuer := s.issue(t, &l.root)
		return issuer, []party{issuer}
	})
}

func pathCases() map[string]hostile {
	return map[string]hostile{
		"rogue root in the message": issuedBy(qes.CodeUntrusted, func(t *testing.T, _ *lab) (party, []party) {
			root := authority("rogue root").issue(t, nil)
			issuer := authority("rogue CA").issue(t, &root)
			return issuer, []party{issuer, root}
		}),
		"rogue root of the same name": issuedBy(qes.CodeChainSignature, func(t *testing.T, _ *lab) (party, []party) {
			root := authority("root").issue(t, nil)
			issuer := authority("CA").issue(t, &root)
			return issuer, []party{issuer, root}
		}),
		"rogue root of the same key identifier": issuedBy(qes.CodeChainSignature, func(t *testing.T, l *lab) (party, []party) {
			s := authority("root")
			s.keyID = l.root.SubjectKeyId
			root := s.issue(t, nil)
			issuer := authority("CA").issue(t, &root)
			return issuer, []party{issuer, root}
		}),
		"self-signed person": raw(qes.CodeUntrusted, func(t *testing.T, l *lab) []byte {
			return encode(t, l.by(t, citizen().issue(t, nil), cades.Options{}))
		}),
		"authority not to be had": issuedBy(qes.CodeUntrusted, func(t *testing.T, l *lab) (party, []party) {
			return authority("another CA").issue(t, &l.root), []party{}
		}),
		"person as issuer": issuedBy(qes.CodeIssuerNotCA, func(_ *testing.T, l *lab) (party, []party) {
			return l.other, []party{l.other, l.ca}
		}),
		"CA that may not issue": ca(qes.CodeIssuerKeyUsage, func(s *spec) { s.usage = x509.KeyUsageCRLSign }),
		"CA expired":            ca(qes.CodeIssuerExpired, func(s *spec) { s.to = now.Add(-time.Second) }),
		"CA not valid yet":      ca(qes.CodeIssuerNotYet, func(s *spec) { s.from = now.Add(time.Second) }),
		"CA with something critical": ca(qes.CodeCriticalExtension, func(s *spec) {
			s.extra = []pkix.Extension{{Id: []int{2, 5, 29, 30}, Critical: true, Value: []byte{0x30, 7, 0xa0, 5, 0x30, 3, 0x82, 1, 'x'}}}
		}),
		"path length": issuedBy(qes.CodePathLength, func(t *testing.T, l *lab) (party, []party) {
			s := authority("upper CA")
			s.pathLen = 0
			upper := s.issue(t, &l.root)
			lower := authority("lower CA").issue(t, &upper)
			return lower, []party{lower, upper}
		}),
		"path of five": issuedBy(qes.CodeChainTooLong, func(t *testing.T, l *lab) (party, []party) {
			first := authority("first CA").issue(t, &l.root)
			second := authority("second CA").issue(t, &first)
			third := authority("third CA").issue(t, &second)
			return third, []party{third, second, first}
		}),
		"CA with a weak key":     ca(qes.CodeIssuerKey, func(s *spec) { s.key = must(rsa1024()) }),
		"person signed by SHA-1": {qes.CodeIssuerAlgorithm, signedBySHA1},
		"person's certificate changed": spoilt(qes.CodeSigningCertMismatch, cades.Options{}, func(_ *lab, m *cades.Message) {
			m.Certificates[0] = bytes.Replace(m.Certificates[0], []byte("19850614-00072"), []byte("19850614-00073"), 1)
		}),
		"root expired": {qes.CodeIssuerExpired, func(t *testing.T, l *lab) *trial {
			old := authority("root")
			old.key, old.to = l.root.key, now.Add(-time.Second)
			c := l.trial(t, encode(t, l.good(t, cades.Options{})))
			c.roots = [][]byte{old.issue(t, nil).Raw}
			return c
		}},
		"no time": {qes.CodeConfiguration, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{})))
			c.at = time.Time{}
			return c
		}},
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// signedBySHA1 has an RSA CA whose signature over the person's certificate is made again with SHA-1.
func signedBySHA1(t *testing.T, l *lab) *trial {
	t.Helper()
	s := authority("RSA CA")
	key := must(rsa2048())
	s.key = key
	issuer := s.issue(t, &l.root)
	person := citizen().issue(t, &issuer)
	identifier := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11}
	weak := append(bytes.Clone(identifier[:8]), 5)
	der := bytes.ReplaceAll(person.Raw, identifier, weak)
	tbs := bytes.ReplaceAll(person.RawTBSCertificate, identifier, weak)
	sum := sha1.Sum(tbs)
	value, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	der = append(der[:len(der)-len(value)], value...)
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return l.trial(t, encode(t, l.by(t, party{Certificate: c, key: person.key}, cades.Options{Chain: [][]byte{issuer.Raw}})))
}
