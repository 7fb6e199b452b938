package devqtsp

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

const (
	reasonUnspecified = 0
	reasonHold        = 6
)

// CRL signs the CA's revocation list, about people, as of now, valid for ttl, and returns its DER. Its number is the Unix
// time, so a later list has a higher number without anything to remember.
func (a *Authority) CRL(now time.Time, ttl time.Duration) ([]byte, error) {
	return a.list(&a.ca, now, ttl)
}

// RootCRL does as CRL for the root's list, about the CA and the time stamp certificate. A verifier that requires a list
// for the whole chain needs both.
func (a *Authority) RootCRL(now time.Time, ttl time.Duration) ([]byte, error) {
	return a.list(&a.root, now, ttl)
}

// list signs what issuer revoked of its own certificates.
func (a *Authority) list(issuer *credential, now time.Time, ttl time.Duration) ([]byte, error) {
	a.mu.Lock()
	entries := make([]x509.RevocationListEntry, 0, len(a.revoked))
	for _, r := range a.revoked {
		serial, ok := new(big.Int).SetString(r.Serial, 10)
		if !ok {
			a.mu.Unlock()
			return nil, &Error{Code: CodeCorrupt, Detail: "a revoked serial number cannot be read"}
		}
		if a.issuerOf(serial) != issuer {
			continue
		}
		reason := reasonUnspecified
		if r.Hold {
			reason = reasonHold
		}
		entries = append(entries, x509.RevocationListEntry{
			SerialNumber: serial, RevocationTime: r.At.UTC().Truncate(time.Second), ReasonCode: reason,
		})
	}
	a.mu.Unlock()
	slices.SortFunc(entries, func(x, y x509.RevocationListEntry) int {
		return strings.Compare(x.SerialNumber.String(), y.SerialNumber.String())
	})
	der, err := x509.CreateRevocationList(a.rand, &x509.RevocationList{
		Number: big.NewInt(now.Unix()), RevokedCertificateEntries: entries,
		ThisUpdate: now.UTC().Truncate(time.Second), NextUpdate: now.Add(ttl).UTC().Truncate(time.Second),
	}, issuer.certificate, issuer.key)
	if err != nil {
		return nil, fmt.Errorf("sign revocation list: %w", err)
	}
	return der, nil
}

// issuerOf tells who issued a certificate of this service other than the root's: the root or the CA.
func (a *Authority) issuerOf(serial *big.Int) *credential {
	for _, c := range []credential{a.ca, a.tsa} {
		if c.certificate.SerialNumber.Cmp(serial) == 0 {
			return &a.root
		}
	}
	return &a.ca
}

// Revoke puts a certificate on the lists issued from now on: a person's on the CA's list, that of the CA or of the time
// stamp on the root's. hold marks it as suspended, which counts as revoked.
func (a *Authority) Revoke(serial *big.Int, at time.Time, hold bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.issuerOf(serial) == &a.root
	for _, p := range a.people {
		known = known || p.Certificate.SerialNumber.Cmp(serial) == 0
	}
	if !known {
		return &Error{Code: CodeUnknownSerial, Detail: "no certificate of that serial number"}
	}
	key := serial.String()
	a.revoked[key] = revocation{Serial: key, At: at, Hold: hold}
	return nil
}
