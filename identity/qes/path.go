package qes

import (
	"bytes"
	"crypto/x509"
	"time"

	"chesna/identity/qes/oid"
)

// maxLinks bounds the signature checks of one search, whatever a message offers as hints.
const maxLinks = 32

// search looks for a path from the signer's certificate to a pinned root. The standard library's search refuses the
// critical qualified statements that real authorities carry, and knows no algorithms but its own.
type search struct {
	trust *Trust
	hints []*certificate
	suite *Suite
	at    time.Time

	links int
	best  error // the most telling failure so far
}

// find returns the path from signer to root, both counted.
func (s *search) find(signer *certificate) ([]*certificate, error) {
	if path := s.extend([]*certificate{signer}); path != nil {
		return path, nil
	}
	if s.best == nil {
		return nil, fail(CodeUntrusted, "no path to a trusted root")
	}
	return nil, s.best
}

func (s *search) extend(path []*certificate) []*certificate {
	child := path[len(path)-1]
	for _, root := range s.trust.roots {
		if s.follows(path, child, root) {
			return append(path, root)
		}
	}
	for _, issuers := range [][]*certificate{s.trust.intermediates, s.hints} {
		for _, issuer := range issuers {
			if contains(path, issuer) || contains(s.trust.roots, issuer) || !child.namesIssuer(issuer) {
				continue
			}
			if len(path)+2 > MaxChain { // this issuer and at least a root
				s.note(fail(CodeChainTooLong, "the path is too long"))
				continue
			}
			if !s.follows(path, child, issuer) {
				continue
			}
			if found := s.extend(append(path[:len(path):len(path)], issuer)); found != nil {
				return found
			}
		}
	}
	return nil
}

// follows tells whether issuer issued child, the last of path, and notes why not.
func (s *search) follows(path []*certificate, child, issuer *certificate) bool {
	if !child.namesIssuer(issuer) {
		return false
	}
	if s.links++; s.links > maxLinks {
		s.note(fail(CodeChainTooLong, "too many ways to look for a path"))
		return false
	}
	err := s.checkIssuer(issuer, len(path)-1)
	if err == nil {
		err = s.checkLink(child, issuer)
	}
	if err != nil {
		s.note(err)
	}
	return err == nil
}

func (s *search) note(err error) {
	if s.best == nil {
		s.best = err
	}
}

// checkIssuer judges whether a certificate may issue others, with below authorities between it and the signer.
func (s *search) checkIssuer(issuer *certificate, below int) error {
	switch {
	case !issuer.BasicConstraintsValid || !issuer.IsCA:
		return fail(CodeIssuerNotCA, "an issuer that is not an authority")
	case !issuer.may(x509.KeyUsageCertSign):
		return fail(CodeIssuerKeyUsage, "an issuer that may not sign certificates")
	case (issuer.MaxPathLen > 0 || issuer.MaxPathLenZero) && below > issuer.MaxPathLen:
		return fail(CodePathLength, "more authorities below an issuer than it allows")
	case s.at.Before(issuer.NotBefore):
		return fail(CodeIssuerNotYet, "an issuer that is not valid yet")
	case s.at.After(issuer.NotAfter):
		return fail(CodeIssuerExpired, "an issuer that is not valid any more")
	}
	if id := issuer.unknownCritical(oid.KeyUsage, oid.BasicConstraints, oid.QCStatements, oid.CertificatePolicies,
		oid.SubjectAltName, oid.SubjectDirectoryAttributes); id != "" {
		return fail(CodeCriticalExtension, "critical extension "+id+" of an issuer is not understood")
	}
	return nil
}

func (s *search) checkLink(child, issuer *certificate) error {
	key, err := s.suite.key(issuer)
	if err != nil {
		return fail(CodeIssuerKey, "an issuer's key that is not allowed")
	}
	switch err := child.signedBy(issuer, key, s.suite); CodeOf(err) {
	case "":
		return nil
	case CodeSignatureAlgorithm:
		return fail(CodeIssuerAlgorithm, "a certificate signed with an algorithm that is not allowed")
	default:
		return fail(CodeChainSignature, "a certificate that its issuer did not sign")
	}
}

func contains(list []*certificate, c *certificate) bool {
	for _, other := range list {
		if bytes.Equal(other.Raw, c.Raw) {
			return true
		}
	}
	return false
}
