package qes

import (
	"bytes"
	"crypto/subtle"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// attributes maps the type of a signed attribute to its one value, raw DER.
type attributes map[string]cryptobyte.String

// parseAttributes reads the content of a SET OF Attribute, in whatever order: some signers in the field do not sort, and
// sign what they wrote. Each type may come once and has one value.
func parseAttributes(content []byte) (attributes, error) {
	out := attributes{}
	s := cryptobyte.String(content)
	for !s.Empty() {
		var attribute, values, value cryptobyte.String
		var tag asn1.Tag
		if !s.ReadASN1(&attribute, asn1.SEQUENCE) {
			return nil, fail(CodeAttributesMalformed, "an attribute")
		}
		id, ok := readOID(&attribute)
		if !ok || !attribute.ReadASN1(&values, asn1.SET) || !attribute.Empty() {
			return nil, fail(CodeAttributesMalformed, "an attribute")
		}
		if _, twice := out[id]; twice {
			return nil, fail(CodeAttributeDuplicate, "attribute "+id+" comes twice")
		}
		if values.Empty() {
			return nil, fail(CodeAttributeValues, "attribute "+id+" has no value")
		}
		if !values.ReadAnyASN1Element(&value, &tag) {
			return nil, fail(CodeAttributesMalformed, "value of attribute "+id)
		}
		if !values.Empty() {
			return nil, fail(CodeAttributeValues, "attribute "+id+" has several values")
		}
		if out[id] = value; len(out) > maxAttributes {
			return nil, fail(CodeAttributesMalformed, "too many attributes")
		}
	}
	return out, nil
}

// checkUnsigned bounds the form of unsigned attributes; nothing in them is used.
func checkUnsigned(s cryptobyte.String) error {
	for n := 0; !s.Empty(); n++ {
		var attribute, values cryptobyte.String
		if n == maxAttributes || !s.ReadASN1(&attribute, asn1.SEQUENCE) {
			return fail(CodeUnsignedAttributesForm, "an unsigned attribute")
		}
		if _, ok := readOID(&attribute); !ok || !attribute.ReadASN1(&values, asn1.SET) || !attribute.Empty() || values.Empty() {
			return fail(CodeUnsignedAttributesForm, "an unsigned attribute")
		}
	}
	return nil
}

// looksLikeAttributes tells whether content is itself a SET OF Attribute with a message digest: then a signature without
// signed attributes over it could be one that somebody made over another text.
func looksLikeAttributes(content []byte) bool {
	s := cryptobyte.String(content)
	var set cryptobyte.String
	if !s.ReadASN1(&set, asn1.SET) || !s.Empty() {
		return false
	}
	a, err := parseAttributes(set)
	if err != nil {
		return false
	}
	_, digest := a[oid.MessageDigest]
	_, kind := a[oid.ContentType]
	return digest || kind
}

func (a attributes) checkContentType() error {
	value, ok := a[oid.ContentType]
	if !ok {
		return fail(CodeAttributeContentType, "no content type among the signed attributes")
	}
	id, ok := readOID(&value)
	if !ok || !value.Empty() || id != oid.Data {
		return fail(CodeAttributeContentType, "the signed content type is not plain data")
	}
	return nil
}

func (a attributes) checkDigest(want []byte) error {
	value, ok := a[oid.MessageDigest]
	if !ok {
		return fail(CodeMessageDigestMissing, "no message digest among the signed attributes")
	}
	var got cryptobyte.String
	if !value.ReadASN1(&got, asn1.OCTET_STRING) || !value.Empty() {
		return fail(CodeAttributesMalformed, "message digest")
	}
	// ConstantTimeCompare is 0 for different lengths: a shortened digest does not pass.
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return fail(CodeMessageDigestMismatch, "the signature is over other content")
	}
	return nil
}

// signingTime is what the signer claims; zero if absent.
func (a attributes) signingTime() (time.Time, error) {
	value, ok := a[oid.SigningTime]
	if !ok {
		return time.Time{}, nil
	}
	var out time.Time
	var read bool
	if value.PeekASN1Tag(asn1.UTCTime) {
		read = value.ReadASN1UTCTime(&out)
	} else {
		read = value.ReadASN1GeneralizedTime(&out)
	}
	if !read || !value.Empty() {
		return time.Time{}, fail(CodeAttributesMalformed, "signing time")
	}
	return out.UTC(), nil
}

// checkSigningCertificate compares signingCertificateV2 (RFC 5035) with the signer's certificate: the first entry is the
// signer, its hash always counts, its issuer and serial number when they are there.
func (a attributes) checkSigningCertificate(signer *certificate, suite *Suite) error {
	value, ok := a[oid.SigningCertificateV2]
	if !ok {
		return fail(CodeSigningCertMissing, "no signingCertificateV2 among the signed attributes")
	}
	malformed := fail(CodeAttributesMalformed, "signingCertificateV2")
	var list, ids, first, hash cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || !list.ReadASN1(&ids, asn1.SEQUENCE) ||
		!ids.ReadASN1(&first, asn1.SEQUENCE) {
		return malformed
	}
	if !list.Empty() && (!list.SkipASN1(asn1.SEQUENCE) || !list.Empty()) { // policies, unused
		return malformed
	}
	digest := algorithm{oid: oid.SHA256}
	if first.PeekASN1Tag(asn1.SEQUENCE) {
		if digest, ok = readAlgorithm(&first); !ok {
			return malformed
		}
	}
	row, err := suite.digest(digest)
	if err != nil {
		return err
	}
	if !first.ReadASN1(&hash, asn1.OCTET_STRING) {
		return malformed
	}
	if subtle.ConstantTimeCompare(hash, row.sum(signer.Raw)) != 1 {
		return fail(CodeSigningCertMismatch, "signingCertificateV2 names another certificate")
	}
	if first.Empty() {
		return nil
	}
	return checkIssuerSerial(first, signer)
}

func checkIssuerSerial(s cryptobyte.String, signer *certificate) error {
	var pair, names, wrapped, name cryptobyte.String
	var tag asn1.Tag
	serial := new(big.Int)
	if !s.ReadASN1(&pair, asn1.SEQUENCE) || !s.Empty() || !pair.ReadASN1(&names, asn1.SEQUENCE) ||
		!pair.ReadASN1Integer(serial) || !pair.Empty() ||
		!names.ReadASN1(&wrapped, contextTag(4).Constructed()) || !names.Empty() ||
		!wrapped.ReadAnyASN1Element(&name, &tag) || !wrapped.Empty() {
		return fail(CodeAttributesMalformed, "issuer and serial number in signingCertificateV2")
	}
	if serial.Cmp(signer.SerialNumber) != 0 || !bytes.Equal(name, signer.RawIssuer) {
		return fail(CodeSigningCertMismatch, "signingCertificateV2 names another issuer or serial number")
	}
	return nil
}
