package qes_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"sync"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

// otherFamily is DefaultSuite with rows for a family of algorithms that it does not know: Ed25519, with signatures wrapped
// once more in certificates, as some families do.
func otherFamily() *qes.Suite {
	const identifier = "1.3.101.112"
	s := qes.DefaultSuite()
	s.Keys = append(s.Keys, qes.KeyRow{OID: identifier, Parse: func(params, bits []byte) (qes.Key, error) {
		if params != nil || len(bits) != ed25519.PublicKeySize {
			return qes.Key{}, &qes.Error{Code: qes.CodeKeyParameters, Detail: "not an Ed25519 key"}
		}
		return qes.Key{Type: "ed25519", Public: ed25519.PublicKey(bits), Bits: 256}, nil
	}})
	s.Signatures = append(s.Signatures, qes.SignatureRow{
		Name: "Ed25519", Digest: oid.SHA512, OID: identifier, Key: "ed25519",
		Verify: func(in qes.SignatureInput) error {
			public, ok := in.Public.(ed25519.PublicKey)
			if !ok || in.Place != qes.InMessage || in.Params != nil || !ed25519.Verify(public, in.Message, in.Value) {
				return &qes.Error{Code: qes.CodeSignatureInvalid, Detail: "the signature does not fit"}
			}
			return nil
		},
	})
	return s
}

// TestAnotherFamilyOfAlgorithmsIsRowsOnly shows the seam: nothing but the table changes.
func TestAnotherFamilyOfAlgorithmsIsRowsOnly(t *testing.T) {
	l := newLab(t)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := citizen()
	s.key = key
	person := s.issue(t, &l.ca)
	sum := sha512.Sum512(l.text)
	ess, err := cades.SigningCertificateAttribute(person.Certificate, 5) // SHA-256
	if err != nil {
		t.Fatal(err)
	}
	set, err := cades.AttributeSet([]cades.Attribute{
		cades.ContentTypeAttribute(oid.Data), cades.MessageDigestAttribute(sum[:]), ess,
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cades.SetOf(set)
	if err != nil {
		t.Fatal(err)
	}
	digest := cades.Algorithm{OID: oid.SHA512}
	message := encode(t, cades.Message{
		Version: 1, Digests: []cades.Algorithm{digest}, Content: l.text, Certificates: [][]byte{person.Raw, l.ca.Raw},
		Signers: []cades.Signer{{
			Version: 1, IssuerRaw: person.RawIssuer, Serial: person.SerialNumber, Digest: digest, SignedAttrs: set,
			Signature: cades.Algorithm{OID: "1.3.101.112"}, Value: ed25519.Sign(key, signed),
		}},
	})
	c := l.trial(t, message)
	if _, err := c.verify(t); qes.CodeOf(err) != qes.CodeKeyAlgorithm {
		t.Errorf("without rows: %v", err)
	}
	c.deps.Suite = otherFamily()
	if got, err := c.verify(t); err != nil || got.Algorithm != "Ed25519" {
		t.Errorf("with rows: %v", err)
	}
	c.message = encode(t, l.good(t, cades.Options{}))
	if _, err := c.verify(t); err != nil {
		t.Errorf("the usual rows: %v", err)
	}
}

func TestDigestIsThatOfVerifyAndUnmovedByUnsignedAttributes(t *testing.T) {
	l := newLab(t)
	m := l.good(t, cades.Options{})
	plain := encode(t, m)
	m.Signers[0].UnsignedAttr = []cades.Attribute{{Type: oid.SignatureTimeStamp, Values: [][]byte{{5, 0}}}}
	m.Certificates = append(m.Certificates, l.other.Raw)
	grown := encode(t, m)
	accepted, err := l.trial(t, plain).verify(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range [][]byte{plain, grown, indefinite(plain)} {
		if got, err := qes.Digest(message); err != nil || got != accepted.SignerInfoDigest {
			t.Errorf("another digest: %v", err)
		}
	}
	if other, err := qes.Digest(encode(t, l.good(t, cades.Options{}))); err != nil || other == accepted.SignerInfoDigest {
		t.Errorf("two signatures share a digest: %v", err)
	}
	if _, err := qes.Digest([]byte("garbage")); qes.CodeOf(err) != qes.CodeMalformed {
		t.Errorf("garbage: %v", err)
	}
}

// TestTrustChangesUnderVerifiers has verifiers at work while the revocation list is replaced by one that revokes: each
// verdict is of the one or the other, and of the later one afterwards.
func TestTrustChangesUnderVerifiers(t *testing.T) {
	l := newLab(t)
	parse := func(lists ...[]byte) *qes.Trust {
		trust, err := qes.ParseTrust([][]byte{l.root.Raw}, [][]byte{l.ca.Raw}, lists)
		if err != nil {
			t.Fatal(err)
		}
		return trust
	}
	var holder qes.TrustHolder
	holder.Set(parse(l.list(t, l.ca, nil)))
	v, err := qes.New(qes.Deps{Trust: &holder})
	if err != nil {
		t.Fatal(err)
	}
	request := qes.Request{Message: encode(t, l.good(t, cades.Options{})), Content: l.text, At: now, Profile: qes.ProfileCitizen}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				if got, err := v.Verify(request); err != nil && qes.CodeOf(err) != qes.CodeRevoked || err == nil && !bytes.Equal(got.Content, l.text) {
					t.Errorf("%v", err)
				}
			}
		})
	}
	holder.Set(parse(l.list(t, l.ca, revoking(l.person))))
	group.Wait()
	if _, err := v.Verify(request); qes.CodeOf(err) != qes.CodeRevoked {
		t.Errorf("afterwards: %v", err)
	}
}

// TestJudgementIsOfItsTime moves the time over the ends of certificate and list: both ends are inside.
func TestJudgementIsOfItsTime(t *testing.T) {
	l := newLab(t)
	c := l.trial(t, encode(t, l.good(t, cades.Options{})))
	for title, step := range map[string]struct {
		by   time.Duration
		code qes.Code
	}{
		"begin of the list": {-time.Minute, ""}, "before it": {-time.Minute - time.Second, qes.CodeCRLNotYet},
		"end of the list": {time.Minute, ""}, "after it": {time.Minute + time.Second, qes.CodeCRLExpired},
		"after the certificate": {time.Hour + time.Second, qes.CodeExpired},
	} {
		c.at = now.Add(step.by)
		if _, err := c.verify(t); qes.CodeOf(err) != step.code {
			t.Errorf("%s: %v", title, err)
		}
	}
}

func TestReportNamesNobodyWhenRejected(t *testing.T) {
	got := qes.NewReport(qes.Signature{Subject: qes.Subject{CommonName: "X"}}, &qes.Error{Code: qes.CodeRevoked, Detail: "d"})
	if got != (qes.Report{Verdict: qes.Reject, Code: "revoked", Reason: "d"}) {
		t.Errorf("%+v", got)
	}
	if got := qes.NewReport(qes.Signature{}, errors.New("secret")); got.Code != "internal" || got.Reason == "secret" {
		t.Errorf("%+v", got)
	}
}
