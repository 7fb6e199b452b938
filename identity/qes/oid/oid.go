// Package oid names the object identifiers that qualified signatures use.
//
// They are constants in dotted form, not slices, so that nobody can change them at run time; Parse turns one into the
// form that encoders want. Sources: RFC 5652, 5280, 5035, 3161, 3739, 8017, 5480; ETSI EN 319 412-5; the Ukrainian arc
// 1.2.804.2.1.1.1 as published by the Central Certification Authority.
package oid

import (
	"encoding/asn1"
	"strconv"
	"strings"
)

// Content types and signed attributes of CMS (RFC 5652, RFC 5035, RFC 3161).
const (
	Data       = "1.2.840.113549.1.7.1"
	SignedData = "1.2.840.113549.1.7.2"
	TSTInfo    = "1.2.840.113549.1.9.16.1.4"

	ContentType          = "1.2.840.113549.1.9.3"
	MessageDigest        = "1.2.840.113549.1.9.4"
	SigningTime          = "1.2.840.113549.1.9.5"
	SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47"
	SignatureTimeStamp   = "1.2.840.113549.1.9.16.2.14"
)

// Digests.
const (
	SHA1   = "1.3.14.3.2.26"
	MD5    = "1.2.840.113549.2.5"
	SHA256 = "2.16.840.1.101.3.4.2.1"
	SHA384 = "2.16.840.1.101.3.4.2.2"
	SHA512 = "2.16.840.1.101.3.4.2.3"
)

// Keys, curves and signatures.
const (
	RSAEncryption   = "1.2.840.113549.1.1.1"
	RSAWithSHA1     = "1.2.840.113549.1.1.5"
	RSAPSS          = "1.2.840.113549.1.1.10"
	MGF1            = "1.2.840.113549.1.1.8"
	RSAWithSHA256   = "1.2.840.113549.1.1.11"
	RSAWithSHA384   = "1.2.840.113549.1.1.12"
	RSAWithSHA512   = "1.2.840.113549.1.1.13"
	ECPublicKey     = "1.2.840.10045.2.1"
	P256            = "1.2.840.10045.3.1.7"
	P384            = "1.3.132.0.34"
	ECDSAWithSHA1   = "1.2.840.10045.4.1"
	ECDSAWithSHA256 = "1.2.840.10045.4.3.2"
	ECDSAWithSHA384 = "1.2.840.10045.4.3.3"
	ECDSAWithSHA512 = "1.2.840.10045.4.3.4"
)

// Attributes of a distinguished name (X.520).
const (
	CommonName             = "2.5.4.3"
	Surname                = "2.5.4.4"
	SerialNumber           = "2.5.4.5"
	Country                = "2.5.4.6"
	Locality               = "2.5.4.7"
	Organization           = "2.5.4.10"
	OrganizationalUnit     = "2.5.4.11"
	Title                  = "2.5.4.12"
	GivenName              = "2.5.4.42"
	OrganizationIdentifier = "2.5.4.97"
)

// Certificate and CRL extensions (RFC 5280, RFC 3739).
const (
	SubjectDirectoryAttributes = "2.5.29.9"
	SubjectKeyIdentifier       = "2.5.29.14"
	KeyUsage                   = "2.5.29.15"
	SubjectAltName             = "2.5.29.17"
	IssuerAltName              = "2.5.29.18"
	BasicConstraints           = "2.5.29.19"
	CRLNumber                  = "2.5.29.20"
	CRLReason                  = "2.5.29.21"
	DeltaCRLIndicator          = "2.5.29.27"
	IssuingDistributionPoint   = "2.5.29.28"
	CRLDistributionPoints      = "2.5.29.31"
	CertificatePolicies        = "2.5.29.32"
	AuthorityKeyIdentifier     = "2.5.29.35"
	ExtendedKeyUsage           = "2.5.29.37"
	FreshestCRL                = "2.5.29.46"
	QCStatements               = "1.3.6.1.5.5.7.1.3"
	AuthorityInfoAccess        = "1.3.6.1.5.5.7.1.1"
	SubjectInfoAccess          = "1.3.6.1.5.5.7.1.11"
)

// Extended key usages.
const (
	EKUTimeStamping = "1.3.6.1.5.5.7.3.8"
	EKUOCSPSigning  = "1.3.6.1.5.5.7.3.9"
	EKUStamp        = "1.2.804.2.1.1.1.3.9" // a stamp (seal) of an organisation
)

// Qualified statements (ETSI EN 319 412-5, and the Ukrainian one).
const (
	QcCompliance = "0.4.0.1862.1.1"
	QcSSCD       = "0.4.0.1862.1.4"
	QcType       = "0.4.0.1862.1.6"
	QcTypeESign  = "0.4.0.1862.1.6.1"
	QcTypeESeal  = "0.4.0.1862.1.6.2"
	UAQualified  = "1.2.804.2.1.1.1.2.1"
	UAPolicy     = "1.2.804.2.1.1.1.2.2"
	UATSAPolicy  = "1.2.804.2.1.1.1.2.3.1"
)

// Ukrainian subject directory attributes.
const (
	UARnokpp = "1.2.804.2.1.1.1.11.1.4.1.1"
	UAEdrpou = "1.2.804.2.1.1.1.11.1.4.2.1"
	UAUnzr   = "1.2.804.2.1.1.1.11.1.4.11.1"
)

// Parse turns a dotted constant of this package into an encoder's form. It returns nil for text that is no identifier;
// encoders refuse nil, so a typing error shows at once.
func Parse(dotted string) asn1.ObjectIdentifier {
	parts := strings.Split(dotted, ".")
	out := make(asn1.ObjectIdentifier, 0, len(parts))
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil
		}
		out = append(out, n)
	}
	return out
}
