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

// CRL signs the CA's revocation list as of now, valid for ttl, and returns its DER. Its number is the Unix time, so a
// later list has a higher number without anything to remember.
func (a *Authority) CRL(now time.Time, ttl time.Duration) ([]byte, error) {
	a.mu.Lock()
	entries := make([]x509.RevocationListEntry, 0, len(a.revoked))
	for _, r := range a.revoked {
		serial, ok := new(big.Int).SetString(r.Serial, 10)
		if !ok {
			a.mu.Unlock()
			return nil, &Error{Code: CodeCorrupt, Detail: "a revoked serial number cannot be read"}
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
	}, a.ca.certificate, a.ca.key)
	if err != nil {
		return nil, fmt.Errorf("sign revocation list: %w", err)
	}
	return der, nil
}

// Revoke puts a person's certificate on the lists issued from now on. hold marks it as suspended, which counts as
// revoked.
func (a *Authority) Revoke(serial *big.Int, at time.Time, hold bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.people {
		if p.Certificate.SerialNumber.Cmp(serial) == 0 {
			key := serial.String()
			a.revoked[key] = revocation{Serial: key, At: at, Hold: hold}
			return nil
		}
	}
	return &Error{Code: CodeUnknownSerial, Detail: "no certificate of that serial number"}
}
