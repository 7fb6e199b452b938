package profile

import (
	"crypto/x509/pkix"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// Attribute is one relative distinguished name: an attribute type in dotted form and its text.
type Attribute struct{ Type, Value string }

// Name encodes a distinguished name, one attribute in each set. Country and serial number become PrintableString, as
// X.520 wants; everything else UTF8String. Attributes with empty text are left out.
func Name(attributes ...Attribute) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range attributes {
			if a.Value == "" {
				continue
			}
			tag := asn1.UTF8String
			if a.Type == oid.Country || a.Type == oid.SerialNumber {
				tag = asn1.PrintableString
			}
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oid.Parse(a.Type))
					b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.Value)) })
				})
			})
		}
	})
	return b.Bytes()
}

// QCStatements encodes the extension of ETSI EN 319 412-5. Each statement is an identifier without further data, except
// that types, if any, are put into one QcType statement.
func QCStatements(critical bool, statements, types []string) (pkix.Extension, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, s := range statements {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid.Parse(s)) })
		}
		if len(types) == 0 {
			return
		}
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid.Parse(oid.QcType))
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, t := range types {
					b.AddASN1ObjectIdentifier(oid.Parse(t))
				}
			})
		})
	})
	return extension(oid.QCStatements, critical, &b)
}

// DirectoryAttributes encodes subjectDirectoryAttributes (RFC 5280, 4.2.1.8), each attribute with one value. Digits and
// Latin letters become PrintableString, other text UTF8String. Attributes with empty text are left out.
func DirectoryAttributes(attributes ...Attribute) (pkix.Extension, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range attributes {
			if a.Value == "" {
				continue
			}
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oid.Parse(a.Type))
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
					b.AddASN1(stringTag(a.Value), func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.Value)) })
				})
			})
		}
	})
	return extension(oid.SubjectDirectoryAttributes, false, &b)
}

func stringTag(s string) asn1.Tag {
	for _, r := range s {
		if r > 0x7e {
			return asn1.UTF8String
		}
	}
	return asn1.PrintableString
}

// Policies encodes certificatePolicies with the given policy identifiers, without qualifiers.
func Policies(policies ...string) (pkix.Extension, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, p := range policies {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid.Parse(p)) })
		}
	})
	return extension(oid.CertificatePolicies, false, &b)
}

// ExtendedKeyUsage encodes the extension with a chosen criticality: crypto/x509 never marks it critical, but a time
// stamp certificate must (RFC 3161, 2.3).
func ExtendedKeyUsage(critical bool, usages ...string) (pkix.Extension, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, u := range usages {
			b.AddASN1ObjectIdentifier(oid.Parse(u))
		}
	})
	return extension(oid.ExtendedKeyUsage, critical, &b)
}

func extension(id string, critical bool, b *cryptobyte.Builder) (pkix.Extension, error) {
	value, err := b.Bytes()
	if err != nil {
		return pkix.Extension{}, err
	}
	return pkix.Extension{Id: oid.Parse(id), Critical: critical, Value: value}, nil
}
