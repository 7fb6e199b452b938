package cades

import (
	"bytes"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// Algorithm is an AlgorithmIdentifier: dotted identifier and raw DER parameters (nil = absent).
type Algorithm struct {
	OID    string
	Params []byte
}

// Attribute is a CMS attribute; every value is raw DER.
type Attribute struct {
	Type   string
	Values [][]byte
}

// Signer is one SignerInfo. KeyID, when not nil, is written as the sid; otherwise IssuerRaw and Serial are.
type Signer struct {
	Version      int64
	IssuerRaw    []byte
	Serial       *big.Int
	KeyID        []byte
	Digest       Algorithm
	SignedAttrs  []byte // content of the SET as it is to be written; nil = no signed attributes
	Signature    Algorithm
	Value        []byte
	UnsignedAttr []Attribute
}

// Message is one ContentInfo with SignedData.
type Message struct {
	ContentType  string // of ContentInfo; "" = SignedData
	Version      int64
	Digests      []Algorithm
	EContentType string // "" = Data
	Content      []byte // nil = detached
	Certificates [][]byte
	CRLs         [][]byte
	Signers      []Signer
}

// Encode writes the message as DER.
func (m Message) Encode() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid.Parse(or(m.ContentType, oid.SignedData)))
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, m.signedData)
		})
	})
	return b.Bytes()
}

func (m Message) signedData(b *cryptobyte.Builder) {
	b.AddASN1Int64(m.Version)
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
		for _, d := range m.Digests {
			d.add(b)
		}
	})
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid.Parse(or(m.EContentType, oid.Data)))
		if m.Content != nil {
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(m.Content)
			})
		}
	})
	addRawSet(b, 0, m.Certificates)
	addRawSet(b, 1, m.CRLs)
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
		for _, s := range m.Signers {
			s.add(b)
		}
	})
}

func (s Signer) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(s.Version)
		if s.KeyID != nil {
			b.AddASN1(asn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(s.KeyID) })
		} else {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(s.IssuerRaw)
				b.AddASN1BigInt(s.Serial)
			})
		}
		s.Digest.add(b)
		if s.SignedAttrs != nil {
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddBytes(s.SignedAttrs)
			})
		}
		s.Signature.add(b)
		b.AddASN1OctetString(s.Value)
		if len(s.UnsignedAttr) > 0 {
			b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, a := range s.UnsignedAttr {
					a.add(b)
				}
			})
		}
	})
}

func (a Algorithm) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid.Parse(a.OID))
		b.AddBytes(a.Params)
	})
}

func (a Attribute) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid.Parse(a.Type))
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for _, v := range a.Values {
				b.AddBytes(v)
			}
		})
	})
}

func addRawSet(b *cryptobyte.Builder, tag asn1.Tag, items [][]byte) {
	if len(items) == 0 {
		return
	}
	b.AddASN1(tag.ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
		for _, item := range items {
			b.AddBytes(item)
		}
	})
}

// AttributeSet encodes attributes as the content of a SET OF: sorted, as DER wants, or in the given order (some signers
// in the field do so; the verifier must hash the bytes as received).
func AttributeSet(attributes []Attribute, sorted bool) ([]byte, error) {
	encoded := make([][]byte, 0, len(attributes))
	for _, a := range attributes {
		var b cryptobyte.Builder
		a.add(&b)
		der, err := b.Bytes()
		if err != nil {
			return nil, err
		}
		encoded = append(encoded, der)
	}
	if sorted {
		slices.SortFunc(encoded, bytes.Compare)
	}
	return bytes.Join(encoded, nil), nil
}

// SetOf wraps the content of AttributeSet as the SET that is hashed and signed.
func SetOf(content []byte) ([]byte, error) {
	return element(asn1.SET, content)
}

// ContentTypeAttribute names the type of the signed content.
func ContentTypeAttribute(contentType string) Attribute {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(oid.Parse(contentType))
	return Attribute{Type: oid.ContentType, Values: [][]byte{b.BytesOrPanic()}}
}

// MessageDigestAttribute carries the digest of the content.
func MessageDigestAttribute(digest []byte) Attribute {
	var b cryptobyte.Builder
	b.AddASN1OctetString(digest)
	return Attribute{Type: oid.MessageDigest, Values: [][]byte{b.BytesOrPanic()}}
}

// SigningTimeAttribute carries the time that the signer claims.
func SigningTimeAttribute(at time.Time) Attribute {
	var b cryptobyte.Builder
	b.AddASN1UTCTime(at.UTC())
	return Attribute{Type: oid.SigningTime, Values: [][]byte{b.BytesOrPanic()}}
}

func element(tag asn1.Tag, content []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.Bytes()
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
