package qes

import (
	"bytes"
	"math/big"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// revocationList is a parsed list. Lists are large and messages many, so the index is made once and the signature is
// checked once for each issuer's key.
type revocationList struct {
	signed   signed
	issuer   []byte // raw name
	keyID    []byte // of the issuer; nil if absent
	from, to time.Time
	revoked  map[string]struct{} // by serialKey
	scope    scope
	defect   string // why the list says nothing at all; "" if it can be used
	limit    string // why the list can revoke, but proves nobody good; "" if it does both

	mu      sync.Mutex
	checked map[checkedKey]error
}

type checkedKey struct {
	suite *Suite
	key   [32]byte
}

func serialKey(serial *big.Int) string { return serial.Text(16) }

// parseRevocationList reads CertificateList (RFC 5280, 5.1), version 2 or the older form without extensions.
func parseRevocationList(der []byte) (*revocationList, error) {
	malformed := fail(CodeCRLMalformed, "a revocation list that cannot be read")
	outer, ok := parseSigned(der)
	if !ok {
		return nil, malformed
	}
	l := &revocationList{signed: outer, revoked: map[string]struct{}{}, checked: map[checkedKey]error{}}
	s := cryptobyte.String(outer.tbs)
	var body, name cryptobyte.String
	version := int64(0)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || body.PeekASN1Tag(asn1.INTEGER) && !body.ReadASN1Integer(&version) || version > 1 {
		return nil, malformed
	}
	inner, ok := readAlgorithm(&body)
	if !ok || inner.oid != outer.algorithm.oid || !bytes.Equal(inner.params, outer.algorithm.params) ||
		!body.ReadASN1Element(&name, asn1.SEQUENCE) || !readTime(&body, &l.from) {
		return nil, malformed
	}
	l.issuer = name
	if !body.PeekASN1Tag(asn1.UTCTime) && !body.PeekASN1Tag(asn1.GeneralizedTime) {
		l.limit = "no end of validity"
	} else if !readTime(&body, &l.to) {
		return nil, malformed
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) && !l.readEntries(&body) {
		return nil, malformed
	}
	if !body.Empty() && (version != 1 || !l.readListExtensions(&body)) || !body.Empty() {
		return nil, malformed
	}
	return l, nil
}

func readTime(s *cryptobyte.String, out *time.Time) bool {
	if s.PeekASN1Tag(asn1.UTCTime) {
		return s.ReadASN1UTCTime(out)
	}
	return s.ReadASN1GeneralizedTime(out)
}

// readEntries indexes the revoked serial numbers. Whatever the reason, hold included, the certificate counts as revoked.
func (l *revocationList) readEntries(body *cryptobyte.String) bool {
	var entries cryptobyte.String
	if !body.ReadASN1(&entries, asn1.SEQUENCE) {
		return false
	}
	for !entries.Empty() {
		var entry cryptobyte.String
		var when time.Time
		serial := new(big.Int)
		if !entries.ReadASN1(&entry, asn1.SEQUENCE) || !entry.ReadASN1Integer(serial) || !readTime(&entry, &when) {
			return false
		}
		l.revoked[serialKey(serial)] = struct{}{}
		if entry.Empty() {
			continue
		}
		ok := readExtensions(&entry, func(id string, critical bool, _ []byte) bool {
			if critical && id != oid.CRLReason {
				l.defect = "critical extension of an entry"
			}
			return true
		})
		if !ok || !entry.Empty() {
			return false
		}
	}
	return true
}

func (l *revocationList) readListExtensions(body *cryptobyte.String) bool {
	var wrapped cryptobyte.String
	if !body.ReadASN1(&wrapped, contextTag(0).Constructed()) {
		return false
	}
	return readExtensions(&wrapped, func(id string, critical bool, value []byte) bool {
		switch {
		case id == oid.AuthorityKeyIdentifier:
			return l.readKeyID(value)
		case id == oid.DeltaCRLIndicator:
			l.defect = "a delta list"
		case id == oid.IssuingDistributionPoint:
			l.readScope(value)
		case critical:
			l.defect = "critical extension " + id
		}
		return true
	}) && wrapped.Empty()
}

// readExtensions calls each for every extension of a SEQUENCE; doubled ones are refused.
func readExtensions(s *cryptobyte.String, each func(id string, critical bool, value []byte) bool) bool {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return false
	}
	seen := map[string]bool{}
	for !list.Empty() {
		var extension, value cryptobyte.String
		if !list.ReadASN1(&extension, asn1.SEQUENCE) {
			return false
		}
		id, ok := readOID(&extension)
		critical := false
		if !ok || seen[id] || extension.PeekASN1Tag(asn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical) ||
			!extension.ReadASN1(&value, asn1.OCTET_STRING) || !extension.Empty() || !each(id, critical, value) {
			return false
		}
		seen[id] = true
	}
	return true
}

func (l *revocationList) readKeyID(value []byte) bool {
	s := cryptobyte.String(value)
	var body, id cryptobyte.String
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadOptionalASN1(&id, &present, contextTag(0)) {
		return false
	}
	l.keyID = id
	return true
}
