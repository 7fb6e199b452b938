package qes_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/devqtsp/profile"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

// certified makes a case from a person's certificate with one change.
func certified(code qes.Code, spoil func(*spec)) hostile {
	return raw(code, func(t *testing.T, l *lab) []byte {
		s := citizen()
		spoil(&s)
		return encode(t, l.by(t, s.issue(t, &l.ca), cades.Options{}))
	})
}

func certificateCases() map[string]hostile {
	unknown := pkix.Extension{Id: []int{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}
	return map[string]hostile{
		"CA as signer": raw(qes.CodeSignerIsCA, func(t *testing.T, l *lab) []byte { return encode(t, l.by(t, l.ca, cades.Options{})) }),
		"a person that may sign certificates": certified(qes.CodeSignerIsCA, func(s *spec) {
			s.usage |= x509.KeyUsageCertSign
		}),
		"key agreement":          certified(qes.CodeKeyUsage, func(s *spec) { s.usage = x509.KeyUsageKeyAgreement }),
		"key agreement as well":  certified(qes.CodeKeyUsage, func(s *spec) { s.usage |= x509.KeyUsageKeyAgreement }),
		"digital signature only": certified(qes.CodeKeyUsage, func(s *spec) { s.usage = x509.KeyUsageDigitalSignature }),
		"no key usage":           certified(qes.CodeKeyUsage, func(s *spec) { s.usage = 0 }),
		"time stamp service":     certified(qes.CodeExtendedKeyUsage, func(s *spec) { s.eku = []string{oid.EKUTimeStamping} }),
		"OCSP service":           certified(qes.CodeExtendedKeyUsage, func(s *spec) { s.eku = []string{oid.EKUOCSPSigning} }),
		"stamp by key usage":     certified(qes.CodeSeal, func(s *spec) { s.eku = []string{oid.EKUStamp} }),
		"seal":                   certified(qes.CodeSeal, func(s *spec) { s.types = []string{oid.QcTypeESeal} }),
		"signature and seal":     certified(qes.CodeSeal, func(s *spec) { s.types = append(s.types, oid.QcTypeESeal) }),
		"qualified for the web":  certified(qes.CodeNotQualified, func(s *spec) { s.types = []string{"0.4.0.1862.1.6.3"} }),
		"no statements":          certified(qes.CodeNotQualified, func(s *spec) { s.statements, s.types = nil, nil }),
		"no compliance":          certified(qes.CodeNotQualified, func(s *spec) { s.statements = []string{oid.QcSSCD} }),
		"statements of no form": certified(qes.CodeExtension, func(s *spec) {
			s.statements, s.types = nil, nil
			s.extra = []pkix.Extension{{Id: oid.Parse(oid.QCStatements), Value: []byte{0x30, 2, 5, 0}}}
		}),
		"key usages of no form": certified(qes.CodeCertificateMalformed, func(s *spec) {
			s.extra = []pkix.Extension{{Id: oid.Parse(oid.ExtendedKeyUsage), Value: []byte{0x31, 0}}}
		}).unlessIssuable(),
		"unknown critical extension": certified(qes.CodeCriticalExtension, func(s *spec) { s.extra = []pkix.Extension{unknown} }),
		"organisation without a person": certified(qes.CodeNotNatural, func(s *spec) {
			s.types, s.directory = nil, nil
			s.subject = []profile.Attribute{{Type: oid.CommonName, Value: "Товариство"}, {Type: oid.OrganizationIdentifier, Value: "NTRUA-12345678"}}
		}),
		"expired":       certified(qes.CodeExpired, func(s *spec) { s.to = now.Add(-time.Second) }),
		"not valid yet": certified(qes.CodeNotYetValid, func(s *spec) { s.from = now.Add(time.Second) }),
	}
}

func subjectCases() map[string]hostile {
	subject := func(kind, value string) func(*spec) {
		return func(s *spec) {
			s.subject = slices.DeleteFunc(s.subject, func(a profile.Attribute) bool { return a.Type == kind })
			s.subject = append(s.subject, profile.Attribute{Type: kind, Value: value})
		}
	}
	directory := func(kind, value string) func(*spec) {
		return func(s *spec) {
			s.directory = slices.DeleteFunc(s.directory, func(a profile.Attribute) bool { return a.Type == kind })
			s.directory = append(s.directory, profile.Attribute{Type: kind, Value: value})
		}
	}
	operator := func(c *trial) { c.profile = qes.ProfileOperator }
	return map[string]hostile{
		"two common names": certified(qes.CodeSubject, func(s *spec) {
			s.subject = append(s.subject, profile.Attribute{Type: oid.CommonName, Value: "Інша"})
		}),
		"control character in a name": certified(qes.CodeSubject, subject(oid.CommonName, "Тестова\nГанна")),
		"direction mark in a name":    certified(qes.CodeSubject, subject(oid.CommonName, "Тестова\u202eГанна")),
		"two different tax numbers":   certified(qes.CodeIdentifierConflict, subject(oid.SerialNumber, "TINUA-1111111118")),
		"a tax number twice": certified(qes.CodeIdentifierConflict, func(s *spec) {
			s.directory = append(s.directory, s.directory[0])
		}),
		"two register numbers of people": certified(qes.CodeIdentifierConflict, subject(oid.SerialNumber, "PNOUA-19850614-00073")),
		"UNZR of no form":                certified(qes.CodeIdentifierSyntax, directory(oid.UAUnzr, "1985061400072")),
		"UNZR of no day":                 certified(qes.CodeIdentifierSyntax, directory(oid.UAUnzr, "19850231-00072")),
		"tax number of no form": certified(qes.CodeIdentifierSyntax, func(s *spec) {
			directory(oid.UARnokpp, "12-34")(s)
			subject(oid.SerialNumber, "401065")(s)
		}),
		"no number": certified(qes.CodeNoIdentifier, func(s *spec) {
			s.directory = nil
			subject(oid.SerialNumber, "401065")(s)
		}),
		"sole trader of another number": certified(qes.CodeIdentifierConflict, directory(oid.UAEdrpou, "1111111118")),
		"register number of no form":    certified(qes.CodeNoInstitution, directory(oid.UAEdrpou, "1234567")).with(operator),
		"zeroes as register number":     certified(qes.CodeNoInstitution, directory(oid.UAEdrpou, "00000000")).with(operator),
		"zeroes as the only number": certified(qes.CodeNoIdentifier, func(s *spec) {
			s.directory = []profile.Attribute{{Type: oid.UARnokpp, Value: "0000000000"}}
			subject(oid.SerialNumber, "401065")(s)
		}),
		"two institutions": certified(qes.CodeIdentifierConflict, func(s *spec) {
			directory(oid.UAEdrpou, "12345678")(s)
			subject(oid.OrganizationIdentifier, "NTRUA-87654321")(s)
		}),
		"wrong check digit": certified(qes.CodeIdentifierCheck, func(s *spec) {
			directory(oid.UARnokpp, "3121100720")(s)
			subject(oid.SerialNumber, "401065")(s)
		}).with(func(c *trial) { c.deps.CheckDigits = true }),
		"citizen as operator":     certified(qes.CodeNoInstitution, func(*spec) {}).with(operator),
		"sole trader as operator": certified(qes.CodeNoInstitution, directory(oid.UAEdrpou, "3121100721")).with(operator),
		"another institution": certified(qes.CodeInstitution, directory(oid.UAEdrpou, "12345678")).with(operator).with(func(c *trial) {
			c.deps.Institution = "00026620"
		}),
		"unknown profile": certified(qes.CodeProfile, func(*spec) {}).with(func(c *trial) { c.profile = "consul" }),
	}
}

// unlessIssuable is for certificates that the standard library will not read back after making them: issue fails first,
// so the broken value is put in by patching.
func (h hostile) unlessIssuable() hostile {
	return hostile{h.code, func(t *testing.T, l *lab) *trial {
		s := citizen()
		s.eku = []string{"1.2.3.4"}
		m := l.by(t, s.issue(t, &l.ca), cades.Options{})
		m.Certificates[0] = patch(t, m.Certificates[0], []byte{4, 7, 0x30, 5, 6, 3, 0x2a, 3, 4}, []byte{4, 7, 0x31, 5, 6, 3, 0x2a, 3, 4})
		return l.trial(t, encode(t, m))
	}}
}
