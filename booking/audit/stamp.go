package audit

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	tspclient "github.com/notaryproject/tspclient-go"
)

// stamp is a leaf's time stamp as it was read: its time, or why it does not count. Neither: there is none.
type stamp struct {
	at  time.Time
	err error
}

// readStamps verifies all time stamps. Whether a time stamp's certificate was revoked is not known offline.
func (a *auditor) readStamps() {
	a.stamps = make([]stamp, len(a.b.Leaves))
	roots, err := tsaRoots(a.policy.TSARoots)
	for i, l := range a.b.Leaves {
		switch {
		case l.Stamp == nil:
		case err != nil:
			a.stamps[i].err = err
		case a.proofs[i].err != nil:
			a.stamps[i].err = errors.New("there is no checkpoint for it to cover")
		default:
			a.stamps[i].at, a.stamps[i].err = verifyStamp(l.Stamp, a.proofs[i].text, roots)
		}
	}
}

func tsaRoots(encoded []string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for i, e := range encoded {
		der, err := base64.StdEncoding.DecodeString(e)
		if err != nil {
			return nil, fmt.Errorf("tsaRoots[%d] of the policy is not base64", i)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("tsaRoots[%d] of the policy is not a certificate", i)
		}
		pool.AddCert(certificate)
	}
	return pool, nil
}

// verifyStamp checks an RFC 3161 token over a text: signature, certificate path to a root at the time that the token
// names, the one purpose time stamping (critical), and the imprint SHA-256 of the text. It returns the token's time.
func verifyStamp(token []byte, text string, roots *x509.CertPool) (at time.Time, err error) {
	signed, err := tspclient.ParseSignedToken(token)
	if err != nil {
		return at, errors.New("not an RFC 3161 token")
	}
	info, err := signed.Info()
	if err != nil || info.SerialNumber == nil {
		return at, errors.New("not an RFC 3161 token")
	}
	digest := sha256.Sum256([]byte(text))
	if !info.MessageImprint.HashAlgorithm.Algorithm.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}) ||
		len(info.MessageImprint.HashedMessage) != crypto.SHA256.Size() || [32]byte(info.MessageImprint.HashedMessage) != digest {
		return at, errors.New("it covers something else than the checkpoint")
	}
	stamped, err := info.Validate([]byte(text))
	if err != nil {
		return at, fmt.Errorf("the token is not valid: %w", err)
	}
	if len(signed.SignerInfos) != 1 {
		return at, errors.New("a token has one signer")
	}
	if _, err := signed.Verify(context.Background(), x509.VerifyOptions{Roots: roots, CurrentTime: stamped.Value}); err != nil {
		return at, errors.New("it is not signed by a time stamp authority of the policy")
	}
	return stamped.Value.UTC(), nil
}

func (a *auditor) timeStamps() answer {
	var faults []string
	n := 0
	for i, l := range a.b.Leaves {
		switch s := a.stamps[i]; {
		case s.err != nil:
			faults = append(faults, fmt.Sprintf("the time stamp of leaf %d: %v", l.Seq, s.err))
		case !s.at.IsZero():
			n++
		}
	}
	if len(a.policy.TSARoots) == 0 && len(faults) == 0 {
		return skips("the policy names no time stamp authority")
	}
	detail := fmt.Sprintf("%d of %d checkpoints are stamped", n, len(a.b.Leaves))
	if c := a.story.closing; c != nil && len(faults) == 0 && a.story.announcement != nil && a.story.result != nil {
		deadline := a.deadline()
		at, ok := a.stampedAt(c.at)
		switch {
		case !ok:
			faults = append(faults, "the close has no time stamp")
		case !at.Before(deadline):
			faults = append(faults, fmt.Sprintf("the close is stamped %s, not before the deadline %s", show(at), show(deadline)))
		default:
			detail += ", the close " + show(at)
		}
	}
	return judge(faults, detail)
}

// stampedAt is the earliest time stamp on a checkpoint that covers a leaf.
func (a *auditor) stampedAt(at int) (earliest time.Time, ok bool) {
	for i, s := range a.stamps {
		p := a.proofs[i]
		if s.err == nil && !s.at.IsZero() && p.err == nil && p.unsigned == nil && p.head.Size > a.b.Leaves[at].Seq && (!ok || s.at.Before(earliest)) {
			earliest, ok = s.at, true
		}
	}
	return earliest, ok
}
