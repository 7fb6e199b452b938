package qes

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// qualification is what the QcStatements extension says.
type qualification struct {
	qualified bool // QcCompliance or the Ukrainian statement
	device    bool // the key lives in a qualified device
	esign     bool
	eseal     bool
	typed     bool // there is a QcType at all; old certificates have none
}

// checkSigner judges what the certificate is for: qualified signatures and nothing else.
func checkSigner(c *certificate) (qualification, error) {
	if c.IsCA || c.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0 {
		return qualification{}, fail(CodeSignerIsCA, "the certificate belongs to an authority")
	}
	if id := c.unknownCritical(oid.KeyUsage, oid.BasicConstraints, oid.ExtendedKeyUsage, oid.QCStatements,
		oid.CertificatePolicies, oid.SubjectAltName, oid.SubjectDirectoryAttributes); id != "" {
		return qualification{}, fail(CodeCriticalExtension, "critical extension "+id+" is not understood")
	}
	// Non-repudiation, alone or with digitalSignature. The twin certificate for key agreement does not sign.
	const allowed = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if c.KeyUsage&x509.KeyUsageContentCommitment == 0 || c.KeyUsage&^allowed != 0 {
		return qualification{}, fail(CodeKeyUsage, "the certificate is not for signatures that bind")
	}
	if err := checkExtendedKeyUsage(c); err != nil {
		return qualification{}, err
	}
	q, err := parseQualification(c.extension(oid.QCStatements))
	if err != nil {
		return q, err
	}
	switch {
	case q.eseal:
		return q, fail(CodeSeal, "the certificate makes seals, not signatures")
	case !q.qualified:
		return q, fail(CodeNotQualified, "the certificate is not a qualified one")
	case q.typed && !q.esign:
		return q, fail(CodeNotQualified, "the certificate is qualified for something other than signatures")
	}
	return q, nil
}

func checkExtendedKeyUsage(c *certificate) error {
	value := c.extension(oid.ExtendedKeyUsage)
	if value == nil {
		return nil
	}
	s := cryptobyte.String(value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() || list.Empty() {
		return fail(CodeExtension, "extended key usage")
	}
	for !list.Empty() {
		id, ok := readOID(&list)
		if !ok {
			return fail(CodeExtension, "extended key usage")
		}
		switch id {
		case oid.EKUTimeStamping, oid.EKUOCSPSigning:
			return fail(CodeExtendedKeyUsage, "the certificate belongs to a service")
		case oid.EKUStamp:
			return fail(CodeSeal, "the certificate belongs to an organisation's stamp")
		}
	}
	return nil
}

// parseQualification reads QcStatements (RFC 3739, ETSI EN 319 412-5). Statements that do not matter here are skipped,
// but must have the right form.
func parseQualification(value []byte) (qualification, error) {
	var q qualification
	if value == nil {
		return q, nil
	}
	malformed := fail(CodeExtension, "qualified statements")
	s := cryptobyte.String(value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return q, malformed
	}
	for !list.Empty() {
		var statement cryptobyte.String
		if !list.ReadASN1(&statement, asn1.SEQUENCE) {
			return q, malformed
		}
		id, ok := readOID(&statement)
		if !ok {
			return q, malformed
		}
		switch id {
		case oid.QcCompliance, oid.UAQualified:
			q.qualified = true
		case oid.QcSSCD:
			q.device = true
		case oid.QcType:
			if !q.readTypes(statement) {
				return q, malformed
			}
			continue
		}
		var info cryptobyte.String
		var tag asn1.Tag
		if !statement.Empty() && (!statement.ReadAnyASN1Element(&info, &tag) || !statement.Empty()) {
			return q, malformed
		}
	}
	return q, nil
}

func (q *qualification) readTypes(s cryptobyte.String) bool {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() || list.Empty() {
		return false
	}
	q.typed = true
	for !list.Empty() {
		id, ok := readOID(&list)
		if !ok {
			return false
		}
		q.esign = q.esign || id == oid.QcTypeESign
		q.eseal = q.eseal || id == oid.QcTypeESeal
	}
	return true
}
