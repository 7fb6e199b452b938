package devqtsp

import (
	"crypto"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes/oid"
)

const maxStampRequest = 4 << 10

// Failure bits of RFC 3161, 2.4.2.
const (
	failBadAlgorithm  = 0
	failBadDataFormat = 5
	failPolicy        = 15
	failExtension     = 16
)

// stampRequest is a TimeStampReq.
type stampRequest struct {
	imprint     []byte // raw MessageImprint
	nonce       *big.Int
	certificate bool
}

// Stamp answers an RFC 3161 request (DER of TimeStampReq) with a TimeStampResp in DER. A request that RFC 3161 refuses
// gets an answer that says so; an error means that the service itself failed.
func (a *Authority) Stamp(now time.Time, request []byte) ([]byte, error) {
	r, failure := parseStampRequest(request)
	if failure >= 0 {
		return stampResponse(failure, nil)
	}
	serial, err := a.serial()
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	info, err := r.info(serial, now)
	if err != nil {
		return nil, fmt.Errorf("encode time stamp: %w", err)
	}
	message, err := cades.Build(info, a.tsa.certificate, a.tsa.key, cades.Options{
		ContentType: oid.TSTInfo, SigningTime: now, Rand: a.rand,
	})
	if err != nil {
		return nil, fmt.Errorf("sign time stamp: %w", err)
	}
	if !r.certificate {
		message.Certificates = nil
	}
	token, err := message.Encode()
	if err != nil {
		return nil, fmt.Errorf("encode time stamp: %w", err)
	}
	return stampResponse(-1, token)
}

// parseStampRequest returns the request, or a failure bit; -1 means none.
func parseStampRequest(der []byte) (r stampRequest, failure int) {
	s := cryptobyte.String(der)
	var body, imprint, algorithm, hash, params cryptobyte.String
	var version int
	if len(der) > maxStampRequest || !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Integer(&version) || version != 1 || !body.ReadASN1Element(&imprint, asn1.SEQUENCE) {
		return r, failBadDataFormat
	}
	r.imprint = imprint
	var id cryptobyte.String
	if !imprint.ReadASN1(&imprint, asn1.SEQUENCE) || !imprint.ReadASN1(&algorithm, asn1.SEQUENCE) ||
		!algorithm.ReadASN1Element(&id, asn1.OBJECT_IDENTIFIER) || !imprint.ReadASN1(&hash, asn1.OCTET_STRING) || !imprint.Empty() {
		return r, failBadDataFormat
	}
	if !algorithm.Empty() && (!algorithm.ReadASN1(&params, asn1.NULL) || !params.Empty() || !algorithm.Empty()) {
		return r, failBadAlgorithm
	}
	if !knownImprint(id, len(hash)) {
		return r, failBadAlgorithm
	}
	if body.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		var policy cryptobyte.String
		if !body.ReadASN1Element(&policy, asn1.OBJECT_IDENTIFIER) || string(policy) != string(encodeOID(oid.UATSAPolicy)) {
			return r, failPolicy
		}
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		r.nonce = new(big.Int)
		if !body.ReadASN1Integer(r.nonce) {
			return r, failBadDataFormat
		}
	}
	if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&r.certificate) {
		return r, failBadDataFormat
	}
	if !body.Empty() {
		return r, failExtension
	}
	return r, -1
}

func knownImprint(id []byte, length int) bool {
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if string(id) == string(encodeOID(cades.DigestOID(h))) {
			return length == h.Size()
		}
	}
	return false
}

func encodeOID(dotted string) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(oid.Parse(dotted))
	return b.BytesOrPanic()
}

// info encodes TSTInfo with an accuracy of one second.
func (r stampRequest) info(serial *big.Int, now time.Time) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(oid.Parse(oid.UATSAPolicy))
		b.AddBytes(r.imprint)
		b.AddASN1BigInt(serial)
		b.AddASN1GeneralizedTime(now.UTC().Truncate(time.Second))
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
		if r.nonce != nil {
			b.AddASN1BigInt(r.nonce)
		}
	})
	return b.Bytes()
}

// stampResponse encodes TimeStampResp: granted with a token, or rejected with a failure bit.
func stampResponse(failure int, token []byte) ([]byte, error) {
	const granted, rejection = 0, 2
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if failure < 0 {
				b.AddASN1Int64(granted)
				return
			}
			b.AddASN1Int64(rejection)
			bits := make([]byte, failure/8+1)
			bits[failure/8] = 0x80 >> (failure % 8)
			b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
				b.AddUint8(uint8(7 - failure%8)) // unused bits
				b.AddBytes(bits)
			})
		})
		b.AddBytes(token)
	})
	return b.Bytes()
}
