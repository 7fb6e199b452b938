package qes

import (
	"bytes"
	"log/slog"
	"time"
)

// Profile is what a signer must be.
type Profile string

// The profiles.
const (
	// ProfileCitizen is a natural person who can be told apart by a number.
	ProfileCitizen Profile = "citizen"
	// ProfileOperator is a natural person whose certificate also names an institution. It grants no right: rights are in
	// the application's register.
	ProfileOperator Profile = "operator"
)

// Deps are what a Verifier needs.
type Deps struct {
	Trust       TrustSource // required
	Suite       *Suite      // nil = DefaultSuite
	Revocation  Revocation  // zero = RequireSigner
	Institution string      // EDRPOU that operators must carry; "" = that of any institution
	CheckDigits bool        // refuse certificates with a wrong check digit in the tax number
}

// Verifier judges messages. It is safe for use by several goroutines and keeps nothing between calls.
type Verifier struct {
	deps Deps
}

// New validates its dependencies; errors have CodeConfiguration.
func New(deps Deps) (*Verifier, error) {
	if deps.Trust == nil {
		return nil, fail(CodeConfiguration, "no trust source")
	}
	if deps.Suite == nil {
		deps.Suite = DefaultSuite()
	}
	if err := deps.Suite.Validate(); err != nil {
		return nil, err
	}
	if deps.Institution != "" && !ValidEDRPOU(deps.Institution) {
		return nil, fail(CodeConfiguration, "the institution's EDRPOU has not eight digits")
	}
	if deps.Revocation < RequireSigner || deps.Revocation > IfKnown {
		return nil, fail(CodeConfiguration, "unknown revocation policy")
	}
	return &Verifier{deps: deps}, nil
}

// Request is one message to judge.
type Request struct {
	Message []byte    // CMS in DER or BER, at most MaxMessage bytes
	Content []byte    // what was to be signed; nil only for an attached message whose content the caller compares itself
	At      time.Time // the time of judgement: the server's clock at receipt
	Profile Profile
}

// Signature is an accepted signature.
type Signature struct {
	Content     []byte // the signed bytes
	Subject     Subject
	Certificate []byte   // the signer's, DER
	Chain       [][]byte // the issuers up to the root, DER
	// SignerInfoDigest is SHA-256 of the signer's part of the message (normalised, without unsigned attributes, which
	// anybody can add). Keep it unique, and the nonce of the text too: of an ECDSA signature everybody can make a second.
	SignerInfoDigest  [32]byte
	SigningTime       time.Time // what the signer claims; zero if absent
	Algorithm         string
	Device            bool // the certificate says that the key lives in a qualified device
	Detached          bool
	RevocationChecked bool
}

// LogValue hides the person; algorithm and kind remain.
func (s Signature) LogValue() slog.Value {
	return slog.GroupValue(slog.String("algorithm", s.Algorithm), slog.Bool("detached", s.Detached))
}

// Verify judges a message. Every error is an *Error; the order of checks is in the package comment.
func (v *Verifier) Verify(r Request) (Signature, error) {
	if r.At.IsZero() {
		return Signature{}, fail(CodeConfiguration, "no time of judgement")
	}
	if r.Profile != ProfileCitizen && r.Profile != ProfileOperator {
		return Signature{}, fail(CodeProfile, "unknown profile")
	}
	trust := v.deps.Trust.CurrentTrust()
	if trust == nil {
		return Signature{}, fail(CodeTrustUnavailable, "no trust list yet")
	}
	m, err := readMessage(r.Message)
	if err != nil {
		return Signature{}, err
	}
	out := Signature{Detached: m.content == nil, SignerInfoDigest: m.digest()}
	if out.Content, err = chooseContent(m.content, r.Content); err != nil {
		return Signature{}, err
	}
	signer, err := m.find()
	if err != nil {
		return Signature{}, err
	}
	if err := v.checkSignature(m, signer, &out); err != nil {
		return Signature{}, err
	}
	if err := v.checkCertificate(m, signer, trust, r, &out); err != nil {
		return Signature{}, err
	}
	if err := v.checkProfile(out.Subject, r.Profile); err != nil {
		return Signature{}, err
	}
	return out, nil
}

