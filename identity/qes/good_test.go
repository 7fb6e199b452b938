package qes_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"slices"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/devqtsp/profile"
	"chesna/identity/qes/oid"
)

// goodCases are messages that a strict verifier must still accept.
func goodCases() map[string]func(*testing.T, *lab) *trial {
	good := func(o cades.Options, change func(l *lab, m *cades.Message)) func(*testing.T, *lab) *trial {
		return func(t *testing.T, l *lab) *trial {
			m := l.good(t, o)
			if change != nil {
				change(l, &m)
			}
			return l.trial(t, encode(t, m))
		}
	}
	person := func(change func(*spec)) func(*testing.T, *lab) *trial {
		return func(t *testing.T, l *lab) *trial {
			s := citizen()
			change(&s)
			return l.trial(t, encode(t, l.by(t, s.issue(t, &l.ca), cades.Options{})))
		}
	}
	cases := map[string]func(*testing.T, *lab) *trial{
		"attached":            good(cades.Options{}, nil),
		"detached":            good(cades.Options{Detached: true}, nil),
		"SHA-384":             good(cades.Options{Hash: crypto.SHA384}, nil),
		"SHA-512":             good(cades.Options{Hash: crypto.SHA512, Detached: true}, nil),
		"key identifier":      good(cades.Options{KeyIDAsSid: true}, nil),
		"unsorted attributes": good(cades.Options{Unsorted: true}, nil),
		"further attribute":   good(cades.Options{Extra: []cades.Attribute{{Type: "1.2.3.4", Values: [][]byte{{5, 0}}}}}, nil),
		"unsigned attribute": good(cades.Options{}, func(_ *lab, m *cades.Message) {
			m.Signers[0].UnsignedAttr = []cades.Attribute{{Type: oid.SignatureTimeStamp, Values: [][]byte{{5, 0}}}}
		}),
		"NULL after digest":    good(cades.Options{}, func(_ *lab, m *cades.Message) { m.Signers[0].Digest.Params = []byte{5, 0} }),
		"signer comes last":    good(cades.Options{}, func(l *lab, m *cades.Message) { m.Certificates = [][]byte{l.other.Raw, l.ca.Raw, l.person.Raw} }),
		"certificate twice":    good(cades.Options{}, func(l *lab, m *cades.Message) { m.Certificates = append(m.Certificates, l.person.Raw) }),
		"lists in the message": good(cades.Options{}, func(l *lab, m *cades.Message) { m.CRLs = [][]byte{{0x30, 0}} }),
		"rogue certificates beside": good(cades.Options{}, func(l *lab, m *cades.Message) {
			m.Certificates = append([][]byte{l.other.Raw}, m.Certificates...)
		}),
		"RSA": func(t *testing.T, l *lab) *trial {
			return l.trial(t, keyed(onceKey(rsa2048), cades.Options{}, nil)(t, l))
		},
		"RSA-PSS": func(t *testing.T, l *lab) *trial {
			return l.trial(t, keyed(onceKey(rsa2048), cades.Options{PSS: true, Hash: crypto.SHA384}, nil)(t, l))
		},
		"P-384": func(t *testing.T, l *lab) *trial {
			return l.trial(t, keyed(onCurve(elliptic.P384()), cades.Options{}, nil)(t, l))
		},
		"old certificate with the Ukrainian statement": person(func(s *spec) { s.statements, s.types = []string{oid.UAQualified}, nil }),
		"no type of certificate":                       person(func(s *spec) { s.types = nil }),
		"non-repudiation only":                         person(func(s *spec) { s.usage = x509.KeyUsageContentCommitment }),
		"mail protection as well":                      person(func(s *spec) { s.eku = []string{"1.3.6.1.5.5.7.3.4"} }),
		"no authority key identifier":                  person(func(s *spec) { s.noAuthority = true }),
		"wrong check digit, not asked": person(func(s *spec) {
			s.directory = []profile.Attribute{{Type: oid.UARnokpp, Value: "3121100720"}}
			s.subject[3].Value = "401065"
		}),
		"sole trader": person(func(s *spec) {
			s.directory = append(s.directory, profile.Attribute{Type: oid.UAEdrpou, Value: "3121100721"})
		}),
		"document instead of a tax number": person(func(s *spec) {
			s.directory[0].Value = "ЯЯ999998"
			s.subject[3].Value = "401065"
		}),
		"zeroes instead of a tax number": person(func(s *spec) {
			s.directory[0].Value = "000000000"
			s.directory = append(s.directory, profile.Attribute{Type: oid.UAEdrpou, Value: "111111111"})
			s.subject[3].Value = "401065"
		}),
		"tax number left empty": person(func(s *spec) {
			s.extra = []pkix.Extension{emptyTaxNumber()}
			s.directory, s.subject[3].Value = nil, "PNOUA-19850614-00072"
		}),
	}
	maps.Copy(cases, goodCircumstances())
	maps.Copy(cases, goodShards())
	return cases
}

