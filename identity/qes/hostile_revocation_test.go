package qes_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

// listed makes a case from a good message and other revocation lists.
func listed(code qes.Code, lists func(t *testing.T, l *lab) [][]byte) hostile {
	return hostile{code, func(t *testing.T, l *lab) *trial {
		c := l.trial(t, encode(t, l.good(t, cades.Options{})))
		c.lists = lists(t, l)
		return c
	}}
}

// spoiltList makes a case with one changed list of the CA.
func spoiltList(code qes.Code, spoil func(l *lab, r *x509.RevocationList)) hostile {
	return listed(code, func(t *testing.T, l *lab) [][]byte {
		return [][]byte{l.list(t, l.ca, func(r *x509.RevocationList) { spoil(l, r) })}
	})
}

func entry(p party, reason int) x509.RevocationListEntry {
	return x509.RevocationListEntry{SerialNumber: p.SerialNumber, RevocationTime: now.Add(-time.Hour), ReasonCode: reason}
}

func critical(id string, value ...byte) pkix.Extension {
	return pkix.Extension{Id: oid.Parse(id), Critical: true, Value: value}
}

func revocationCases() map[string]hostile {
	const unspecified, onHold = 0, 6
	cases := map[string]hostile{
		"no list": listed(qes.CodeCRLMissing, func(*testing.T, *lab) [][]byte { return nil }),
		"list of another authority": listed(qes.CodeCRLMissing, func(t *testing.T, l *lab) [][]byte {
			return [][]byte{l.list(t, authority("another CA").issue(t, &l.root), nil)}
		}),
		"revoked": spoiltList(qes.CodeRevoked, func(l *lab, r *x509.RevocationList) {
			r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.person, unspecified)}
		}),
		"on hold": spoiltList(qes.CodeRevoked, func(l *lab, r *x509.RevocationList) {
			r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.other, unspecified), entry(l.person, onHold)}
		}),
		"revoked by one list of two": listed(qes.CodeRevoked, func(t *testing.T, l *lab) [][]byte {
			return [][]byte{l.list(t, l.ca, nil), l.list(t, l.ca, func(r *x509.RevocationList) {
				r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.person, unspecified)}
			})}
		}),
		"revoked by a list out of date": spoiltList(qes.CodeRevoked, func(l *lab, r *x509.RevocationList) {
			r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.person, unspecified)}
			r.NextUpdate = now.Add(-time.Second)
		}),
		"list out of date":          spoiltList(qes.CodeCRLExpired, func(_ *lab, r *x509.RevocationList) { r.NextUpdate = now.Add(-time.Second) }),
		"list of the future":        spoiltList(qes.CodeCRLNotYet, func(_ *lab, r *x509.RevocationList) { r.ThisUpdate = now.Add(time.Second) }),
		"delta list":                spoiltList(qes.CodeCRLUnusable, extended(critical(oid.DeltaCRLIndicator, 2, 1, 1))),
		"partial list":              spoiltList(qes.CodeCRLUnusable, extended(critical(oid.IssuingDistributionPoint, 0x30, 4, 0x83, 2, 6, 0x40))),
		"indirect list":             spoiltList(qes.CodeCRLUnusable, extended(critical(oid.IssuingDistributionPoint, 0x30, 3, 0x84, 1, 0xff))),
		"unknown and critical":      spoiltList(qes.CodeCRLUnusable, extended(critical("1.2.3.4", 5, 0))),
		"list for authorities only": spoiltList(qes.CodeCRLMissing, extended(critical(oid.IssuingDistributionPoint, 0x30, 3, 0x82, 1, 0xff))),
		"entry of another issuer": spoiltList(qes.CodeCRLUnusable, func(l *lab, r *x509.RevocationList) {
			e := entry(l.other, unspecified)
			e.ExtraExtensions = []pkix.Extension{critical("2.5.29.29", 0x30, 0)}
			r.RevokedCertificateEntries = []x509.RevocationListEntry{e}
		}),
		"list with a bit flipped": listed(qes.CodeCRLSignature, func(t *testing.T, l *lab) [][]byte {
			list := l.list(t, l.ca, nil)
			list[len(list)-1] ^= 1
			return [][]byte{list}
		}),
		"list by an impostor": listed(qes.CodeCRLSignature, func(t *testing.T, l *lab) [][]byte {
			s := authority("CA")
			s.keyID = l.ca.SubjectKeyId
			return [][]byte{l.list(t, s.issue(t, nil), nil)}
		}),
	}
	cases["authority that may not sign lists"] = hostile{qes.CodeCRLIssuer, mayNotList}
	cases["authority revoked"] = hostile{qes.CodeIssuerRevoked, func(t *testing.T, l *lab) *trial {
		c := l.trial(t, encode(t, l.good(t, cades.Options{})))
		c.lists = append(c.lists, l.list(t, l.root, func(r *x509.RevocationList) {
			r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.ca, unspecified)}
		}))
		return c
	}}
	cases["root's list required"] = hostile{qes.CodeCRLMissing, func(t *testing.T, l *lab) *trial {
		c := l.trial(t, encode(t, l.good(t, cades.Options{})))
		c.deps.Revocation = qes.RequireChain
		return c
	}}
	cases["root's list out of date"] = hostile{qes.CodeCRLExpired, func(t *testing.T, l *lab) *trial {
		c := l.trial(t, encode(t, l.good(t, cades.Options{})))
		c.lists = append(c.lists, l.list(t, l.root, func(r *x509.RevocationList) { r.NextUpdate = now.Add(-time.Second) }))
		return c
	}}
	cases["a list inside the message does not help"] = hostile{qes.CodeCRLMissing, func(t *testing.T, l *lab) *trial {
		m := l.good(t, cades.Options{})
		m.CRLs = [][]byte{l.list(t, l.ca, nil)}
		c := l.trial(t, encode(t, m))
		c.lists = nil
		return c
	}}
	return cases
}

func revoking(parties ...party) func(*x509.RevocationList) {
	return func(r *x509.RevocationList) {
		for _, p := range parties {
			r.RevokedCertificateEntries = append(r.RevokedCertificateEntries, entry(p, 0))
		}
	}
}

func extended(e pkix.Extension) func(*lab, *x509.RevocationList) {
	return func(_ *lab, r *x509.RevocationList) { r.ExtraExtensions = []pkix.Extension{e} }
}

// mayNotList has a CA without the right to sign lists; the list is made with a copy of it that has the right.
func mayNotList(t *testing.T, l *lab) *trial {
	t.Helper()
	allowed := authority("CA without lists")
	allowed.key = newKey(t, elliptic.P256())
	denied := allowed
	denied.usage = x509.KeyUsageCertSign
	issuer := denied.issue(t, &l.root)
	c := l.trial(t, encode(t, l.by(t, citizen().issue(t, &issuer), cades.Options{Chain: [][]byte{issuer.Raw}})))
	c.lists = [][]byte{l.list(t, allowed.issue(t, &l.root), nil)}
	return c
}