// chooseContent finds the signed bytes: in the message, from the caller, or equal in both.
func chooseContent(attached, expected []byte) ([]byte, error) {
	content := attached
	switch {
	case attached == nil && expected == nil:
		return nil, fail(CodeContentMissing, "a detached signature without content")
	case attached == nil:
		content = bytes.Clone(expected)
	case expected != nil && !bytes.Equal(attached, expected):
		return nil, fail(CodeContentMismatch, "the content is not what was to be signed")
	}
	if looksLikeAttributes(content) {
		return nil, fail(CodeContentIsAttributes, "the content is a set of signed attributes")
	}
	return content, nil
}

// checkSignature is steps 5 to 7: algorithms, signed attributes, the signature.
func (v *Verifier) checkSignature(m *message, signer *certificate, out *Signature) error {
	suite, si := v.deps.Suite, m.signer
	digest, err := suite.digest(si.digest)
	if err != nil {
		return err
	}
	key, err := suite.key(signer)
	if err != nil {
		return err
	}
	row, err := suite.messageRow(digest, si.signature, key.Type)
	if err != nil {
		return err
	}
	if si.attributes == nil {
		return fail(CodeAttributesMissing, "no signed attributes")
	}
	signed, err := parseAttributes(si.attributes)
	if err != nil {
		return err
	}
	if err := signed.checkContentType(); err != nil {
		return err
	}
	if err := signed.checkDigest(digest.sum(out.Content)); err != nil {
		return err
	}
	if err := signed.checkSigningCertificate(signer, suite); err != nil {
		return err
	}
	if out.SigningTime, err = signed.signingTime(); err != nil {
		return err
	}
	out.Algorithm = row.Name
	return row.Verify(SignatureInput{
		Place: InMessage, Public: key.Public, Params: si.signature.params,
		// The SET as received, under the tag that was signed (RFC 5652, 5.4).
		Message: appendElement(nil, 0x31, si.attributes), Value: si.value,
	})
}

// checkCertificate is steps 8 to 10: purpose, path, revocation; and reads the subject.
func (v *Verifier) checkCertificate(m *message, signer *certificate, trust *Trust, r Request, out *Signature) error {
	q, err := checkSigner(signer)
	if err != nil {
		return err
	}
	if out.Subject, err = parseSubject(signer); err != nil {
		return err
	}
	switch {
	// Types of certificate are young: an old one shows by its names that it is a person's, a new one may say so itself.
	case !out.Subject.natural() && !(q.esign && out.Subject.identified()):
		return fail(CodeNotNatural, "the certificate names no natural person")
	case r.At.Before(signer.NotBefore):
		return fail(CodeNotYetValid, "the certificate is not valid yet")
	case r.At.After(signer.NotAfter):
		return fail(CodeExpired, "the certificate is not valid any more")
	}
	s := search{trust: trust, hints: m.certificates, suite: v.deps.Suite, at: r.At}
	path, err := s.find(signer)
	if err != nil {
		return err
	}
	if err := checkRevocation(path, trust, v.deps.Suite, v.deps.Revocation, r.At); err != nil {
		return err
	}
	out.Certificate, out.Device = signer.Raw, q.device
	out.RevocationChecked = v.deps.Revocation != IfKnown
	for _, c := range path[1:] {
		out.Chain = append(out.Chain, c.Raw)
	}
	return nil
}

// checkProfile is step 11.
func (v *Verifier) checkProfile(s Subject, profile Profile) error {
	switch {
	case !s.identified():
		return fail(CodeNoIdentifier, "the certificate carries no personal number")
	case v.deps.CheckDigits && s.RNOKPP != "" && !ValidRNOKPP(s.RNOKPP):
		return fail(CodeIdentifierCheck, "the tax number's check digit is wrong")
	case profile == ProfileOperator && s.EDRPOU == "":
		return fail(CodeNoInstitution, "the certificate names no institution")
	case profile == ProfileOperator && v.deps.Institution != "" && s.EDRPOU != v.deps.Institution:
		return fail(CodeInstitution, "the certificate names another institution")
	}
	return nil
}
