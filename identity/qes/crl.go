package qes

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"time"
)

// Revocation says for which certificates of a path a usable revocation list is required. A list that is known for an
// issuer and covers the certificate must always be usable, and whatever any list of the issuer names is refused.
type Revocation int

// The policies.
const (
	// RequireSigner asks for the signer's only; the default. Whether an authority above was revoked stays unknown while the
	// root's list is not given: where it can be had, use RequireChain.
	RequireSigner Revocation = iota
	RequireChain             // every certificate of the path but the root
	IfKnown                  // none; for a caller that has no lists and says so
)

// of tells whether issuer could have signed the list.
func (l *revocationList) of(issuer *certificate) bool {
	return bytes.Equal(l.issuer, issuer.RawSubject) && sameKeyID(l.keyID, issuer.SubjectKeyId)
}

// lists tells whether the list names the certificate as revoked.
func (l *revocationList) lists(c *certificate) bool {
	_, listed := l.revoked[serialKey(c.SerialNumber)]
	return listed
}

// status judges one certificate by the list. nil means: not revoked as of at, if the list covers the certificate.
func (l *revocationList) status(c, issuer *certificate, suite *Suite, at time.Time) error {
	if !issuer.may(x509.KeyUsageCRLSign) {
		return fail(CodeCRLIssuer, "the issuer may not sign revocation lists")
	}
	if err := l.verify(issuer, suite); err != nil {
		return err
	}
	if l.defect != "" {
		return fail(CodeCRLUnusable, "the revocation list cannot be used: "+l.defect)
	}
	if at.Before(l.from) {
		return fail(CodeCRLNotYet, "the revocation list is of a later time")
	}
	// A stale or limited list proves nobody good, but revocation does not go stale.
	if l.lists(c) {
		return fail(CodeRevoked, "the certificate is revoked or suspended")
	}
	if l.limit != "" {
		return fail(CodeCRLUnusable, "the revocation list proves nobody good: "+l.limit)
	}
	if at.After(l.to) {
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

// listsOf returns the lists that issuer could have signed.
func (t *Trust) listsOf(issuer *certificate) []*revocationList {
	var out []*revocationList
	for _, l := range t.lists {
		if l.of(issuer) {
			out = append(out, l)
		}
	}
	return out
}

// checkRevocation judges every certificate of a path but the root.
func checkRevocation(path []*certificate, t *Trust, suite *Suite, policy Revocation, at time.Time) error {
	for i, c := range path[:len(path)-1] {
		issuer := path[i+1]
		good, err := false, error(nil)
		for _, l := range t.listsOf(issuer) {
			// A list about other certificates is no proof for this one, but what its issuer lists there is revoked.
			covers := l.scope.covers(c)
			if !covers && !l.lists(c) {
				continue
			}
			one := l.status(c, issuer, suite, at)
			switch {
			case CodeOf(one) == CodeRevoked && i == 0:
				return one
			case CodeOf(one) == CodeRevoked:
				return fail(CodeIssuerRevoked, "an authority of the path is revoked")
			case !covers:
			case one == nil:
				good = true
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
