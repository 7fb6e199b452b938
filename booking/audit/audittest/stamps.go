package audittest

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/devqtsp"
)

// Stamper is a time stamp authority.
type Stamper struct{ authority *devqtsp.Authority }

// NewStamper makes one whose certificates begin when the worlds do.
func NewStamper() (*Stamper, error) {
	a, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: genesis, People: devqtsp.DefaultPeople()[:1]})
	if err != nil {
		return nil, fmt.Errorf("make a time stamp authority: %w", err)
	}
	return &Stamper{a}, nil
}

// Root is its root certificate, DER.
func (s *Stamper) Root() []byte { return s.authority.RootDER() }

// Stamp makes an RFC 3161 token over a text.
func (s *Stamper) Stamp(text string, at time.Time) ([]byte, error) {
	digest := sha256.Sum256([]byte(text))
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier([]int{2, 16, 840, 1, 101, 3, 4, 2, 1})
			})
			b.AddASN1OctetString(digest[:])
		})
		b.AddASN1Boolean(true)
	})
	request, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	response, err := s.authority.Stamp(at, request)
	if err != nil {
		return nil, err
	}
	answer := cryptobyte.String(response)
	var body, status, token cryptobyte.String
	if !answer.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&status, asn1.SEQUENCE) || !body.ReadASN1Element(&token, asn1.SEQUENCE) {
		return nil, errors.New("the time stamp authority refused")
	}
	return token, nil
}
