package qes

import "crypto/sha256"

// Digest is the SignerInfoDigest that Verify would give for a message, without a verdict on it: for recognising
// a signature that was accepted before. Every error is an *Error.
func Digest(message []byte) ([32]byte, error) {
	m, err := readMessage(message)
	if err != nil {
		return [32]byte{}, err
	}
	return m.digest(), nil
}

// digest is SHA-256 of the signer's part without its unsigned attributes.
func (m *message) digest() [32]byte { return sha256.Sum256(m.signer.body) }

// readMessage is steps 1 and 2: size, form, structure.
func readMessage(raw []byte) (*message, error) {
	if len(raw) > MaxMessage {
		return nil, fail(CodeTooLarge, "the message is too large")
	}
	der, err := normalise(raw)
	if err != nil {
		return nil, err
	}
	return parseMessage(der)
}
