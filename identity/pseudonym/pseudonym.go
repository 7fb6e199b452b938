// Package pseudonym turns numbers that name people into keyed hashes (HMAC-SHA256), which stores may keep.
//
// Terms. A pseudonym is the hash of one identifier under one key version. Tax numbers have few enough values to
// try them all, so an unkeyed hash would hide nothing: the key is the secret.
//
// Invariants: equal identifiers give equal pseudonyms under a version; the kind is hashed with the value, so a
// document that looks like a tax number is not one; every loaded version is answered, so that a key can be
// changed while both are in use.
package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"

	"chesna/identity"
	"chesna/identity/keyring"
)

// Hasher implements identity.Pseudonymiser. It is safe for concurrent use.
type Hasher struct {
	versions    []int
	identifiers map[int][]byte
	current     []byte
}

// New derives the keys from the ring. Retired versions are not hashed under any more, though the ring keeps them to
// open what they sealed.
func New(ring *keyring.Ring, retired ...int) (*Hasher, error) {
	if ring == nil {
		return nil, errors.New("pseudonym: no keyring")
	}
	if slices.Contains(retired, ring.Current()) {
		return nil, errors.New("pseudonym: the current key version cannot be retired")
	}
	current, _ := ring.Key("mac", ring.Current())
	versions := slices.DeleteFunc(ring.Versions(), func(v int) bool { return slices.Contains(retired, v) })
	return &Hasher{versions: versions, identifiers: ring.Keys("identifier"), current: current}, nil
}

// Pseudonyms answers one hash per key version, the current version first.
func (h *Hasher) Pseudonyms(id identity.Identifier) []identity.Pseudonym {
	list := make([]identity.Pseudonym, len(h.versions))
	for i, v := range h.versions {
		list[i] = identity.Pseudonym{KeyVersion: v, MAC: sum(h.identifiers[v], string(id.Kind), []byte(id.Value))}
	}
	return list
}

// MAC is a keyed hash of data for a purpose, under the current version.
func (h *Hasher) MAC(purpose string, data []byte) [32]byte { return sum(h.current, purpose, data) }

func sum(key []byte, label string, data []byte) (out [32]byte) {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(label))
	m.Write([]byte{0}) // labels hold no zero byte
	m.Write(data)
	m.Sum(out[:0])
	return out
}
