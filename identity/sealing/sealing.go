// Package sealing encrypts personal data at rest with AES-256-GCM.
//
// Terms. A sealed value is format (1 byte, 1), key version (2 bytes), nonce (12 random bytes), ciphertext and tag.
// What it is bound to (the person's UUID, say) is authenticated with it but not kept in it.
//
// Invariants: a value opens only for its purpose and with the bytes it was bound to; every change of it is
// noticed; errors hold no plain text. A key of one purpose and version must seal fewer than 2^32 values (random
// nonces, NIST SP 800-38D 8.3): change the master long before.
package sealing

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"chesna/identity"
	"chesna/identity/keyring"
)

const (
	format      = 1
	headerBytes = 3
)

// ErrBroken is a value that was changed, bound to something else, or sealed under a key that is not loaded.
var ErrBroken = errors.New("sealing: the value cannot be opened")

// Box implements identity.Sealer. It is safe for concurrent use.
type Box struct {
	current int
	ciphers map[identity.Purpose]map[int]cipher.AEAD
}

// New derives a key for each purpose and loaded version.
func New(ring *keyring.Ring) (*Box, error) {
	if ring == nil {
		return nil, errors.New("sealing: no keyring")
	}
	b := &Box{current: ring.Current(), ciphers: map[identity.Purpose]map[int]cipher.AEAD{}}
	for _, p := range []identity.Purpose{
		identity.SealNames, identity.SealEmail, identity.SealEvidence, identity.SealIdentifier, identity.SealApplicant,
	} {
		b.ciphers[p] = map[int]cipher.AEAD{}
		for version, key := range ring.Keys("seal/" + string(p)) {
			block, err := aes.NewCipher(key)
			if err != nil {
				return nil, fmt.Errorf("sealing: %w", err)
			}
			if b.ciphers[p][version], err = cipher.NewGCMWithRandomNonce(block); err != nil {
				return nil, fmt.Errorf("sealing: %w", err)
			}
		}
	}
	return b, nil
}

// Seal encrypts plain under the current key and binds it to bound.
func (b *Box) Seal(p identity.Purpose, bound, plain []byte) ([]byte, error) {
	c, ok := b.ciphers[p][b.current]
	if !ok {
		return nil, fmt.Errorf("sealing: unknown purpose %q", p)
	}
	header := binary.BigEndian.AppendUint16([]byte{format}, uint16(b.current))
	return c.Seal(header, nil, plain, additional(header, p, bound)), nil
}

// Open decrypts what Seal made for the same purpose and bound bytes, or answers ErrBroken.
func (b *Box) Open(p identity.Purpose, bound, sealed []byte) ([]byte, error) {
	if len(sealed) < headerBytes || sealed[0] != format {
		return nil, ErrBroken
	}
	header := sealed[:headerBytes]
	c, ok := b.ciphers[p][int(binary.BigEndian.Uint16(header[1:]))]
	if !ok {
		return nil, ErrBroken
	}
	plain, err := c.Open(nil, nil, sealed[headerBytes:], additional(header, p, bound))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// additional is what is authenticated beside the plain text. Purposes hold no zero byte, so it reads one way only.
func additional(header []byte, p identity.Purpose, bound []byte) []byte {
	out := make([]byte, 0, len(header)+len(p)+1+len(bound))
	out = append(out, header...)
	out = append(out, p...)
	out = append(out, 0)
	return append(out, bound...)
}
