package devqtsp

import (
	"time"

	"chesna/identity/devqtsp/cades"
)

// SignOptions say how a person signs.
type SignOptions struct {
	Detached bool
	At       time.Time // the signing time to claim; zero = none
}

// Sign makes a CAdES-BES message of the named person over content, byte for byte, and returns its DER. The certificate
// of the person and of the CA are put in.
func (a *Authority) Sign(name string, content []byte, o SignOptions) ([]byte, error) {
	p, ok := a.Person(name)
	if !ok {
		return nil, &Error{Code: CodeUnknownPerson, Detail: "nobody of that name"}
	}
	return cades.Sign(content, p.Certificate, p.Key, cades.Options{
		Detached: o.Detached, SigningTime: o.At, Chain: [][]byte{a.ca.certificate.Raw}, Rand: a.rand,
	})
}
