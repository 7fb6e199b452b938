package devqtsp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"time"

	"chesna/identity/devqtsp/profile"
	"chesna/identity/qes/oid"
)

// createService makes the root, the CA and the time stamp certificate. As in the Ukrainian infrastructure, the time stamp
// certificate is issued by the root, not by the CA. crlURL is where the root's list lies.
func (a *Authority) createService(now time.Time, crlURL string) error {
	name := func(cn, serial string) []profile.Attribute {
		return []profile.Attribute{
			{Type: oid.Organization, Value: "Чесна: демонстрація, не для довіри"},
			{Type: oid.CommonName, Value: cn},
			{Type: oid.SerialNumber, Value: serial},
			{Type: oid.Country, Value: "UA"},
		}
	}
	caUsage := x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	root := request{
		subject: name("Демонстраційний кореневий центр (вигаданий)", "UA-00000000-1"), life: rootLife, now: now,
		kind: P384, usage: caUsage, ca: true, pathLen: 1,
	}
	var err error
	if a.root, err = a.issue(root, nil); err != nil {
		return err
	}
	ca := request{
		subject: name("Демонстраційний надавач довірчих послуг (вигаданий)", "UA-00000000-2"), life: caLife, now: now,
		kind: P256, usage: caUsage, ca: true, crlURL: crlURL,
	}
	if a.ca, err = a.issue(ca, &a.root); err != nil {
		return err
	}
	stamping, err := profile.ExtendedKeyUsage(true, oid.EKUTimeStamping)
	if err != nil {
		return err
	}
	tsa := request{
		subject: name("Демонстраційна позначка часу (вигадана)", "UA-00000000-3"), life: caLife, now: now,
		kind: P256, usage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		extensions: []pkix.Extension{stamping}, crlURL: crlURL,
	}
	a.tsa, err = a.issue(tsa, &a.root)
	return err
}

// issuePerson makes a personal certificate for qualified signatures.
func (a *Authority) issuePerson(spec PersonSpec, now time.Time) (credential, error) {
	given := spec.GivenName
	if spec.Patronymic != "" {
		given += " " + spec.Patronymic
	}
	serial, tax := "", spec.RNOKPP
	switch {
	case spec.RNOKPP != "":
		serial = "TINUA-" + spec.RNOKPP
	case spec.Document != "":
		serial, tax = "IDCUA-"+spec.Document, spec.Document
	}
	legal := ""
	if spec.EDRPOU != "" {
		legal = "NTRUA-" + spec.EDRPOU
	}
	attributes, err := profile.DirectoryAttributes(
		profile.Attribute{Type: oid.UARnokpp, Value: tax},
		profile.Attribute{Type: oid.UAEdrpou, Value: spec.EDRPOU},
		profile.Attribute{Type: oid.UAUnzr, Value: spec.UNZR},
	)
	if err != nil {
		return credential{}, err
	}
	return a.issue(request{
		subject: []profile.Attribute{
			{Type: oid.Organization, Value: spec.Organisation},
			{Type: oid.Title, Value: spec.Title},
			{Type: oid.CommonName, Value: spec.Surname + " " + given},
			{Type: oid.Surname, Value: spec.Surname},
			{Type: oid.GivenName, Value: given},
			{Type: oid.SerialNumber, Value: serial},
			{Type: oid.OrganizationIdentifier, Value: legal},
			{Type: oid.Country, Value: "UA"},
		},
		life: leafLife, now: now, kind: spec.Key, qcTypes: []string{oid.QcTypeESign},
		usage:      x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		extensions: []pkix.Extension{attributes}, crlURL: a.crlURL,
	}, &a.ca)
}

// request is one certificate to issue.
type request struct {
	subject    []profile.Attribute
	now        time.Time
	life       time.Duration
	kind       KeyKind
	usage      x509.KeyUsage
	ca         bool
	pathLen    int
	qcTypes    []string
	extensions []pkix.Extension
	crlURL     string // of the issuer's list; "" for the root
}

// issue makes a key and a certificate; without an issuer, a self-signed one.
func (a *Authority) issue(r request, issuer *credential) (credential, error) {
	key, err := newKey(a.rand, r.kind)
	if err != nil {
		return credential{}, err
	}
	template, err := a.template(r, key)
	if err != nil {
		return credential{}, fmt.Errorf("prepare certificate: %w", err)
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.certificate, issuer.key
		template.CRLDistributionPoints = []string{r.crlURL}
	}
	der, err := x509.CreateCertificate(a.rand, template, parent, key.Public(), signer)
	if err != nil {
		return credential{}, fmt.Errorf("issue certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return credential{}, fmt.Errorf("read issued certificate: %w", err)
	}
	return credential{certificate: certificate, key: key}, nil
}

func (a *Authority) template(r request, key crypto.Signer) (*x509.Certificate, error) {
	serial, err := a.serial()
	if err != nil {
		return nil, err
	}
	subject, err := profile.Name(r.subject...)
	if err != nil {
		return nil, err
	}
	// QcCompliance is in every certificate of a qualified provider, also of the CA and the time stamp: it alone does not
	// make a personal certificate.
	statements := []string{oid.QcCompliance}
	if len(r.qcTypes) > 0 {
		statements = append(statements, oid.QcSSCD)
	}
	qualified, err := profile.QCStatements(false, statements, r.qcTypes)
	if err != nil {
		return nil, err
	}
	policy, err := profile.Policies(oid.UAPolicy)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	keyID := sha256.Sum256(spki)
	return &x509.Certificate{
		SerialNumber: serial, RawSubject: subject, SubjectKeyId: keyID[:],
		NotBefore: r.now.Add(-backdate).Truncate(time.Second).UTC(), NotAfter: r.now.Add(r.life).Truncate(time.Second).UTC(),
		KeyUsage: r.usage, BasicConstraintsValid: true, IsCA: r.ca, MaxPathLen: r.pathLen, MaxPathLenZero: r.ca,
		ExtraExtensions: append([]pkix.Extension{qualified, policy}, r.extensions...),
	}, nil
}

func newKey(rand io.Reader, kind KeyKind) (crypto.Signer, error) {
	switch kind {
	case P256, "":
		return ecdsa.GenerateKey(elliptic.P256(), rand)
	case P384:
		return ecdsa.GenerateKey(elliptic.P384(), rand)
	case RSA2048:
		return rsa.GenerateKey(rand, 2048)
	}
	return nil, &Error{Code: CodeConfig, Detail: "unknown kind of key " + string(kind)}
}
