package qes

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// signed is the common shape of certificates and revocation lists.
type signed struct {
	tbs       []byte
	algorithm algorithm
	signature []byte
}

// certificate is a certificate as the standard library reads it, with the raw parts that the suite needs: the library
// leaves keys that it does not know unread.
type certificate struct {
	*x509.Certificate
	signed       signed
	keyAlgorithm algorithm
	keyBits      []byte
	anchor       bool       // a pinned root
	links        *linkCache // of the trust's certificates; nil for a message's
}

// linkCache remembers which issuers signed a certificate, so that the upper part of every path is checked once. Only the
// trust's certificates have one: what a message brings is forgotten with it.
type linkCache struct {
	mu   sync.Mutex
	good map[checkedKey]bool
}

// signedBy checks the certificate's signature.
func (c *certificate) signedBy(issuer *certificate, key Key, suite *Suite) error {
	if c.links == nil || !issuer.anchor {
		return suite.verifySigned(c.signed, key)
	}
	id := checkedKey{suite: suite, key: sha256.Sum256(issuer.RawSubjectPublicKeyInfo)}
	c.links.mu.Lock()
	defer c.links.mu.Unlock()
	if c.links.good[id] {
		return nil
	}
	err := suite.verifySigned(c.signed, key)
	if err == nil {
		c.links.good[id] = true
	}
	return err
}

// may tells whether an authority may use its key so. A pinned root without a key usage extension is believed, as RFC 5280,
// 6.1.4 has it; every other authority must have one.
func (c *certificate) may(usage x509.KeyUsage) bool {
	return c.KeyUsage&usage != 0 || c.anchor && c.extension(oid.KeyUsage) == nil
}

func parseSigned(der []byte) (signed, bool) {
	s := cryptobyte.String(der)
	var body, tbs cryptobyte.String
	var out signed
	var ok bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return out, false
	}
	if out.algorithm, ok = readAlgorithm(&body); !ok {
		return out, false
	}
	if out.signature, ok = readBitString(&body); !ok || !body.Empty() {
		return out, false
	}
	out.tbs = tbs
	return out, true
}

func parseCertificate(der []byte) (*certificate, error) {
	malformed := fail(CodeCertificateMalformed, "a certificate that cannot be read")
	outer, ok := parseSigned(der)
	if !ok {
		return nil, malformed
	}
	c := &certificate{signed: outer}
	if c.keyAlgorithm, c.keyBits, ok = parseKeyInfo(outer.tbs); !ok {
		return nil, malformed
	}
	var err error
	if c.Certificate, err = x509.ParseCertificate(der); err != nil {
		// The library refuses curves that it does not know before anybody can say why.
		if c.keyAlgorithm.oid == oid.ECPublicKey {
			if _, keyErr := parseECKey(c.keyAlgorithm.params, c.keyBits); keyErr != nil {
				return nil, keyErr
			}
		}
		return nil, malformed
	}
	if c.Version != 3 {
		return nil, fail(CodeCertificateMalformed, "a certificate that is not of version 3")
	}
	return c, nil
}

// parseKeyInfo finds SubjectPublicKeyInfo in TBSCertificate.
func parseKeyInfo(tbs []byte) (algorithm, []byte, bool) {
	s := cryptobyte.String(tbs)
	var body, info cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.SkipOptionalASN1(contextTag(0).Constructed()) || // version
		!body.SkipASN1(asn1.INTEGER) || // serial number
		!body.SkipASN1(asn1.SEQUENCE) || // signature
		!body.SkipASN1(asn1.SEQUENCE) || // issuer
		!body.SkipASN1(asn1.SEQUENCE) || // validity
		!body.SkipASN1(asn1.SEQUENCE) || // subject
		!body.ReadASN1(&info, asn1.SEQUENCE) {
		return algorithm{}, nil, false
	}
	a, ok := readAlgorithm(&info)
	if !ok {
		return algorithm{}, nil, false
	}
	bits, ok := readBitString(&info)
	return a, bits, ok && info.Empty()
}

// extension returns the value of an extension, nil if absent. The library refuses doubled ones.
func (c *certificate) extension(id string) []byte {
	for _, e := range c.Extensions {
		if e.Id.String() == id {
			return e.Value
		}
	}
	return nil
}

// unknownCritical returns the first critical extension outside the given ones, or "".
func (c *certificate) unknownCritical(known ...string) string {
next:
	for _, e := range c.Extensions {
		if !e.Critical {
			continue
		}
		id := e.Id.String()
		for _, k := range known {
			if id == k {
				continue next
			}
		}
		return id
	}
	return ""
}

// namesIssuer tells whether c could have been issued by issuer, by name and key identifier.
func (c *certificate) namesIssuer(issuer *certificate) bool {
	if !bytes.Equal(c.RawIssuer, issuer.RawSubject) {
		return false
	}
	return sameKeyID(c.AuthorityKeyId, issuer.SubjectKeyId)
}

// sameKeyID compares key identifiers where both sides have one.
func sameKeyID(authority, subject []byte) bool {
	return len(authority) == 0 || len(subject) == 0 || bytes.Equal(authority, subject)
}
