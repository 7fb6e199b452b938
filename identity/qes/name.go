package qes

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/qes/oid"
)

const (
	maxNameAttributes = 32
	maxText           = 512 // bytes of one name or number
	tagBMPString      = asn1.Tag(30)
)

// parseName reads a distinguished name: the text of each attribute type that matters here. Such a type may come only
// once; others, such as organizational units, may repeat.
func parseName(raw []byte) (map[string]string, error) {
	malformed := fail(CodeSubject, "the subject's name cannot be read")
	s := cryptobyte.String(raw)
	var sets cryptobyte.String
	if !s.ReadASN1(&sets, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformed
	}
	out := map[string]string{}
	for n := 0; !sets.Empty(); {
		var set cryptobyte.String
		if !sets.ReadASN1(&set, asn1.SET) || set.Empty() {
			return nil, malformed
		}
		for ; !set.Empty(); n++ {
			var pair cryptobyte.String
			if n == maxNameAttributes || !set.ReadASN1(&pair, asn1.SEQUENCE) {
				return nil, malformed
			}
			id, ok := readOID(&pair)
			if !ok {
				return nil, malformed
			}
			if !wanted(id) {
				continue
			}
			text, ok := readText(&pair)
			if !ok || !pair.Empty() {
				return nil, malformed
			}
			if _, twice := out[id]; twice {
				return nil, fail(CodeSubject, "the subject's name has attribute "+id+" twice")
			}
			out[id] = text
		}
	}
	return out, nil
}

func wanted(id string) bool {
	switch id {
	case oid.CommonName, oid.Surname, oid.GivenName, oid.SerialNumber, oid.Organization, oid.OrganizationIdentifier:
		return true
	}
	return false
}

// parseDirectory reads the Ukrainian numbers of subjectDirectoryAttributes, each at most once with one value.
func parseDirectory(value []byte) (map[string]string, error) {
	out := map[string]string{}
	if value == nil {
		return out, nil
	}
	malformed := fail(CodeExtension, "subject directory attributes")
	s := cryptobyte.String(value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformed
	}
	for n := 0; !list.Empty(); n++ {
		var attribute, values cryptobyte.String
		if n == maxNameAttributes || !list.ReadASN1(&attribute, asn1.SEQUENCE) {
			return nil, malformed
		}
		id, ok := readOID(&attribute)
		if !ok || !attribute.ReadASN1(&values, asn1.SET) || !attribute.Empty() {
			return nil, malformed
		}
		if id != oid.UARnokpp && id != oid.UAEdrpou && id != oid.UAUnzr {
			continue
		}
		text := ""
		if !values.Empty() {
			if text, ok = readText(&values); !ok || !values.Empty() {
				return nil, malformed
			}
		}
		if _, twice := out[id]; twice {
			return nil, fail(CodeIdentifierConflict, "a number comes twice")
		}
		out[id] = text
	}
	return out, nil
}

// readText reads a string of any usual kind. Control characters, direction marks and broken encodings are refused: the text is shown to people.
func readText(s *cryptobyte.String) (string, bool) {
	var content cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&content, &tag) || len(content) > maxText {
		return "", false
	}
	text := string(content)
	switch tag {
	case asn1.UTF8String:
	case asn1.PrintableString, asn1.IA5String, asn1.T61String, asn1.Tag(18): // 18: NumericString
		for _, b := range content {
			if b >= 0x80 {
				return "", false
			}
		}
	case tagBMPString:
		if len(content)%2 != 0 {
			return "", false
		}
		units := make([]uint16, 0, len(content)/2)
		for i := 0; i < len(content); i += 2 {
			units = append(units, uint16(content[i])<<8|uint16(content[i+1]))
		}
		text = string(utf16.Decode(units))
	default:
		return "", false
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		return "", false
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return "", false
		}
	}
	return strings.TrimSpace(text), true
}
