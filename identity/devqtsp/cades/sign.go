package cades

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// Options say how Sign signs. The zero value is SHA-256, attached, PKCS#1 v1.5 for RSA keys.
type Options struct {
	Hash        crypto.Hash // SHA256, SHA384 or SHA512; 0 = SHA256
	PSS         bool        // RSASSA-PSS instead of PKCS#1 v1.5
	Detached    bool
	ContentType string    // "" = Data
	SigningTime time.Time // zero = no signingTime attribute
	KeyIDAsSid  bool      // name the signer by key identifier instead of issuer and serial
	Unsorted    bool      // write the signed attributes in an order that is not DER's
	Extra       []Attribute
	Chain       [][]byte // further certificates to put in
	Rand        io.Reader
}

// Sign makes a CAdES-BES message over content and returns its DER.
func Sign(content []byte, certificate *x509.Certificate, key crypto.Signer, o Options) ([]byte, error) {
	m, err := Build(content, certificate, key, o)
	if err != nil {
		return nil, err
	}
	return m.Encode()
}

// Build is Sign before encoding.
func Build(content []byte, certificate *x509.Certificate, key crypto.Signer, o Options) (Message, error) {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	contentType := or(o.ContentType, oid.Data)
	digest := o.Hash.New()
	digest.Write(content)
	ess, err := SigningCertificateAttribute(certificate, crypto.SHA256)
	if err != nil {
		return Message{}, err
	}
	attributes := []Attribute{ContentTypeAttribute(contentType)}
	if !o.SigningTime.IsZero() {
		attributes = append(attributes, SigningTimeAttribute(o.SigningTime))
	}
	attributes = append(attributes, MessageDigestAttribute(digest.Sum(nil)), ess)
	attributes = append(attributes, o.Extra...)
	if o.Unsorted { // the usual ones happen to be made in DER's order: contentType is the shortest
		slices.Reverse(attributes)
	}
	set, err := AttributeSet(attributes, !o.Unsorted)
	if err != nil {
		return Message{}, fmt.Errorf("encode signed attributes: %w", err)
	}
	signer, err := NewSigner(certificate, key, set, o)
	if err != nil {
		return Message{}, err
	}
	version := int64(1)
	if signer.Version == 3 || contentType != oid.Data {
		version = 3
	}
	m := Message{
		Version: version, Digests: []Algorithm{signer.Digest}, EContentType: contentType,
		Certificates: append([][]byte{certificate.Raw}, o.Chain...), Signers: []Signer{signer},
	}
	if !o.Detached {
		m.Content = content
	}
	return m, nil
}

// NewSigner signs the given attribute set and returns the SignerInfo.
func NewSigner(certificate *x509.Certificate, key crypto.Signer, set []byte, o Options) (Signer, error) {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	signed, err := SetOf(set)
	if err != nil {
		return Signer{}, err
	}
	algorithm, err := SignatureAlgorithm(key, o)
	if err != nil {
		return Signer{}, err
	}
	value, err := SignBytes(signed, key, o)
	if err != nil {
		return Signer{}, err
	}
	s := Signer{
		Version: 1, IssuerRaw: certificate.RawIssuer, Serial: certificate.SerialNumber,
		Digest: Algorithm{OID: DigestOID(o.Hash)}, SignedAttrs: set, Signature: algorithm, Value: value,
	}
	if o.KeyIDAsSid {
		s.Version, s.KeyID = 3, certificate.SubjectKeyId
	}
	return s, nil
}

// SignBytes hashes and signs a message with the key.
func SignBytes(message []byte, key crypto.Signer, o Options) ([]byte, error) {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	h := o.Hash.New()
	h.Write(message)
	var opts crypto.SignerOpts = o.Hash
	if o.PSS {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: o.Hash}
	}
	value, err := key.Sign(o.Rand, h.Sum(nil), opts)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return value, nil
}

// DigestOID names a hash; "" for one that this package does not know.
func DigestOID(h crypto.Hash) string {
	switch h {
	case crypto.SHA1:
		return oid.SHA1
	case crypto.SHA256:
		return oid.SHA256
	case crypto.SHA384:
		return oid.SHA384
	case crypto.SHA512:
		return oid.SHA512
	}
	return ""
}

// SignatureAlgorithm names the signature that SignBytes makes.
func SignatureAlgorithm(key crypto.Signer, o Options) (Algorithm, error) {
	switch key.Public().(type) {
	case *rsa.PublicKey:
		if o.PSS {
			return pssAlgorithm(o.Hash)
		}
		return Algorithm{OID: oid.RSAEncryption, Params: []byte{5, 0}}, nil
	case *ecdsa.PublicKey:
		switch o.Hash {
		case crypto.SHA1:
			return Algorithm{OID: oid.ECDSAWithSHA1}, nil
		case crypto.SHA256:
			return Algorithm{OID: oid.ECDSAWithSHA256}, nil
		case crypto.SHA384:
			return Algorithm{OID: oid.ECDSAWithSHA384}, nil
		case crypto.SHA512:
			return Algorithm{OID: oid.ECDSAWithSHA512}, nil
		}
	}
	return Algorithm{}, errors.New("unsupported key or hash")
}

// pssAlgorithm encodes RSASSA-PSS-params (RFC 8017, A.2.3): hash, MGF1 with the same hash, salt as long as the hash.
func pssAlgorithm(h crypto.Hash) (Algorithm, error) {
	digest := Algorithm{OID: DigestOID(h), Params: []byte{5, 0}}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), digest.add)
		b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oid.Parse(oid.MGF1))
				digest.add(b)
			})
		})
		b.AddASN1(asn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1Int64(int64(h.Size()))
		})
	})
	params, err := b.Bytes()
	return Algorithm{OID: oid.RSAPSS, Params: params}, err
}

// SigningCertificateAttribute makes signingCertificateV2 (RFC 5035) with hash and issuerSerial of the certificate. The
// default hash, SHA-256, is left out of the encoding.
func SigningCertificateAttribute(certificate *x509.Certificate, h crypto.Hash) (Attribute, error) {
	sum := h.New()
	sum.Write(certificate.Raw)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // SigningCertificateV2
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // certs
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // ESSCertIDv2
				if h != crypto.SHA256 {
					Algorithm{OID: DigestOID(h)}.add(b)
				}
				b.AddASN1OctetString(sum.Sum(nil))
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // issuerSerial
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1(asn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
							b.AddBytes(certificate.RawIssuer)
						})
					})
					b.AddASN1BigInt(certificate.SerialNumber)
				})
			})
		})
	})
	der, err := b.Bytes()
	return Attribute{Type: oid.SigningCertificateV2, Values: [][]byte{der}}, err
}
