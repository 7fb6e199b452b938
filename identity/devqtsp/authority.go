package devqtsp

import (
	"crypto"
	"crypto/x509"
	"io"
	"math/big"
	"sync"
	"time"
)

// Deps are what Create needs.
type Deps struct {
	Rand       io.Reader    // crypto/rand.Reader; tests may give another
	Now        time.Time    // certificates begin a day earlier
	People     []PersonSpec // at least one
	CRLURL     string       // of the CA's list, put into people's certificates; "" = an address that leads nowhere
	RootCRLURL string       // of the root's list, put into the certificates of CA and time stamp; "" likewise
}

const (
	defaultCRLURL     = "http://crl.chesna.invalid/ca.crl"
	defaultRootCRLURL = "http://crl.chesna.invalid/root.crl"

	rootLife = 20 * 365 * 24 * time.Hour
	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 3 * 365 * 24 * time.Hour
	backdate = 24 * time.Hour
)

// credential is a certificate with its key.
type credential struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// Person is a certified person.
type Person struct {
	Spec        PersonSpec
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Authority is the demo's trust service.
type Authority struct {
	rand    io.Reader
	crlURL  string
	root    credential
	ca      credential
	tsa     credential
	people  map[string]Person
	ordered []string // names in order of Deps.People

	mu      sync.Mutex
	revoked map[string]revocation // by serial number in decimal
}

type revocation struct {
	Serial string    `json:"serial"`
	At     time.Time `json:"at"`
	Hold   bool      `json:"hold"`
}

// Create makes keys and certificates for the service and all people. With two dozen people on elliptic curves and a few
// RSA keys it takes about a second.
func Create(deps Deps) (*Authority, error) {
	if deps.Rand == nil || deps.Now.IsZero() || len(deps.People) == 0 {
		return nil, &Error{Code: CodeConfig, Detail: "Rand, Now and People are required"}
	}
	if deps.CRLURL == "" {
		deps.CRLURL = defaultCRLURL
	}
	if deps.RootCRLURL == "" {
		deps.RootCRLURL = defaultRootCRLURL
	}
	a := &Authority{
		rand: deps.Rand, crlURL: deps.CRLURL,
		people: make(map[string]Person, len(deps.People)), revoked: map[string]revocation{},
	}
	if err := a.createService(deps.Now, deps.RootCRLURL); err != nil {
		return nil, err
	}
	for _, spec := range deps.People {
		if err := a.Enrol(spec, deps.Now); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Enrol certifies one more person. A name that exists already is refused.
func (a *Authority) Enrol(spec PersonSpec, now time.Time) error {
	if !validName(spec.Name) || spec.Surname == "" || spec.GivenName == "" {
		return &Error{Code: CodeConfig, Detail: "a person needs an ASCII name, a surname and a given name"}
	}
	if _, exists := a.Person(spec.Name); exists {
		return &Error{Code: CodeConfig, Detail: "two people of the name " + spec.Name}
	}
	c, err := a.issuePerson(spec, now)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.people[spec.Name] = Person{Spec: spec, Certificate: c.certificate, Key: c.key}
	a.ordered = append(a.ordered, spec.Name)
	return nil
}

// People lists everybody in order of enrolment.
func (a *Authority) People() []Person {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Person, 0, len(a.ordered))
	for _, name := range a.ordered {
		out = append(out, a.people[name])
	}
	return out
}

// Person finds somebody by name.
func (a *Authority) Person(name string) (Person, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.people[name]
	return p, ok
}

// RootDER is the root certificate, to be pinned.
func (a *Authority) RootDER() []byte { return a.root.certificate.Raw }

// CADER is the certificate of the authority that issues people's certificates and the revocation list of CRL.
func (a *Authority) CADER() []byte { return a.ca.certificate.Raw }

// TSADER is the certificate of the time stamp authority.
func (a *Authority) TSADER() []byte { return a.tsa.certificate.Raw }

// serial makes a positive random serial number of 127 bits at most.
func (a *Authority) serial() (*big.Int, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(a.rand, raw); err != nil {
		return nil, err
	}
	raw[0] = raw[0]&0x7f | 0x40
	return new(big.Int).SetBytes(raw), nil
}

func validName(name string) bool {
	if name == "" || len(name) > 40 || name[0] == '-' {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}
