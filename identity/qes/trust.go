package qes

import "sync/atomic"

// Limits on trust files.
const (
	maxTrustFile  = 64 << 20
	maxTrustItems = 1000
)

// Trust is what the verifier believes: pinned roots, intermediates that save messages from carrying them, revocation
// lists. It does not change once made; a new revocation list means a new Trust (see TrustHolder).
type Trust struct {
	roots         []*certificate
	intermediates []*certificate
	lists         []*revocationList
}

// ParseTrust reads trust from files, each DER or PEM (PEM may hold several). At least one root is wanted. An error has
// CodeTrustConfig for certificates and CodeCRLMalformed for lists.
//
// A root is believed because it is given here, its own signature is not looked at. An intermediate is not believed for
// being here: it must lead to a root.
func ParseTrust(roots, intermediates, lists [][]byte) (*Trust, error) {
	t := &Trust{}
	var err error
	if t.roots, err = parseCertificates(roots); err != nil {
		return nil, err
	}
	if len(t.roots) == 0 {
		return nil, fail(CodeTrustConfig, "no root certificate")
	}
	for _, root := range t.roots {
		root.anchor = true
	}
	if t.intermediates, err = parseCertificates(intermediates); err != nil {
		return nil, err
	}
	for _, file := range lists {
		blocks, err := DecodePEM(file, "X509 CRL", maxTrustFile)
		if err != nil {
			return nil, fail(CodeCRLMalformed, "a revocation list's file cannot be read")
		}
		for _, der := range blocks {
			l, err := parseRevocationList(der)
			if err != nil {
				return nil, err
			}
			t.lists = append(t.lists, l)
		}
	}
	return t, nil
}

func parseCertificates(files [][]byte) ([]*certificate, error) {
	var out []*certificate
	for _, file := range files {
		blocks, err := DecodePEM(file, "CERTIFICATE", maxTrustFile)
		if err != nil {
			return nil, fail(CodeTrustConfig, "a certificate's file cannot be read")
		}
		for _, der := range blocks {
			c, err := parseCertificate(der)
			if err != nil {
				return nil, fail(CodeTrustConfig, "a certificate of the trust cannot be read")
			}
			c.links = &linkCache{good: map[checkedKey]bool{}}
			if out = append(out, c); len(out) > maxTrustItems {
				return nil, fail(CodeTrustConfig, "too many certificates")
			}
		}
	}
	return out, nil
}

// CurrentTrust makes a Trust a TrustSource of itself.
func (t *Trust) CurrentTrust() *Trust { return t }

// TrustSource gives the trust to use now; nil means none yet, and everything is refused.
type TrustSource interface{ CurrentTrust() *Trust }

// TrustHolder is a TrustSource whose trust can be replaced while verifiers use it, as when a new revocation list comes.
// The zero value holds none.
type TrustHolder struct{ current atomic.Pointer[Trust] }

// CurrentTrust implements TrustSource.
func (h *TrustHolder) CurrentTrust() *Trust { return h.current.Load() }

// Set replaces the trust for verifications that begin from now on.
func (h *TrustHolder) Set(t *Trust) { h.current.Store(t) }
