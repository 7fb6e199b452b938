package qes

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// Revocation says for which certificates of a path a usable revocation list is required. A list that is known for an
// issuer must always be usable, and whatever it lists is refused.
type Revocation int

// The policies.
const (
	RequireSigner Revocation = iota // the signer's; the default
	RequireChain                    // every certificate of the path but the root
	IfKnown                         // none; for a caller that has no lists and says so
)

// scope of a list.
const (
	scopeAll = iota
	scopeUsers
	scopeAuthorities
)

// revocationList is a parsed list. Lists are large and messages many, so the index is made once and the signature is
// checked once for each issuer's key.
type revocationList struct {
	raw     *x509.RevocationList
	signed  signed
	revoked map[string]struct{} // serial numbers in decimal
	scope   int
	defect  string // why the list cannot be used; "" if it can

	mu      sync.Mutex
	checked map[checkedKey]error
}

type checkedKey struct {
	suite *Suite
	key   [32]byte
}

func parseRevocationList(der []byte) (*revocationList, error) {
	outer, ok := parseSigned(der)
	if !ok {
		return nil, fail(CodeCRLMalformed, "a revocation list that cannot be read")
	}
	raw, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, fail(CodeCRLMalformed, "a revocation list that cannot be read")
	}
	l := &revocationList{
		raw: raw, signed: outer, checked: map[checkedKey]error{},
		revoked: make(map[string]struct{}, len(raw.RevokedCertificateEntries)),
	}
	if raw.NextUpdate.IsZero() {
		l.defect = "no end of validity"
	}
	for _, e := range raw.Extensions {
		switch id := e.Id.String(); {
		case id == oid.DeltaCRLIndicator:
			l.defect = "a delta list"
		case id == oid.IssuingDistributionPoint:
			l.readScope(e.Value)
		case e.Critical:
			l.defect = "critical extension " + id
		}
	}
	for _, entry := range raw.RevokedCertificateEntries {
		// Whatever the reason, hold included, the certificate counts as revoked.
		l.revoked[entry.SerialNumber.String()] = struct{}{}
		for _, e := range entry.Extensions {
			if e.Critical && e.Id.String() != oid.CRLReason {
				l.defect = "critical extension of an entry"
			}
		}
	}
	return l, nil
}

// readScope reads issuingDistributionPoint: lists for users or authorities only are understood, partial by reason,
// indirect or for attributes are not.
func (l *revocationList) readScope(value []byte) {
	s := cryptobyte.String(value)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.SkipOptionalASN1(contextTag(0).Constructed()) {
		l.defect = "distribution point"
		return
	}
	for !body.Empty() {
		var flag cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1(&flag, &tag) {
			l.defect = "distribution point"
			return
		}
		on := len(flag) != 1 || flag[0] != 0
		switch {
		case tag == contextTag(1) && on && l.scope == scopeAll:
			l.scope = scopeUsers
		case tag == contextTag(2) && on && l.scope == scopeAll:
			l.scope = scopeAuthorities
		case on:
			l.defect = "a partial or indirect list"
		}
	}
}

// covers tells whether the list speaks about the certificate.
func (l *revocationList) covers(c *certificate) bool {
	return l.scope == scopeAll || (l.scope == scopeAuthorities) == c.IsCA
}

// of tells whether issuer could have signed the list.
func (l *revocationList) of(issuer *certificate) bool {
	return bytes.Equal(l.raw.RawIssuer, issuer.RawSubject) && sameKeyID(l.raw.AuthorityKeyId, issuer.SubjectKeyId)
}

// status judges one certificate by the list. nil means: not revoked as of at.
func (l *revocationList) status(c, issuer *certificate, suite *Suite, at time.Time) error {
	if issuer.KeyUsage&x509.KeyUsageCRLSign == 0 {
		return fail(CodeCRLIssuer, "the issuer may not sign revocation lists")
	}
	if err := l.verify(issuer, suite); err != nil {
		return err
	}
	if l.defect != "" {
		return fail(CodeCRLUnusable, "the revocation list cannot be used: "+l.defect)
	}
	if at.Before(l.raw.ThisUpdate) {
		return fail(CodeCRLNotYet, "the revocation list is of a later time")
	}
	// A stale list proves nobody good, but revocation does not go stale.
	if _, listed := l.revoked[c.SerialNumber.String()]; listed {
		return fail(CodeRevoked, "the certificate is revoked or suspended")
	}
	if at.After(l.raw.NextUpdate) {
		return fail(CodeCRLExpired, "the revocation list is out of date")
	}
	return nil
}

// verify checks the list's signature, once for each suite and issuer's key.
func (l *revocationList) verify(issuer *certificate, suite *Suite) error {
	id := checkedKey{suite: suite, key: sha256.Sum256(issuer.RawSubjectPublicKeyInfo)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err, done := l.checked[id]; done {
		return err
	}
	key, err := suite.key(issuer)
	if err == nil {
		err = suite.verifySigned(l.signed, key)
	}
	if err != nil {
		err = fail(CodeCRLSignature, "the revocation list is not signed by the issuer")
	}
	l.checked[id] = err
	return err
}

// checkRevocation judges every certificate of a path but the root.
func checkRevocation(path []*certificate, t *Trust, suite *Suite, policy Revocation, at time.Time) error {
	for i, c := range path[:len(path)-1] {
		issuer := path[i+1]
		good, err := false, error(nil)
		for _, l := range t.lists {
			if !l.of(issuer) || !l.covers(c) {
				continue
			}
			one := l.status(c, issuer, suite, at)
			switch {
			case one == nil:
				good = true
			case CodeOf(one) == CodeRevoked && i == 0:
				return one
			case CodeOf(one) == CodeRevoked:
				return fail(CodeIssuerRevoked, "an authority of the path is revoked")
			default:
				err = one
			}
		}
		switch required := policy == RequireChain || policy == RequireSigner && i == 0; {
		case good:
		case err != nil:
			return err
		case required:
			return fail(CodeCRLMissing, "no revocation list of the issuer")
		}
	}
	return nil
}
