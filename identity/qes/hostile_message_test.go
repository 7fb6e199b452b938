package qes_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"testing"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

// raw makes a case from bytes.
func raw(code qes.Code, make func(t *testing.T, l *lab) []byte) hostile {
	return hostile{code, func(t *testing.T, l *lab) *trial { return l.trial(t, make(t, l)) }}
}

// spoilt makes a case from a good message with one change.
func spoilt(code qes.Code, o cades.Options, spoil func(l *lab, m *cades.Message)) hostile {
	return raw(code, func(t *testing.T, l *lab) []byte {
		m := l.good(t, o)
		spoil(l, &m)
		return encode(t, m)
	})
}

func formCases() map[string]hostile {
	good := func(t *testing.T, l *lab) []byte { return encode(t, l.good(t, cades.Options{})) }
	return map[string]hostile{
		"empty":            raw(qes.CodeMalformed, func(*testing.T, *lab) []byte { return nil }),
		"cut short":        raw(qes.CodeMalformed, func(t *testing.T, l *lab) []byte { g := good(t, l); return g[:len(g)-1] }),
		"bytes after":      raw(qes.CodeTrailingBytes, func(t *testing.T, l *lab) []byte { return append(good(t, l), 0) }),
		"message after":    raw(qes.CodeTrailingBytes, func(t *testing.T, l *lab) []byte { g := good(t, l); return append(g, g...) }),
		"too large":        raw(qes.CodeTooLarge, func(*testing.T, *lab) []byte { return make([]byte, qes.MaxMessage+1) }),
		"too deep":         raw(qes.CodeEncoding, func(*testing.T, *lab) []byte { return bytes.Repeat([]byte{0x30, 0x80}, 1000) }),
		"length of length": raw(qes.CodeEncoding, func(*testing.T, *lab) []byte { return []byte{0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 0} }),
		"huge length":      raw(qes.CodeMalformed, func(*testing.T, *lab) []byte { return []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff} }),
		"endless":          raw(qes.CodeMalformed, func(*testing.T, *lab) []byte { return []byte{0x30, 0x80, 2, 1, 1} }),
		"endless primitive": raw(qes.CodeEncoding, func(*testing.T, *lab) []byte {
			return []byte{0x30, 0x80, 4, 0x80, 0, 0, 0, 0}
		}),
		"high tag":         raw(qes.CodeEncoding, func(*testing.T, *lab) []byte { return []byte{0x3f, 0x20, 0} }),
		"string in pieces": raw(qes.CodeEncoding, func(*testing.T, *lab) []byte { return []byte{0x30, 4, 0x2c, 2, 0x0c, 0} }),
		"an array of zeroes": raw(qes.CodeEncoding, func(*testing.T, *lab) []byte {
			return make([]byte, 100)
		}),
	}
}

func structureCases() map[string]hostile {
	none := cades.Options{}
	return map[string]hostile{
		"not SignedData":         spoilt(qes.CodeNotSignedData, none, func(_ *lab, m *cades.Message) { m.ContentType = oid.Data }),
		"version 5":              spoilt(qes.CodeVersion, none, func(_ *lab, m *cades.Message) { m.Version = 5 }),
		"version below signer's": spoilt(qes.CodeVersion, cades.Options{KeyIDAsSid: true}, func(_ *lab, m *cades.Message) { m.Version = 1 }),
		"content type":           spoilt(qes.CodeContentType, none, func(_ *lab, m *cades.Message) { m.EContentType = oid.TSTInfo }),
		"no digests announced":   spoilt(qes.CodeDigestAlgorithms, none, func(_ *lab, m *cades.Message) { m.Digests = nil }),
		"attribute certificate": spoilt(qes.CodeCertificateKind, none, func(_ *lab, m *cades.Message) {
			m.Certificates = append(m.Certificates, []byte{0xa1, 0})
		}),
		"eleven certificates": spoilt(qes.CodeTooManyCertificates, none, func(l *lab, m *cades.Message) {
			for len(m.Certificates) < 11 {
				m.Certificates = append(m.Certificates, l.ca.Raw)
			}
		}),
		"broken certificate": spoilt(qes.CodeCertificateMalformed, none, func(_ *lab, m *cades.Message) {
			m.Certificates = append(m.Certificates, []byte{0x30, 0})
		}),
		"no signer":   spoilt(qes.CodeSignerCount, none, func(_ *lab, m *cades.Message) { m.Signers = nil }),
		"two signers": spoilt(qes.CodeSignerCount, none, func(_ *lab, m *cades.Message) { m.Signers = append(m.Signers, m.Signers[0]) }),
		"serial with version 3": spoilt(qes.CodeSignerID, none, func(_ *lab, m *cades.Message) {
			m.Version, m.Signers[0].Version = 3, 3
		}),
		"key identifier with version 1": spoilt(qes.CodeSignerID, cades.Options{KeyIDAsSid: true}, func(_ *lab, m *cades.Message) {
			m.Signers[0].Version = 1
		}),
		"signer's certificate left out": spoilt(qes.CodeSignerNotFound, none, func(l *lab, m *cades.Message) {
			m.Certificates = [][]byte{l.other.Raw, l.ca.Raw}
		}),
		"two certificates of one identifier": raw(qes.CodeSignerAmbiguous, func(t *testing.T, l *lab) []byte {
			twin := citizen()
			twin.keyID = l.person.SubjectKeyId
			m := l.good(t, cades.Options{KeyIDAsSid: true})
			m.Certificates = append(m.Certificates, twin.issue(t, &l.ca).Raw)
			return encode(t, m)
		}),
		"unsigned attribute without values": spoilt(qes.CodeUnsignedAttributesForm, none, func(_ *lab, m *cades.Message) {
			m.Signers[0].UnsignedAttr = []cades.Attribute{{Type: oid.SignatureTimeStamp}}
		}),
	}
}