// emptyTaxNumber is a directory attribute whose value is an empty string, as of people who refused a number.
func emptyTaxNumber() pkix.Extension {
	id := []byte{0x06, 0x0d, 0x2a, 0x86, 0x24, 2, 1, 1, 1, 0x0b, 1, 4, 1, 1}
	id[1] = byte(len(id) - 2)
	value := append(id, 0x31, 2, 0x13, 0)
	attribute := append([]byte{0x30, byte(len(value))}, value...)
	return pkix.Extension{Id: oid.Parse(oid.SubjectDirectoryAttributes), Value: append([]byte{0x30, byte(len(attribute))}, attribute...)}
}

func goodCircumstances() map[string]func(*testing.T, *lab) *trial {
	with := func(change func(t *testing.T, l *lab, c *trial)) func(*testing.T, *lab) *trial {
		return func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{})))
			change(t, l, c)
			return c
		}
	}
	return map[string]func(*testing.T, *lab) *trial{
		"content not compared": with(func(_ *testing.T, _ *lab, c *trial) { c.content = nil }),
		"CA from the trust": func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{Chain: [][]byte{}})))
			c.known = [][]byte{l.ca.Raw}
			return c
		},
		"trust as PEM": with(func(_ *testing.T, l *lab, c *trial) {
			root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: l.root.Raw})
			c.roots = [][]byte{append(append([]byte("subject=root\n"), root...), root...)}
			c.lists[0] = pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: c.lists[0]})
		}),
		"old and new list": with(func(t *testing.T, l *lab, c *trial) {
			c.lists = append(c.lists, l.list(t, l.ca, func(r *x509.RevocationList) { r.NextUpdate = now.Add(-time.Second) }))
		}),
		"list for users only": with(func(t *testing.T, l *lab, c *trial) {
			c.lists = [][]byte{l.list(t, l.ca, func(r *x509.RevocationList) {
				r.ExtraExtensions = []pkix.Extension{critical(oid.IssuingDistributionPoint, 0x30, 3, 0x81, 1, 0xff)}
			})}
		}),
		"another revoked": with(func(t *testing.T, l *lab, c *trial) {
			c.lists = [][]byte{l.list(t, l.ca, func(r *x509.RevocationList) {
				r.RevokedCertificateEntries = []x509.RevocationListEntry{entry(l.other, 1)}
			})}
		}),
		"whole chain checked": with(func(t *testing.T, l *lab, c *trial) {
			c.lists = append(c.lists, l.list(t, l.root, nil))
			c.deps.Revocation = 1
		}),
		"two authorities above": func(t *testing.T, l *lab) *trial {
			upper := authority("upper CA").issue(t, &l.root)
			lower := authority("lower CA").issue(t, &upper)
			c := l.trial(t, encode(t, l.by(t, citizen().issue(t, &lower), cades.Options{Chain: rawOf([]party{upper, lower})})))
			c.lists = [][]byte{l.list(t, lower, nil)}
			return c
		},
		"BER": with(func(t *testing.T, l *lab, c *trial) {
			ber := indefinite(c.message)
			if bytes.Equal(ber, c.message) {
				t.Fatal("nothing changed")
			}
			c.message = ber
		}),
	}
}

// indefinite writes the outer three elements (ContentInfo, [0], SignedData) with lengths that end by a mark.
func indefinite(der []byte) []byte {
	out := der
	for depth, at := range []int{0, 13, 15} { // two bytes each, and eleven of the type of ContentInfo
		header := 2
		if out[at+1]&0x80 != 0 {
			header += int(out[at+1] & 0x7f)
		}
		end := len(out) - 2*depth
		out = slices.Concat(out[:at+1], []byte{0x80}, out[at+header:end], []byte{0, 0}, out[end:])
	}
	return out
}
