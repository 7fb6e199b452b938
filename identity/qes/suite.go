package qes

import (
	"hash"

	"chesna/identity/qes/oid"
)

// KeyType names a kind of key, such as "rsa" or "ec-p256".
type KeyType string

// Place says where a signature stands: some algorithms wrap or name it differently in each.
type Place int

// The places.
const (
	InMessage     Place = iota // SignerInfo
	InCertificate              // certificates and revocation lists
)

// DigestRow is a row of the suite: a hash that messages may use.
type DigestRow struct {
	OID string
	New func() hash.Hash
}

func (d DigestRow) sum(data []byte) []byte {
	h := d.New()
	h.Write(data)
	return h.Sum(nil)
}

// Key is a parsed public key.
type Key struct {
	Type   KeyType
	Public any
	Bits   int
}

// KeyRow is a row of the suite: how to read the keys of one SubjectPublicKeyInfo algorithm. Parse gets the raw
// parameters (nil = absent) and the bytes of the BIT STRING and returns an *Error for keys that are not good enough.
type KeyRow struct {
	OID   string
	Parse func(params, bits []byte) (Key, error)
}

// SignatureInput is what a row's Verify judges.
type SignatureInput struct {
	Place   Place
	Public  any // of the Key
	Params  []byte
	Message []byte // whole, not hashed
	Value   []byte
}

// SignatureRow is a row of the suite: one allowed triple of digest, signature identifier and key type. Verify returns nil, or
// an *Error with CodeSignatureInvalid or CodeSignatureAlgorithm.
type SignatureRow struct {
	Name        string // as shown in evidence
	Digest      string
	OID         string
	Key         KeyType
	MessageOnly bool // not for certificates
	Verify      func(SignatureInput) error
}

// Suite is the table of allowed algorithms. What is not in it is refused. Another family of algorithms is added by
// appending rows to DefaultSuite.
type Suite struct {
	Digests    []DigestRow
	Keys       []KeyRow
	Signatures []SignatureRow
}

// Validate tells whether every signature row has its digest and a verifier.
func (s *Suite) Validate() error {
	if len(s.Digests) == 0 || len(s.Keys) == 0 || len(s.Signatures) == 0 {
		return fail(CodeConfiguration, "empty suite")
	}
	for _, d := range s.Digests {
		if d.New == nil {
			return fail(CodeConfiguration, "digest without a function: "+d.OID)
		}
	}
	for _, k := range s.Keys {
		if k.Parse == nil {
			return fail(CodeConfiguration, "key algorithm without a function: "+k.OID)
		}
	}
	for _, row := range s.Signatures {
		if _, err := s.digest(algorithm{oid: row.Digest}); err != nil || row.Verify == nil {
			return fail(CodeConfiguration, "signature row that is not complete: "+row.Name)
		}
	}
	return nil
}

// digest finds the row of a digest algorithm; its parameters must be absent or NULL.
func (s *Suite) digest(a algorithm) (DigestRow, error) {
	for _, d := range s.Digests {
		if d.OID == a.oid && a.nullOrAbsent() {
			return d, nil
		}
	}
	return DigestRow{}, fail(CodeDigestAlgorithm, "digest algorithm "+a.oid+" is not allowed")
}

// key reads the key of a certificate.
func (s *Suite) key(c *certificate) (Key, error) {
	for _, k := range s.Keys {
		if k.OID == c.keyAlgorithm.oid {
			return k.Parse(c.keyAlgorithm.params, c.keyBits)
		}
	}
	return Key{}, fail(CodeKeyAlgorithm, "key algorithm "+c.keyAlgorithm.oid+" is not allowed")
}

// messageRow finds the triple of a SignerInfo.
func (s *Suite) messageRow(digest DigestRow, signature algorithm, key KeyType) (SignatureRow, error) {
	known := false
	for _, row := range s.Signatures {
		if row.OID != signature.oid {
			continue
		}
		known = true
		if row.Digest == digest.OID && row.Key == key {
			return row, nil
		}
	}
	if !known {
		return SignatureRow{}, fail(CodeSignatureAlgorithm, "signature algorithm "+signature.oid+" is not allowed")
	}
	return SignatureRow{}, fail(CodeAlgorithmMismatch, "digest, signature and key do not belong together")
}

// verifySigned checks a certificate's or revocation list's signature with the key of its issuer. Where one identifier
// serves several digests, the row is the one whose parameters fit.
func (s *Suite) verifySigned(signed signed, key Key) error {
	err := error(fail(CodeSignatureAlgorithm, "signature algorithm "+signed.algorithm.oid+" is not allowed"))
	for _, row := range s.Signatures {
		if row.OID != signed.algorithm.oid || row.Key != key.Type || row.MessageOnly {
			continue
		}
		err = row.Verify(SignatureInput{
			Place: InCertificate, Public: key.Public, Params: signed.algorithm.params,
			Message: signed.tbs, Value: signed.signature,
		})
		if CodeOf(err) != CodeSignatureAlgorithm {
			return err
		}
	}
	return err
}

// The key types of DefaultSuite.
const (
	KeyRSA  KeyType = "rsa"
	KeyP256 KeyType = "ec-p256"
	KeyP384 KeyType = "ec-p384"
)

// DefaultSuite allows RSA of 2048 to 8192 bits (PKCS#1 v1.5 and PSS) and ECDSA on P-256 and P-384, each with SHA-256,
// SHA-384 and SHA-512.
func DefaultSuite() *Suite {
	s := &Suite{
		Digests: sha2Digests(),
		Keys:    []KeyRow{{OID: oid.RSAEncryption, Parse: parseRSAKey}, {OID: oid.ECPublicKey, Parse: parseECKey}},
	}
	for _, h := range sha2() {
		s.Signatures = append(s.Signatures,
			SignatureRow{Name: "RSA-" + h.name, Digest: h.oid, OID: h.rsa, Key: KeyRSA, Verify: verifyPKCS1(h.hash)},
			SignatureRow{Name: "RSA-" + h.name, Digest: h.oid, OID: oid.RSAEncryption, Key: KeyRSA, MessageOnly: true, Verify: verifyPKCS1(h.hash)},
			SignatureRow{Name: "RSA-PSS-" + h.name, Digest: h.oid, OID: oid.RSAPSS, Key: KeyRSA, Verify: verifyPSS(h.hash, h.oid)},
			SignatureRow{Name: "ECDSA-P256-" + h.name, Digest: h.oid, OID: h.ecdsa, Key: KeyP256, Verify: verifyECDSA(h.hash)},
			SignatureRow{Name: "ECDSA-P384-" + h.name, Digest: h.oid, OID: h.ecdsa, Key: KeyP384, Verify: verifyECDSA(h.hash)},
		)
	}
	return s
}