func contentCases() map[string]hostile {
	return map[string]hostile{
		"detached without content": {qes.CodeContentMissing, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{Detached: true})))
			c.content = nil
			return c
		}},
		"detached over other content": {qes.CodeMessageDigestMismatch, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{Detached: true})))
			c.content = []byte("another text")
			return c
		}},
		"attached over other content": {qes.CodeContentMismatch, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{})))
			c.content = []byte("another text")
			return c
		}},
		"attached content replaced": spoilt(qes.CodeMessageDigestMismatch, cades.Options{}, func(_ *lab, m *cades.Message) {
			m.Content = []byte("the text to sigh")
		}).with(func(c *trial) { c.content = nil }),
		"content made empty": spoilt(qes.CodeMessageDigestMismatch, cades.Options{}, func(_ *lab, m *cades.Message) {
			m.Content = []byte{}
		}).with(func(c *trial) { c.content = nil }),
		"signed attributes shown as content": {qes.CodeContentIsAttributes, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, attributesAsContent(t, l)))
			c.content = nil
			return c
		}},
		"the same, detached": {qes.CodeContentIsAttributes, func(t *testing.T, l *lab) *trial {
			m := attributesAsContent(t, l)
			c := l.trial(t, nil)
			c.content, m.Content = m.Content, nil
			c.message = encode(t, m)
			return c
		}},
	}
}

// with changes the circumstances of a case.
func (h hostile) with(change func(*trial)) hostile {
	return hostile{h.code, func(t *testing.T, l *lab) *trial {
		c := h.make(t, l)
		change(c)
		return c
	}}
}

// attributesAsContent turns a true message into one without signed attributes whose content is their encoding: the
// signature value fits, though nobody signed that text.
func attributesAsContent(t *testing.T, l *lab) cades.Message {
	t.Helper()
	m := l.good(t, cades.Options{})
	set, err := cades.SetOf(m.Signers[0].SignedAttrs)
	if err != nil {
		t.Fatal(err)
	}
	m.Content, m.Signers[0].SignedAttrs = set, nil
	return m
}

// attributed makes a case whose signed attributes are made from the three right ones.
func attributed(code qes.Code, choose func(contentType, digest, ess cades.Attribute) []cades.Attribute) hostile {
	return raw(code, func(t *testing.T, l *lab) []byte {
		return l.withAttributes(t, cades.Options{}, choose(l.attributes(t))...)
	})
}

