package qes_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"sync"
	"testing"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

var (
	rsa2048 = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	rsa1024 = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 1024) })
)

// keyed makes a message by a person with another kind of key.
func keyed(key func(t *testing.T) crypto.Signer, o cades.Options, spoil func(m *cades.Message)) func(*testing.T, *lab) []byte {
	return func(t *testing.T, l *lab) []byte {
		s := citizen()
		s.key = key(t)
		m := l.by(t, s.issue(t, &l.ca), o)
		if spoil != nil {
			spoil(&m)
		}
		return encode(t, m)
	}
}

func onceKey(make func() (*rsa.PrivateKey, error)) func(t *testing.T) crypto.Signer {
	return func(t *testing.T) crypto.Signer {
		t.Helper()
		key, err := make()
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
}

func onCurve(c elliptic.Curve) func(t *testing.T) crypto.Signer {
	return func(t *testing.T) crypto.Signer { return newKey(t, c) }
}

// storedKey reads a key that this Go refuses to make.
func storedKey(file string) func(t *testing.T) crypto.Signer {
	return func(t *testing.T) crypto.Signer {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		return key.(crypto.Signer)
	}
}

func algorithmCases() map[string]hostile {
	none := cades.Options{}
	signer := func(change func(s *cades.Signer)) func(*lab, *cades.Message) {
		return func(_ *lab, m *cades.Message) { change(&m.Signers[0]) }
	}
	cases := map[string]hostile{
		"SHA-1":                       raw(qes.CodeDigestAlgorithm, withSHA1),
		"MD5":                         spoilt(qes.CodeDigestAlgorithm, none, func(_ *lab, m *cades.Message) { m.Digests[0].OID, m.Signers[0].Digest.OID = oid.MD5, oid.MD5 }),
		"digest with parameters":      spoilt(qes.CodeDigestAlgorithm, none, signer(func(s *cades.Signer) { s.Digest.Params = []byte{4, 0} })),
		"ECDSA with SHA-1":            spoilt(qes.CodeSignatureAlgorithm, none, signer(func(s *cades.Signer) { s.Signature.OID = oid.ECDSAWithSHA1 })),
		"unknown signature":           spoilt(qes.CodeSignatureAlgorithm, none, signer(func(s *cades.Signer) { s.Signature.OID = "1.2.3" })),
		"ECDSA with parameters":       spoilt(qes.CodeSignatureAlgorithm, none, signer(func(s *cades.Signer) { s.Signature.Params = []byte{5, 0} })),
		"another digest in signature": spoilt(qes.CodeAlgorithmMismatch, none, signer(func(s *cades.Signer) { s.Signature.OID = oid.ECDSAWithSHA384 })),
		"RSA named, EC key":           spoilt(qes.CodeAlgorithmMismatch, none, signer(func(s *cades.Signer) { s.Signature = cades.Algorithm{OID: oid.RSAEncryption} })),
		"EC named, RSA key": raw(qes.CodeAlgorithmMismatch, keyed(onceKey(rsa2048), none, func(m *cades.Message) {
			m.Signers[0].Signature = cades.Algorithm{OID: oid.ECDSAWithSHA256}
		})),
		"RSA of 1024 bits":    raw(qes.CodeKeyWeak, keyed(onceKey(rsa1024), none, nil)),
		"RSA with exponent 3": raw(qes.CodeKeyWeak, keyed(storedKey("testdata/rsa-e3.pem"), none, nil)),
		"P-224":               raw(qes.CodeKeyParameters, keyed(onCurve(elliptic.P224()), none, nil)),
		"P-521":               raw(qes.CodeKeyParameters, keyed(onCurve(elliptic.P521()), none, nil)),
		"curve written out":   raw(qes.CodeKeyParameters, explicitCurve),
		"Ed25519":             raw(qes.CodeKeyAlgorithm, withEd25519),
		"PSS of SHA-1": raw(qes.CodeSignatureAlgorithm, keyed(onceKey(rsa2048), cades.Options{PSS: true, Hash: crypto.SHA256}, func(m *cades.Message) {
			m.Signers[0].Signature.Params = []byte{0x30, 0} // the standard's defaults
		})),
		"PSS of mixed digests": raw(qes.CodeSignatureAlgorithm, keyed(onceKey(rsa2048), cades.Options{PSS: true, Hash: crypto.SHA256}, func(m *cades.Message) {
			p := m.Signers[0].Signature.Params
			at := bytes.LastIndex(p, []byte{0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1})
			p[at+8] = 3 // MGF1 with SHA-512
		})),
		"PKCS#1 with parameters": raw(qes.CodeSignatureAlgorithm, keyed(onceKey(rsa2048), none, func(m *cades.Message) {
			m.Signers[0].Signature.Params = []byte{4, 0}
		})),
	}
	for name, c := range signatureCases() {
		cases[name] = c
	}
	return cases
}

func signatureCases() map[string]hostile {
	none := cades.Options{}
	return map[string]hostile{
		"signature with a bit flipped": spoilt(qes.CodeSignatureInvalid, none, func(_ *lab, m *cades.Message) {
			m.Signers[0].Value[len(m.Signers[0].Value)-1] ^= 1
		}),
		"signature of zeroes": spoilt(qes.CodeSignatureInvalid, none, func(_ *lab, m *cades.Message) {
			m.Signers[0].Value = []byte{0x30, 6, 2, 1, 0, 2, 1, 0}
		}),
		"signature left empty": spoilt(qes.CodeSignatureInvalid, none, func(_ *lab, m *cades.Message) { m.Signers[0].Value = []byte{} }),
		"signature with bytes after": spoilt(qes.CodeSignatureInvalid, none, func(_ *lab, m *cades.Message) {
			m.Signers[0].Value = append(m.Signers[0].Value, 0)
		}),
		"RSA signature with a bit flipped": raw(qes.CodeSignatureInvalid, keyed(onceKey(rsa2048), none, func(m *cades.Message) {
			m.Signers[0].Value[0] ^= 1
		})),
		"another's signature": spoilt(qes.CodeSignatureInvalid, none, func(l *lab, m *cades.Message) {
			signed, _ := cades.SetOf(m.Signers[0].SignedAttrs)
			m.Signers[0].Value, _ = cades.SignBytes(signed, l.other.key, cades.Options{Rand: rand.Reader})
		}),
		"attributes sorted after signing": raw(qes.CodeSignatureInvalid, func(t *testing.T, l *lab) []byte {
			sorted, unsorted := l.good(t, none), l.good(t, cades.Options{Unsorted: true})
			if bytes.Equal(sorted.Signers[0].SignedAttrs, unsorted.Signers[0].SignedAttrs) {
				t.Fatal("the order does not differ")
			}
			sorted.Signers[0].Value = unsorted.Signers[0].Value
			return encode(t, sorted)
		}),
		"attributes signed under their own tag": spoilt(qes.CodeSignatureInvalid, none, func(l *lab, m *cades.Message) {
			signed, _ := cades.SetOf(m.Signers[0].SignedAttrs)
			signed[0] = 0xa0
			m.Signers[0].Value, _ = cades.SignBytes(signed, l.person.key, cades.Options{Rand: rand.Reader})
		}),
		"signing time changed": spoilt(qes.CodeSignatureInvalid, none, func(_ *lab, m *cades.Message) {
			m.Signers[0].SignedAttrs = bytes.Replace(m.Signers[0].SignedAttrs, []byte("261120"), []byte("261119"), 1)
		}),
	}
}

func withSHA1(t *testing.T, l *lab) []byte {
	return encode(t, l.good(t, cades.Options{Hash: crypto.SHA1}))
}

// explicitCurve writes the person's curve out in parameters instead of naming it. Only the form of the key matters, so the
// certificate is not signed again.
func explicitCurve(t *testing.T, l *lab) []byte {
	t.Helper()
	m := l.good(t, cades.Options{})
	named := []byte{0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}
	// SEQUENCE { INTEGER 1, ... } of the same length: it says "specified curve" and no more.
	written := []byte{0x30, 8, 2, 1, 1, 4, 3, 0, 0, 0}
	m.Certificates[0] = bytes.Replace(m.Certificates[0], named, written, 1)
	return encode(t, m)
}

// withEd25519 has a certificate on an Ed25519 key; the message is otherwise of the usual form.
func withEd25519(t *testing.T, l *lab) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := citizen()
	s.key = key
	p := s.issue(t, &l.ca)
	m := l.by(t, party{Certificate: p.Certificate, key: l.person.key.(*ecdsa.PrivateKey)}, cades.Options{})
	return encode(t, m)
}
