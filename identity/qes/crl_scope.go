package qes

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

// scope of a list: about which of its issuer's certificates it speaks. The zero value is all of them.
type scope struct {
	users       bool // those of users only
	authorities bool // those of authorities only
	// A named list is one part of several: it speaks about the certificates that name one of its addresses. Names other
	// than URIs are not compared, so a list without a URI speaks about no certificate.
	named     bool
	addresses []string
}

// covers tells whether a list of this scope speaks about the certificate (RFC 5280, 6.3.3 b).
func (s *scope) covers(c *certificate) bool {
	if s.users && c.IsCA || s.authorities && !c.IsCA {
		return false
	}
	if !s.named {
		return true
	}
	for _, of := range distributionAddresses(c.extension(oid.CRLDistributionPoints)) {
		for _, address := range s.addresses {
			if of == address {
				return true
			}
		}
	}
	return false
}

// readScope reads issuingDistributionPoint. Whatever is not of the form of RFC 5280, 5.2.5 makes the list unusable, and so
// do lists of attribute certificates and indirect ones. A list for some reasons only, or one with a name relative to its
// issuer, can still revoke.
func (l *revocationList) readScope(value []byte) {
	if defect := l.readScopeForm(value); defect != "" {
		l.defect = defect
	}
	if l.defect != "" {
		l.scope = scope{} // nothing is known of it, so it hinders every certificate of the issuer
	}
}

// readScopeForm returns what is wrong, "" if nothing.
func (l *revocationList) readScopeForm(value []byte) string {
	s := cryptobyte.String(value)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || body.Empty() {
		return "distribution point"
	}
	if body.PeekASN1Tag(contextTag(0).Constructed()) && !l.readPointName(&body) {
		return "distribution point's name"
	}
	for last := contextTag(0); !body.Empty(); {
		var field cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1(&field, &tag) || tag <= last || tag > contextTag(5) || !l.readScopeField(tag, field) {
			return "distribution point"
		}
		last = tag
	}
	if l.scope.users && l.scope.authorities {
		return "for users only and for authorities only"
	}
	return ""
}

// readScopeField reads one of the fields that follow the name.
func (l *revocationList) readScopeField(tag asn1.Tag, field cryptobyte.String) bool {
	if tag == contextTag(3) {
		l.limit = "for some reasons only"
		return len(field) > 1
	}
	on, ok := truth(field)
	switch {
	case !on:
	case tag == contextTag(1):
		l.scope.users = true
	case tag == contextTag(2):
		l.scope.authorities = true
	default:
		l.defect = "indirect, or of attribute certificates"
	}
	return ok
}

// truth reads the value of a BOOLEAN. An encoder that writes out the default is forgiven.
func truth(value []byte) (on, ok bool) {
	if len(value) != 1 || value[0] != 0 && value[0] != 0xff {
		return false, false
	}
	return value[0] == 0xff, true
}

// readPointName reads the first field of issuingDistributionPoint.
func (l *revocationList) readPointName(body *cryptobyte.String) bool {
	var name, names cryptobyte.String
	if !body.ReadASN1(&name, contextTag(0).Constructed()) {
		return false
	}
	if name.PeekASN1Tag(contextTag(1).Constructed()) && name.SkipASN1(contextTag(1).Constructed()) && name.Empty() {
		l.limit = "named relative to its issuer"
		return true
	}
	if !name.ReadASN1(&names, contextTag(0).Constructed()) || !name.Empty() || names.Empty() {
		return false
	}
	var ok bool
	l.scope.named = true
	l.scope.addresses, ok = readAddresses(names)
	return ok
}

// readAddresses returns the URIs of GeneralNames, byte for byte.
func readAddresses(names cryptobyte.String) ([]string, bool) {
	var out []string
	for !names.Empty() {
		var name cryptobyte.String
		var tag asn1.Tag
		if !names.ReadAnyASN1(&name, &tag) || tag&^0x3f != contextTag(0) {
			return nil, false
		}
		if tag == contextTag(6) && len(name) > 0 {
			out = append(out, string(name))
		}
	}
	return out, true
}

// distributionAddresses returns the URIs at which a certificate says that the list about it lies. Points for some reasons
// only and points of another issuer's list are left out; an extension of another form names nothing.
func distributionAddresses(extension []byte) []string {
	s := cryptobyte.String(extension)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil
	}
	var out []string
	for !list.Empty() {
		var point, name, names cryptobyte.String
		var named bool
		if !list.ReadASN1(&point, asn1.SEQUENCE) || !point.ReadOptionalASN1(&name, &named, contextTag(0).Constructed()) {
			return nil
		}
		if !named || !point.Empty() { // reasons [1] or the list's issuer [2]
			continue
		}
		if !name.ReadASN1(&names, contextTag(0).Constructed()) {
			continue // relative to the issuer
		}
		addresses, ok := readAddresses(names)
		if !ok || !name.Empty() {
			return nil
		}
		out = append(out, addresses...)
	}
	return out
}
