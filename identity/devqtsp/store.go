package devqtsp

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	privateDir = "private"
	stateFile  = "authority.json"
)

// state is what Save keeps beside keys and certificates.
type state struct {
	CRLURL  string       `json:"crlUrl"`
	People  []PersonSpec `json:"people"`
	Revoked []revocation `json:"revoked"`
}

// listed is one line of people.json.
type listed struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Roles       []Role `json:"roles"`
}

// Save writes the whole service into dir, which is made if need be. It does not write the revocation lists, which need a
// time: see SaveCRL. Files are replaced one by one, each atomically; the state file is last, so that Load after an
// interrupted first Save says CodeNotFound.
func (a *Authority) Save(dir string) error {
	for _, c := range []struct {
		name string
		c    credential
	}{{"root", a.root}, {"ca", a.ca}, {"tsa", a.tsa}} {
		if err := writePEM(filepath.Join(dir, "trust", c.name+".pem"), "CERTIFICATE", c.c.certificate.Raw, 0o644); err != nil {
			return err
		}
		if err := writeKey(filepath.Join(dir, privateDir, c.name+"-key.pem"), c.c.key); err != nil {
			return err
		}
	}
	people := a.People()
	list := make([]listed, 0, len(people))
	kept := state{CRLURL: a.crlURL}
	for _, p := range people {
		if err := a.savePerson(dir, p); err != nil {
			return err
		}
		list = append(list, listed{Name: p.Spec.Name, DisplayName: p.Spec.DisplayName(), Roles: p.Spec.Roles})
		kept.People = append(kept.People, p.Spec)
	}
	a.mu.Lock()
	for _, r := range a.revoked {
		kept.Revoked = append(kept.Revoked, r)
	}
	a.mu.Unlock()
	if err := writeJSON(filepath.Join(dir, "people.json"), list, 0o644); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, privateDir, stateFile), kept, 0o600)
}

// SaveCRL signs both revocation lists and replaces trust/ca.crl and trust/root.crl (DER) in dir, each atomically.
func (a *Authority) SaveCRL(dir string, now time.Time, ttl time.Duration) error {
	for _, l := range []struct {
		file string
		sign func(time.Time, time.Duration) ([]byte, error)
	}{{"root.crl", a.RootCRL}, {"ca.crl", a.CRL}} {
		der, err := l.sign(now, ttl)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, "trust", l.file), der, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (a *Authority) savePerson(dir string, p Person) error {
	folder := filepath.Join(dir, "people", p.Spec.Name)
	if err := writeKey(filepath.Join(folder, "key.pem"), p.Key); err != nil {
		return err
	}
	if err := writePEM(filepath.Join(folder, "cert.pem"), "CERTIFICATE", p.Certificate.Raw, 0o644); err != nil {
		return err
	}
	return writePEM(filepath.Join(folder, "chain.pem"), "CERTIFICATE", a.ca.certificate.Raw, 0o644)
}

// Load reads what Save wrote. An Error with CodeNotFound means that nothing was saved there yet.
func Load(dir string, rand io.Reader) (*Authority, error) {
	if rand == nil {
		return nil, &Error{Code: CodeConfig, Detail: "rand is required"}
	}
	raw, err := os.ReadFile(filepath.Join(dir, privateDir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Code: CodeNotFound, Detail: "no saved authority", Cause: err}
	}
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	var kept state
	if err := json.Unmarshal(raw, &kept); err != nil {
		return nil, &Error{Code: CodeCorrupt, Detail: stateFile, Cause: err}
	}
	a := &Authority{rand: rand, crlURL: kept.CRLURL, people: map[string]Person{}, revoked: map[string]revocation{}}
	for name, target := range map[string]*credential{"root": &a.root, "ca": &a.ca, "tsa": &a.tsa} {
		*target, err = readCredential(filepath.Join(dir, "trust", name+".pem"), filepath.Join(dir, privateDir, name+"-key.pem"))
		if err != nil {
			return nil, err
		}
	}
	for _, spec := range kept.People {
		if !validName(spec.Name) {
			return nil, &Error{Code: CodeCorrupt, Detail: "a person's name"}
		}
		folder := filepath.Join(dir, "people", spec.Name)
		c, err := readCredential(filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"))
		if err != nil {
			return nil, err
		}
		a.people[spec.Name] = Person{Spec: spec, Certificate: c.certificate, Key: c.key}
		a.ordered = append(a.ordered, spec.Name)
	}
	for _, r := range kept.Revoked {
		a.revoked[r.Serial] = r
	}
	return a, nil
}

func readCredential(certificateFile, keyFile string) (credential, error) {
	der, err := readPEM(certificateFile, "CERTIFICATE")
	if err != nil {
		return credential{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return credential{}, &Error{Code: CodeCorrupt, Detail: filepath.Base(certificateFile), Cause: err}
	}
	if der, err = readPEM(keyFile, "PRIVATE KEY"); err != nil {
		return credential{}, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return credential{}, &Error{Code: CodeCorrupt, Detail: filepath.Base(keyFile), Cause: err}
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return credential{}, &Error{Code: CodeCorrupt, Detail: filepath.Base(keyFile) + " is no signing key"}
	}
	if public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(certificate.PublicKey) {
		return credential{}, &Error{Code: CodeCorrupt, Detail: filepath.Base(keyFile) + " is not the certificate's key"}
	}
	return credential{certificate: certificate, key: key}, nil
}
