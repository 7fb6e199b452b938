package qes_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/devqtsp/profile"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

// party is a certificate with its key.
type party struct {
	*x509.Certificate
	key crypto.Signer
}

// spec is a certificate to make; the hostile set changes one field of a good one.
type spec struct {
	subject, directory []profile.Attribute
	statements, types  []string
	usage              x509.KeyUsage
	eku                []string
	ca                 bool
	pathLen            int // -1 = no limit
	from, to           time.Time
	key                crypto.Signer
	keyID              []byte
	noAuthority        bool // leave the authority's key identifier out
	extra              []pkix.Extension
}

var serials atomic.Int64

func newKey(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// citizen is a good personal certificate.
func citizen() spec {
	return spec{
		subject: []profile.Attribute{
			{Type: oid.CommonName, Value: "Тестова Ганна Іванівна"},
			{Type: oid.Surname, Value: "Тестова"},
			{Type: oid.GivenName, Value: "Ганна Іванівна"},
			{Type: oid.SerialNumber, Value: "TINUA-3121100721"},
		},
		directory:  []profile.Attribute{{Type: oid.UARnokpp, Value: "3121100721"}, {Type: oid.UAUnzr, Value: "19850614-00072"}},
		statements: []string{oid.QcCompliance, oid.QcSSCD}, types: []string{oid.QcTypeESign},
		usage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		from:  now.Add(-time.Hour), to: now.Add(time.Hour),
	}
}

// authority is a good CA or root.
func authority(name string) spec {
	return spec{
		subject:    []profile.Attribute{{Type: oid.CommonName, Value: name}, {Type: oid.SerialNumber, Value: "UA-00000000-1"}},
		statements: []string{oid.QcCompliance}, usage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ca: true, pathLen: -1, from: now.Add(-time.Hour), to: now.Add(time.Hour),
	}
}

// issue makes the certificate; a nil issuer makes it self-signed.
func (s spec) issue(t testing.TB, issuer *party) party {
	t.Helper()
	if s.key == nil {
		s.key = newKey(t, elliptic.P256())
	}
	der, err := s.encode(issuer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return party{Certificate: c, key: s.key}
}

func (s spec) encode(issuer *party) ([]byte, error) {
	subject, err := profile.Name(s.subject...)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serials.Add(1)), RawSubject: subject, NotBefore: s.from, NotAfter: s.to, KeyUsage: s.usage,
		BasicConstraintsValid: s.ca, IsCA: s.ca, MaxPathLen: s.pathLen, MaxPathLenZero: s.pathLen == 0, SubjectKeyId: s.keyID,
		ExtraExtensions: s.extra,
	}
	if template.SubjectKeyId == nil {
		spki, err := x509.MarshalPKIXPublicKey(s.key.Public())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(spki)
		template.SubjectKeyId = sum[:]
	}
	add := func(e pkix.Extension, failed error) {
		if template.ExtraExtensions = append(template.ExtraExtensions, e); failed != nil {
			err = failed
		}
	}
	if s.statements != nil || s.types != nil {
		add(profile.QCStatements(s.ca, s.statements, s.types))
	}
	if s.directory != nil {
		add(profile.DirectoryAttributes(s.directory...))
	}
	if s.eku != nil {
		add(profile.ExtendedKeyUsage(true, s.eku...))
	}
	if err != nil {
		return nil, err
	}
	parent, key := template, s.key
	if issuer != nil {
		copied := *issuer.Certificate
		if s.noAuthority {
			copied.SubjectKeyId = nil
		}
		parent, key = &copied, issuer.key
	}
	return x509.CreateCertificate(rand.Reader, template, parent, s.key.Public(), key)
}

// lab is a trust service in which everything can be made wrong.
type lab struct {
	root, ca, other, person party
	text                    []byte
}

func newLab(t testing.TB) *lab {
	t.Helper()
	l := &lab{text: []byte("the text to sign")}
	l.root = authority("root").issue(t, nil)
	l.ca = authority("CA").issue(t, &l.root)
	l.person = citizen().issue(t, &l.ca)
	l.other = citizen().issue(t, &l.ca)
	return l
}

// list signs a revocation list of a party; the function may spoil it.
func (l *lab) list(t testing.TB, issuer party, spoil func(*x509.RevocationList)) []byte {
	t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now.Add(-time.Minute), NextUpdate: now.Add(time.Minute)}
	if spoil != nil {
		spoil(template)
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, issuer.Certificate, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// good is the message that cases spoil, before encoding.
func (l *lab) good(t testing.TB, o cades.Options) cades.Message {
	t.Helper()
	return l.by(t, l.person, o)
}

func (l *lab) by(t testing.TB, p party, o cades.Options) cades.Message {
	t.Helper()
	o.Rand, o.SigningTime = rand.Reader, now
	if o.Chain == nil {
		o.Chain = [][]byte{l.ca.Raw}
	}
	m, err := cades.Build(l.text, p.Certificate, p.key, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encode(t testing.TB, m cades.Message) []byte {
	t.Helper()
	der, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// withAttributes signs other signed attributes than the right ones.
func (l *lab) withAttributes(t testing.TB, o cades.Options, attributes ...cades.Attribute) []byte {
	t.Helper()
	set, err := cades.AttributeSet(attributes, true)
	if err != nil {
		t.Fatal(err)
	}
	m := l.good(t, o)
	o.Rand = rand.Reader
	if m.Signers[0], err = cades.NewSigner(l.person.Certificate, l.person.key, set, o); err != nil {
		t.Fatal(err)
	}
	return encode(t, m)
}

// attributes are the three right ones: content type, message digest, signing certificate.
func (l *lab) attributes(t testing.TB) (contentType, digest, certificate cades.Attribute) {
	t.Helper()
	sum := sha256.Sum256(l.text)
	ess, err := cades.SigningCertificateAttribute(l.person.Certificate, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return cades.ContentTypeAttribute(oid.Data), cades.MessageDigestAttribute(sum[:]), ess
}

// trial is a message with the circumstances to judge it in.
type trial struct {
	message []byte
	content []byte
	roots   [][]byte
	known   [][]byte // intermediates
	lists   [][]byte
	deps    qes.Deps
	profile qes.Profile
	at      time.Time
}

// trial puts a message into the right circumstances.
func (l *lab) trial(t testing.TB, message []byte) *trial {
	t.Helper()
	return &trial{
		message: message, content: l.text, roots: [][]byte{l.root.Raw}, lists: [][]byte{l.list(t, l.ca, nil)},
		profile: qes.ProfileCitizen, at: now,
	}
}

func (c *trial) verify(t testing.TB) (qes.Signature, error) {
	t.Helper()
	v := verifier(t, c.deps, c.roots, c.known, c.lists)
	return v.Verify(qes.Request{Message: c.message, Content: c.content, At: c.at, Profile: c.profile})
}
