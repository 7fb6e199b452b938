package qes

import "errors"

// Code names the rule that a message broke. Codes are stable: they appear in the API and in evidence.
type Code string

// Form of the input.
const (
	CodeTooLarge      Code = "too-large"      // more than MaxMessage bytes
	CodeMalformed     Code = "malformed"      // not the ASN.1 of RFC 5652
	CodeEncoding      Code = "encoding"       // BER beyond the limits of depth, or of a kind that is not normalised
	CodeTrailingBytes Code = "trailing-bytes" // something follows the message
	CodePEM           Code = "pem"            // PEM of another kind, several blocks, or text around them
)

// Structure of the message.
const (
	CodeNotSignedData          Code = "not-signed-data"
	CodeVersion                Code = "version"           // a version that does not fit
	CodeContentType            Code = "content-type"      // content is not id-data
	CodeDigestAlgorithms       Code = "digest-algorithms" // the announced digests lack the signer's
	CodeCertificateKind        Code = "certificate-kind"  // attribute certificates and the like
	CodeTooManyCertificates    Code = "too-many-certificates"
	CodeCertificateMalformed   Code = "certificate-malformed"
	CodeSignerCount            Code = "signer-count" // not exactly one
	CodeSignerID               Code = "signer-id"    // identifier and version of the signer disagree
	CodeContentMissing         Code = "content-missing"
	CodeContentMismatch        Code = "content-mismatch" // not byte for byte what was to be signed
	CodeContentIsAttributes    Code = "content-is-attributes"
	CodeSignerNotFound         Code = "signer-certificate-missing"
	CodeSignerAmbiguous        Code = "signer-certificate-ambiguous"
	CodeAttributesMissing      Code = "signed-attributes-missing"
	CodeAttributesMalformed    Code = "signed-attributes-malformed"
	CodeAttributeDuplicate     Code = "signed-attribute-duplicate"
	CodeAttributeValues        Code = "signed-attribute-values" // not exactly one value
	CodeAttributeContentType   Code = "content-type-attribute"
	CodeMessageDigestMissing   Code = "message-digest-missing"
	CodeMessageDigestMismatch  Code = "message-digest-mismatch"
	CodeSigningCertMissing     Code = "signing-certificate-missing"
	CodeSigningCertMismatch    Code = "signing-certificate-mismatch"
	CodeUnsignedAttributesForm Code = "unsigned-attributes-malformed"
)

// Algorithms and the signature.
const (
	CodeDigestAlgorithm    Code = "digest-algorithm"    // not allowed, such as SHA-1
	CodeSignatureAlgorithm Code = "signature-algorithm" // not allowed, or wrong parameters
	CodeAlgorithmMismatch  Code = "algorithm-mismatch"  // digest, signature and key do not belong together
	CodeKeyAlgorithm       Code = "key-algorithm"       // a kind of key that is not allowed
	CodeKeyParameters      Code = "key-parameters"      // another curve, or parameters written out
	CodeKeyWeak            Code = "key-weak"            // RSA under 2048 bits or with a tiny exponent
	CodeSignatureInvalid   Code = "signature-invalid"
)

// The signer's certificate.
const (
	CodeSignerIsCA        Code = "signer-is-ca"
	CodeKeyUsage          Code = "key-usage"
	CodeExtendedKeyUsage  Code = "extended-key-usage" // certificates of OCSP, time stamps
	CodeSeal              Code = "seal"
	CodeNotQualified      Code = "not-qualified"
	CodeNotNatural        Code = "not-natural-person"
	CodeCriticalExtension Code = "critical-extension" // a critical extension that is not understood
	CodeExtension         Code = "extension-malformed"
	CodeExpired           Code = "certificate-expired"
	CodeNotYetValid       Code = "certificate-not-yet-valid"
)

// The path.
const (
	CodeUntrusted        Code = "chain-untrusted" // no way to a pinned root
	CodeChainTooLong     Code = "chain-too-long"
	CodeChainSignature   Code = "chain-signature"
	CodeIssuerNotCA      Code = "issuer-not-ca"
	CodeIssuerKeyUsage   Code = "issuer-key-usage"
	CodePathLength       Code = "path-length"
	CodeIssuerExpired    Code = "issuer-expired"
	CodeIssuerNotYet     Code = "issuer-not-yet-valid"
	CodeIssuerAlgorithm  Code = "issuer-algorithm" // the certificate is signed with something not allowed
	CodeIssuerKey        Code = "issuer-key"       // the issuer's key is weak or of a kind not allowed
	CodeIssuerRevoked    Code = "issuer-revoked"
	CodeTrustUnavailable Code = "trust-unavailable" // the verifier has no trust yet
)

// Revocation.
const (
	CodeRevoked       Code = "revoked"     // also a certificate on hold
	CodeCRLMissing    Code = "crl-missing" // also if there are lists of the issuer, but about other certificates
	CodeCRLExpired    Code = "crl-expired"
	CodeCRLNotYet     Code = "crl-not-yet-valid"
	CodeCRLSignature  Code = "crl-signature"
	CodeCRLUnusable   Code = "crl-unusable" // delta, indirect, for some reasons only, or without an end
	CodeCRLMalformed  Code = "crl-malformed"
	CodeCRLIssuer     Code = "crl-issuer" // the issuer may not sign lists
	CodeTrustConfig   Code = "trust-config"
	CodeConfiguration Code = "configuration"
)

// The subject.
const (
	CodeSubject            Code = "subject-malformed"
	CodeNoIdentifier       Code = "no-identifier"       // neither RNOKPP nor UNZR nor document
	CodeIdentifierConflict Code = "identifier-conflict" // two places of the certificate disagree
	CodeIdentifierSyntax   Code = "identifier-syntax"
	CodeIdentifierCheck    Code = "identifier-check-digit"
	CodeNoInstitution      Code = "no-institution" // profile operator without EDRPOU of an institution
	CodeInstitution        Code = "institution"    // of another institution
	CodeProfile            Code = "profile"        // unknown profile
)

// Error is a refusal. Detail is English, for a log or an operator, and names no person.
type Error struct {
	Code   Code
	Detail string
}

// Error implements error.
func (e *Error) Error() string { return "qes: " + string(e.Code) + ": " + e.Detail }

// CodeOf returns the code of an Error in err's tree, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func fail(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

func asError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
