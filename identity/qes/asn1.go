package qes

import (
	stdasn1 "encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// algorithm is an AlgorithmIdentifier; params is raw DER, nil if absent.
type algorithm struct {
	oid    string
	params []byte
}

func contextTag(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific() }

func readOID(s *cryptobyte.String) (string, bool) {
	var id stdasn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&id) {
		return "", false
	}
	return id.String(), true
}

func readAlgorithm(s *cryptobyte.String) (algorithm, bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return algorithm{}, false
	}
	id, ok := readOID(&body)
	if !ok {
		return algorithm{}, false
	}
	a := algorithm{oid: id}
	if !body.Empty() {
		var params cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1Element(&params, &tag) || !body.Empty() {
			return algorithm{}, false
		}
		a.params = params
	}
	return a, true
}

// nullOrAbsent tells whether parameters say nothing.
func (a algorithm) nullOrAbsent() bool {
	return a.params == nil || len(a.params) == 2 && a.params[0] == 5 && a.params[1] == 0
}

func readBitString(s *cryptobyte.String) ([]byte, bool) {
	var out []byte
	ok := s.ReadASN1BitStringAsBytes(&out)
	return out, ok
}
