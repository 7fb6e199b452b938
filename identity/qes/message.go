package qes

import (
	"bytes"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// Limits on a message.
const (
	MaxMessage      = 64 << 10 // bytes of CMS
	MaxCertificates = 10       // in a message
	MaxChain        = 4        // certificates from the signer to the root, both counted

	maxDigests    = 8
	maxAttributes = 32
)

// message is SignedData with one signer, read but not judged.
type message struct {
	content      []byte // nil = detached
	certificates []*certificate
	signer       signerInfo
}

type signerInfo struct {
	body       []byte // version to signature: without unsigned attributes, which anybody can add
	version    int64
	issuer     []byte // raw name; nil when keyID is used
	serial     *big.Int
	keyID      []byte
	digest     algorithm
	attributes []byte // content of the signed attributes' SET as received; nil = absent
	signature  algorithm
	value      []byte
}

func parseMessage(der []byte) (*message, error) {
	s := cryptobyte.String(der)
	var info, wrapped, data cryptobyte.String
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !s.Empty() {
		return nil, fail(CodeMalformed, "ContentInfo")
	}
	id, ok := readOID(&info)
	if !ok {
		return nil, fail(CodeMalformed, "type of ContentInfo")
	}
	if id != oid.SignedData {
		return nil, fail(CodeNotSignedData, "the message is not SignedData")
	}
	if !info.ReadASN1(&wrapped, contextTag(0).Constructed()) || !info.Empty() ||
		!wrapped.ReadASN1(&data, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, fail(CodeMalformed, "SignedData")
	}
	return parseSignedData(data)
}

func parseSignedData(data cryptobyte.String) (*message, error) {
	var version int64
	var digestSet cryptobyte.String
	if !data.ReadASN1Integer(&version) || !data.ReadASN1(&digestSet, asn1.SET) {
		return nil, fail(CodeMalformed, "SignedData")
	}
	if version != 1 && version != 3 {
		return nil, fail(CodeVersion, "version of SignedData")
	}
	digests, err := parseDigests(digestSet)
	if err != nil {
		return nil, err
	}
	m := &message{}
	if m.content, err = parseContent(&data); err != nil {
		return nil, err
	}
	if m.certificates, err = parseCertificateSet(&data); err != nil {
		return nil, err
	}
	var lists, signers, signer cryptobyte.String
	var hasLists bool
	// Revocation lists of the message are the sender's word: their form was checked with the rest, they are not used.
	if !data.ReadOptionalASN1(&lists, &hasLists, contextTag(1).Constructed()) ||
		!data.ReadASN1(&signers, asn1.SET) || !data.Empty() {
		return nil, fail(CodeMalformed, "signers")
	}
	if signers.Empty() {
		return nil, fail(CodeSignerCount, "no signer")
	}
	if !signers.ReadASN1(&signer, asn1.SEQUENCE) {
		return nil, fail(CodeMalformed, "SignerInfo")
	}
	if !signers.Empty() {
		return nil, fail(CodeSignerCount, "more than one signer")
	}
	if m.signer, err = parseSigner(signer); err != nil {
		return nil, err
	}
	if m.signer.version > version {
		return nil, fail(CodeVersion, "version of SignedData is below that of its signer")
	}
	if !digests[m.signer.digest.oid] {
		return nil, fail(CodeDigestAlgorithms, "the signer's digest is not among the announced ones")
	}
	return m, nil
}

func parseDigests(set cryptobyte.String) (map[string]bool, error) {
	out := map[string]bool{}
	for !set.Empty() {
		a, ok := readAlgorithm(&set)
		if !ok {
			return nil, fail(CodeMalformed, "digest algorithms")
		}
		out[a.oid] = true
		if len(out) > maxDigests {
			return nil, fail(CodeDigestAlgorithms, "too many digest algorithms")
		}
	}
	return out, nil
}

// parseContent reads EncapsulatedContentInfo; nil content means detached.
func parseContent(data *cryptobyte.String) ([]byte, error) {
	var info, wrapped, content cryptobyte.String
	if !data.ReadASN1(&info, asn1.SEQUENCE) {
		return nil, fail(CodeMalformed, "encapsulated content")
	}
	id, ok := readOID(&info)
	if !ok {
		return nil, fail(CodeMalformed, "type of the content")
	}
	if id != oid.Data {
		return nil, fail(CodeContentType, "the content is not plain data")
	}
	if info.Empty() {
		return nil, nil
	}
	if !info.ReadASN1(&wrapped, contextTag(0).Constructed()) || !info.Empty() ||
		!wrapped.ReadASN1(&content, asn1.OCTET_STRING) || !wrapped.Empty() {
		return nil, fail(CodeMalformed, "encapsulated content")
	}
	return append([]byte{}, content...), nil
}

func parseCertificateSet(data *cryptobyte.String) ([]*certificate, error) {
	var set cryptobyte.String
	var present bool
	if !data.ReadOptionalASN1(&set, &present, contextTag(0).Constructed()) {
		return nil, fail(CodeMalformed, "certificates")
	}
	var out []*certificate
	for !set.Empty() {
		var raw cryptobyte.String
		var tag asn1.Tag
		if !set.ReadAnyASN1Element(&raw, &tag) {
			return nil, fail(CodeMalformed, "certificates")
		}
		if tag != asn1.SEQUENCE {
			return nil, fail(CodeCertificateKind, "something other than a public key certificate among the certificates")
		}
		if len(out) == MaxCertificates {
			return nil, fail(CodeTooManyCertificates, "too many certificates")
		}
		c, err := parseCertificate(raw)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func parseSigner(s cryptobyte.String) (signerInfo, error) {
	var out signerInfo
	whole := []byte(s)
	if !s.ReadASN1Integer(&out.version) {
		return out, fail(CodeMalformed, "version of the signer")
	}
	if err := out.parseIdentifier(&s); err != nil {
		return out, err
	}
	var ok bool
	if out.digest, ok = readAlgorithm(&s); !ok {
		return out, fail(CodeMalformed, "digest algorithm of the signer")
	}
	var attributes, value, unsigned cryptobyte.String
	var hasAttributes, hasUnsigned bool
	if !s.ReadOptionalASN1(&attributes, &hasAttributes, contextTag(0).Constructed()) {
		return out, fail(CodeAttributesMalformed, "signed attributes")
	}
	if hasAttributes {
		out.attributes = append([]byte{}, attributes...)
	}
	if out.signature, ok = readAlgorithm(&s); !ok {
		return out, fail(CodeMalformed, "signature algorithm of the signer")
	}
	if !s.ReadASN1(&value, asn1.OCTET_STRING) {
		return out, fail(CodeMalformed, "signature value")
	}
	out.value = value
	out.body = whole[:len(whole)-len(s)]
	if !s.ReadOptionalASN1(&unsigned, &hasUnsigned, contextTag(1).Constructed()) || !s.Empty() {
		return out, fail(CodeMalformed, "end of the signer")
	}
	if hasUnsigned {
		if err := checkUnsigned(unsigned); err != nil {
			return out, err
		}
	}
	return out, nil
}

// parseIdentifier reads the sid: version 1 goes with issuer and serial number, version 3 with the key identifier.
func (si *signerInfo) parseIdentifier(s *cryptobyte.String) error {
	switch {
	case s.PeekASN1Tag(asn1.SEQUENCE):
		var id, name cryptobyte.String
		var tag asn1.Tag
		si.serial = new(big.Int)
		if !s.ReadASN1(&id, asn1.SEQUENCE) || !id.ReadAnyASN1Element(&name, &tag) || tag != asn1.SEQUENCE ||
			!id.ReadASN1Integer(si.serial) || !id.Empty() {
			return fail(CodeMalformed, "signer identifier")
		}
		si.issuer = name
		if si.version != 1 {
			return fail(CodeSignerID, "issuer and serial number want version 1")
		}
	case s.PeekASN1Tag(contextTag(0)):
		var id cryptobyte.String
		if !s.ReadASN1(&id, contextTag(0)) || len(id) == 0 {
			return fail(CodeMalformed, "signer identifier")
		}
		si.keyID = id
		if si.version != 3 {
			return fail(CodeSignerID, "a key identifier wants version 3")
		}
	default:
		return fail(CodeMalformed, "signer identifier")
	}
	return nil
}

// find returns the certificate that the sid names: the right one, not the first.
func (m *message) find() (*certificate, error) {
	var found *certificate
	for _, c := range m.certificates {
		match := m.signer.keyID != nil && bytes.Equal(c.SubjectKeyId, m.signer.keyID) ||
			m.signer.keyID == nil && bytes.Equal(c.RawIssuer, m.signer.issuer) && c.SerialNumber.Cmp(m.signer.serial) == 0
		if !match || found != nil && bytes.Equal(found.Raw, c.Raw) {
			continue
		}
		if found != nil {
			return nil, fail(CodeSignerAmbiguous, "two certificates answer to the signer's identifier")
		}
		found = c
	}
	if found == nil {
		return nil, fail(CodeSignerNotFound, "the signer's certificate is not in the message")
	}
	return found, nil
}
