package qes

import "crypto/sha256"

// Digest is the SignerInfoDigest that Verify would give for a message, without a verdict on it: for recognising
// a signature that was accepted before. Every error is an *Error.
func Digest(message []byte) ([32]byte, error) {
	if len(message) > MaxMessage {
		return [32]byte{}, fail(CodeTooLarge, "the message is too large")
	}
	der, err := normalise(message)
	if err != nil {
		return [32]byte{}, err
	}
	m, err := parseMessage(der)
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(m.signer.body), nil
}
