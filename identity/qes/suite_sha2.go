package qes

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // links the hashes behind crypto.Hash
	_ "crypto/sha512"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

const (
	minRSABits     = 2048
	maxRSABits     = 8192 // above, one verification costs too much
	minRSAExponent = 65537
)

type sha2Row struct {
	name            string
	hash            crypto.Hash
	oid, rsa, ecdsa string
}

func sha2() []sha2Row {
	return []sha2Row{
		{"SHA256", crypto.SHA256, oid.SHA256, oid.RSAWithSHA256, oid.ECDSAWithSHA256},
		{"SHA384", crypto.SHA384, oid.SHA384, oid.RSAWithSHA384, oid.ECDSAWithSHA384},
		{"SHA512", crypto.SHA512, oid.SHA512, oid.RSAWithSHA512, oid.ECDSAWithSHA512},
	}
}

func sha2Digests() []DigestRow {
	var out []DigestRow
	for _, h := range sha2() {
		out = append(out, DigestRow{OID: h.oid, New: h.hash.New})
	}
	return out
}

func parseRSAKey(params, bits []byte) (Key, error) {
	if !(algorithm{params: params}).nullOrAbsent() {
		return Key{}, fail(CodeKeyParameters, "RSA key with parameters")
	}
	s := cryptobyte.String(bits)
	var body cryptobyte.String
	n, e := new(big.Int), new(big.Int)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Integer(n) || !body.ReadASN1Integer(e) || !body.Empty() {
		return Key{}, fail(CodeKeyParameters, "RSA key that cannot be read")
	}
	if n.Sign() <= 0 || n.Bit(0) == 0 || n.BitLen() > maxRSABits {
		return Key{}, fail(CodeKeyParameters, "RSA modulus out of range")
	}
	if e.Sign() <= 0 || e.BitLen() > 31 || e.Bit(0) == 0 {
		return Key{}, fail(CodeKeyParameters, "RSA exponent out of range")
	}
	if n.BitLen() < minRSABits {
		return Key{}, fail(CodeKeyWeak, "RSA key under 2048 bits")
	}
	if e.Int64() < minRSAExponent {
		return Key{}, fail(CodeKeyWeak, "RSA exponent under 65537")
	}
	return Key{Type: KeyRSA, Public: &rsa.PublicKey{N: n, E: int(e.Int64())}, Bits: n.BitLen()}, nil
}

// parseECKey accepts named curves only: parameters written out could describe a curve whose logarithms somebody knows.
func parseECKey(params, bits []byte) (Key, error) {
	s := cryptobyte.String(params)
	name, ok := readOID(&s)
	if !ok || !s.Empty() {
		return Key{}, fail(CodeKeyParameters, "elliptic curve that is not named")
	}
	var curve elliptic.Curve
	var kind KeyType
	switch name {
	case oid.P256:
		curve, kind = elliptic.P256(), KeyP256
	case oid.P384:
		curve, kind = elliptic.P384(), KeyP384
	default:
		return Key{}, fail(CodeKeyParameters, "elliptic curve "+name+" is not allowed")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, bits)
	if err != nil {
		return Key{}, fail(CodeKeyParameters, "not a point of its curve")
	}
	return Key{Type: kind, Public: public, Bits: curve.Params().BitSize}, nil
}

func verifyPKCS1(h crypto.Hash) func(SignatureInput) error {
	return func(in SignatureInput) error {
		if !(algorithm{params: in.Params}).nullOrAbsent() {
			return fail(CodeSignatureAlgorithm, "RSA signature with parameters")
		}
		public, ok := in.Public.(*rsa.PublicKey)
		if !ok || rsa.VerifyPKCS1v15(public, h, sumOf(h, in.Message), in.Value) != nil {
			return fail(CodeSignatureInvalid, "the signature does not fit")
		}
		return nil
	}
}

func verifyPSS(h crypto.Hash, digest string) func(SignatureInput) error {
	return func(in SignatureInput) error {
		salt, err := pssSalt(in.Params, digest, h.Size())
		if err != nil {
			return err
		}
		public, ok := in.Public.(*rsa.PublicKey)
		options := &rsa.PSSOptions{SaltLength: salt, Hash: h}
		if !ok || rsa.VerifyPSS(public, h, sumOf(h, in.Message), in.Value, options) != nil {
			return fail(CodeSignatureInvalid, "the signature does not fit")
		}
		return nil
	}
}

// pssSalt reads RSASSA-PSS-params (RFC 8017, A.2.3): the digest and that of MGF1 must be the row's, the salt at least as
// long as the digest. The defaults of the standard are SHA-1, so absent fields are refused.
func pssSalt(params []byte, digest string, least int) (int, error) {
	refused := fail(CodeSignatureAlgorithm, "RSASSA-PSS parameters that are not allowed")
	s := cryptobyte.String(params)
	var body, hashField, maskField, mask, saltField, trailer cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&hashField, contextTag(0).Constructed()) ||
		!body.ReadASN1(&maskField, contextTag(1).Constructed()) ||
		!body.ReadASN1(&saltField, contextTag(2).Constructed()) {
		return 0, refused
	}
	hash, ok := readAlgorithm(&hashField)
	if !ok || !hashField.Empty() || hash.oid != digest || !hash.nullOrAbsent() {
		return 0, refused
	}
	if !maskField.ReadASN1(&mask, asn1.SEQUENCE) || !maskField.Empty() {
		return 0, refused
	}
	if id, ok := readOID(&mask); !ok || id != oid.MGF1 {
		return 0, refused
	}
	hash, ok = readAlgorithm(&mask)
	if !ok || !mask.Empty() || hash.oid != digest || !hash.nullOrAbsent() {
		return 0, refused
	}
	var salt, field int
	if !saltField.ReadASN1Integer(&salt) || !saltField.Empty() || salt < least || salt > maxRSABits/8 {
		return 0, refused
	}
	if !body.Empty() && (!body.ReadASN1(&trailer, contextTag(3).Constructed()) || !body.Empty() ||
		!trailer.ReadASN1Integer(&field) || !trailer.Empty() || field != 1) {
		return 0, refused
	}
	return salt, nil
}

func verifyECDSA(h crypto.Hash) func(SignatureInput) error {
	return func(in SignatureInput) error {
		if in.Params != nil {
			return fail(CodeSignatureAlgorithm, "ECDSA signature with parameters")
		}
		public, ok := in.Public.(*ecdsa.PublicKey)
		if !ok || !ecdsa.VerifyASN1(public, sumOf(h, in.Message), in.Value) {
			return fail(CodeSignatureInvalid, "the signature does not fit")
		}
		return nil
	}
}

func sumOf(h crypto.Hash, message []byte) []byte {
	f := h.New()
	f.Write(message)
	return f.Sum(nil)
}
