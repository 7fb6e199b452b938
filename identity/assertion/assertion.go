// Package assertion lets the verifier of qualified signatures (package qes) speak to identity: a verified message
// becomes an assertion about its signer, a refused one a CodeSignatureRejected with the verifier's code as Reason.
//
// Terms. A message is CMS in DER or PEM, attached or detached; attached, its content must be the document byte for
// byte.
//
// Invariants: nothing is asserted that qes did not accept for the document and the time given; at most Deps.Parallel
// verifications run at once, the others wait, because each costs asymmetric work and anybody may ask for one; what is
// our own fault (no trust list) is CodeUnavailable and not the signer's.
package assertion

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chesna/identity"
	"chesna/identity/qes"
)

// Deps is what a Verifier works with.
type Deps struct {
	QES *qes.Verifier
	// Parallel bounds the verifications at once; the number of processors is a good choice.
	Parallel int
}

// Verifier implements identity.SignatureVerifier. It is safe for concurrent use.
type Verifier struct {
	qes   *qes.Verifier
	slots chan struct{}
}

// New checks the dependencies.
func New(d Deps) (*Verifier, error) {
	if d.QES == nil {
		return nil, errors.New("assertion: no verifier")
	}
	if d.Parallel < 1 {
		return nil, errors.New("assertion: Parallel must be at least 1")
	}
	return &Verifier{qes: d.QES, slots: make(chan struct{}, d.Parallel)}, nil
}

// Verify answers who signed the document.
func (v *Verifier) Verify(ctx context.Context, document, message []byte, at time.Time) (identity.Assertion, error) {
	select {
	case v.slots <- struct{}{}:
		defer func() { <-v.slots }()
	case <-ctx.Done():
		return identity.Assertion{}, unavailable(ctx.Err())
	}
	der, err := qes.DecodeMessage(message)
	if err != nil {
		return identity.Assertion{}, refusal(err)
	}
	// An empty document must not read as "whatever the message holds" (nil, to qes).
	content := append([]byte{}, document...)
	s, err := v.qes.Verify(qes.Request{Message: der, Content: content, At: at, Profile: qes.ProfileCitizen})
	if err != nil {
		return identity.Assertion{}, refusal(err)
	}
	a := identity.Assertion{
		RNOKPP: s.Subject.RNOKPP, UNZR: s.Subject.UNZR, Document: s.Subject.Document,
		EDRPOU: s.Subject.EDRPOU, Organisation: s.Subject.Organization,
		Certificate: sha256.Sum256(s.Certificate), SignerInfo: s.SignerInfoDigest,
	}
	a.Names.Surname, a.Names.GivenName, a.Names.Patronymic = s.Subject.Names()
	if a.Names == (identity.Names{}) {
		a.Names.Surname = s.Subject.CommonName
	}
	return a, nil
}

// refusal turns the verifier's error into identity's. Its details name no person.
func refusal(err error) error {
	code := qes.CodeOf(err)
	switch code {
	case "", qes.CodeTrustUnavailable, qes.CodeTrustConfig, qes.CodeConfiguration:
		return unavailable(err)
	}
	return &identity.Error{
		Code: identity.CodeSignatureRejected, Reason: string(code), Detail: "the signature is not accepted", Cause: err,
	}
}

func unavailable(err error) error {
	return &identity.Error{
		Code: identity.CodeUnavailable, Reason: "verify signature", Detail: "signatures cannot be verified now",
		RetryAfter: 5 * time.Second, Cause: err,
	}
}
