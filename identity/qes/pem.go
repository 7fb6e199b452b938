package qes

import (
	"bytes"
	"encoding/pem"
)

const (
	pemMark     = "-----BEGIN "
	derSequence = 0x30 // how DER files begin; also the digit 0, with which no PEM file begins
)

// DecodePEM returns the DER blocks of a file: the file itself if it is not PEM, otherwise its blocks, which must all be of
// the kind. Text between blocks is allowed, as openssl writes some; headers inside and a broken block are not. At most limit bytes are read.
func DecodePEM(file []byte, kind string, limit int) ([][]byte, error) {
	if len(file) == 0 || len(file) > limit {
		return nil, fail(CodePEM, "empty or too large")
	}
	if file[0] == derSequence || !bytes.Contains(file, []byte(pemMark)) {
		return [][]byte{file}, nil
	}
	var out [][]byte
	want := bytes.Count(file, []byte(pemMark))
	for {
		block, rest := pem.Decode(file)
		if block == nil {
			break
		}
		if block.Type != kind || len(block.Headers) > 0 {
			return nil, fail(CodePEM, "a block of another kind")
		}
		out = append(out, block.Bytes)
		file = rest
	}
	if len(out) == 0 || len(out) != want {
		return nil, fail(CodePEM, "a broken block")
	}
	return out, nil
}

// DecodeMessage returns the bytes of a message from a file that is DER, or PEM with exactly one CMS or PKCS7 block.
func DecodeMessage(file []byte) ([]byte, error) {
	const limit = MaxMessage/3*4 + MaxMessage/16 // base64 with line ends and marks
	trimmed := bytes.TrimSpace(file)
	if !bytes.HasPrefix(trimmed, []byte(pemMark)) {
		return file, nil
	}
	if len(file) > limit {
		return nil, fail(CodeTooLarge, "the message is too large")
	}
	block, rest := pem.Decode(trimmed)
	if block == nil || block.Type != "CMS" && block.Type != "PKCS7" || len(block.Headers) > 0 {
		return nil, fail(CodePEM, "not a CMS or PKCS7 block")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, fail(CodeTrailingBytes, "bytes after the end of the message")
	}
	return block.Bytes, nil
}