func attributeCases() map[string]hostile {
	type at = cades.Attribute
	cases := map[string]hostile{
		"none": raw(qes.CodeAttributesMissing, func(t *testing.T, l *lab) []byte {
			m := l.good(t, cades.Options{})
			value, err := cades.SignBytes(l.text, l.person.key, cades.Options{Rand: rand.Reader})
			if err != nil {
				t.Fatal(err)
			}
			m.Signers[0].SignedAttrs, m.Signers[0].Value = nil, value
			return encode(t, m)
		}),
		"empty set":          attributed(qes.CodeAttributeContentType, func(_, _, _ at) []at { return nil }),
		"no content type":    attributed(qes.CodeAttributeContentType, func(_, d, e at) []at { return []at{d, e} }),
		"other content type": attributed(qes.CodeAttributeContentType, func(_, d, e at) []at { return []at{cades.ContentTypeAttribute(oid.TSTInfo), d, e} }),
		"no digest":          attributed(qes.CodeMessageDigestMissing, func(c, _, e at) []at { return []at{c, e} }),
		"two digests":        attributed(qes.CodeAttributeDuplicate, func(c, d, e at) []at { return []at{c, d, cades.MessageDigestAttribute(make([]byte, 32)), e} }),
		"same digest twice":  attributed(qes.CodeAttributeDuplicate, func(c, d, e at) []at { return []at{c, d, d, e} }),
		"two signing times": attributed(qes.CodeAttributeDuplicate, func(c, d, e at) []at {
			return []at{c, d, e, cades.SigningTimeAttribute(now), cades.SigningTimeAttribute(now)}
		}),
		"digest of two values": attributed(qes.CodeAttributeValues, func(c, d, e at) []at { d.Values = append(d.Values, d.Values[0]); return []at{c, d, e} }),
		"digest of no value":   attributed(qes.CodeAttributeValues, func(c, d, e at) []at { d.Values = nil; return []at{c, d, e} }),
		"short digest":         attributed(qes.CodeMessageDigestMismatch, func(c, d, e at) []at { return []at{c, cades.MessageDigestAttribute(d.Values[0][2:10]), e} }),
		"empty digest":         attributed(qes.CodeMessageDigestMismatch, func(c, _, e at) []at { return []at{c, cades.MessageDigestAttribute(nil), e} }),
		"long digest": attributed(qes.CodeMessageDigestMismatch, func(c, d, e at) []at {
			return []at{c, cades.MessageDigestAttribute(append(d.Values[0][2:34:34], 0)), e}
		}),
		"digest of no form": attributed(qes.CodeAttributesMalformed, func(c, d, e at) []at { d.Values = [][]byte{{5, 0}}; return []at{c, d, e} }),
		"signing time of no form": attributed(qes.CodeAttributesMalformed, func(c, d, e at) []at {
			return []at{c, d, e, {Type: oid.SigningTime, Values: [][]byte{{0x17, 1, '9'}}}}
		}),
		"no signing certificate": attributed(qes.CodeSigningCertMissing, func(c, d, _ at) []at { return []at{c, d} }),
		"signing certificate of no form": attributed(qes.CodeAttributesMalformed, func(c, d, e at) []at {
			e.Values = [][]byte{{0x30, 0}}
			return []at{c, d, e}
		}),
		"not an attribute": raw(qes.CodeAttributesMalformed, func(t *testing.T, l *lab) []byte {
			m := l.good(t, cades.Options{})
			m.Signers[0].SignedAttrs = []byte{2, 1, 1}
			return encode(t, m)
		}),
		"forty attributes": attributed(qes.CodeAttributesMalformed, func(c, d, e at) []at {
			all := []at{c, d, e}
			for i := range 40 {
				all = append(all, at{Type: "1.2.3." + string(rune('0'+i/10)) + "." + string(rune('0'+i%10)), Values: [][]byte{{5, 0}}})
			}
			return all
		}),
	}
	for name, c := range signingCertificateCases() {
		cases[name] = c
	}
	return cases
}

func signingCertificateCases() map[string]hostile {
	of := func(code qes.Code, hash crypto.Hash, spoil func(l *lab, value []byte) []byte) hostile {
		return raw(code, func(t *testing.T, l *lab) []byte {
			c, d, _ := l.attributes(t)
			e, err := cades.SigningCertificateAttribute(l.person.Certificate, hash)
			if err != nil {
				t.Fatal(err)
			}
			e.Values[0] = spoil(l, e.Values[0])
			return l.withAttributes(t, cades.Options{}, c, d, e)
		})
	}
	return map[string]hostile{
		"signing certificate of another": of(qes.CodeSigningCertMismatch, crypto.SHA256, func(l *lab, value []byte) []byte {
			mine, theirs := sha256.Sum256(l.person.Raw), sha256.Sum256(l.other.Raw)
			return bytes.Replace(value, mine[:], theirs[:], 1)
		}),
		"another's issuer": of(qes.CodeSigningCertMismatch, crypto.SHA256, func(_ *lab, value []byte) []byte {
			return bytes.Replace(value, []byte("CA"), []byte("CB"), 1)
		}),
		"another's serial number": of(qes.CodeSigningCertMismatch, crypto.SHA256, func(_ *lab, value []byte) []byte {
			out := bytes.Clone(value)
			out[len(out)-1] ^= 1
			return out
		}),
		"signing certificate by SHA-1": of(qes.CodeDigestAlgorithm, crypto.SHA1, func(_ *lab, value []byte) []byte { return value }),
	}
}

var _ = sha1.New // links SHA-1 for the cases that must be refused
