package beacon

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

// SignatureBytes is the length of a round's signature.
const SignatureBytes = 48

// Scheme is the only scheme that is understood. A chain's hash does not cover it, so it is pinned apart.
const Scheme = "bls-unchained-g1-rfc9380"

// Domain separates the scheme's hashing to the curve (RFC 9380).
const Domain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

// Chain is a beacon's parameters with its verification key. It is immutable.
type Chain struct {
	Hash    [32]byte
	Genesis time.Time
	Period  time.Duration
	key     bls.G2Affine
	params  Params
}

// Params are a chain's parameters as they are published.
type Params struct {
	PublicKey   []byte // compressed point of G2, 96 bytes
	Period      time.Duration
	Genesis     int64 // Unix seconds
	GenesisSeed []byte
	BeaconID    string
	// Development marks a chain whose key one operator holds: what rests on it is not independent. The hash does
	// not cover the mark.
	Development bool
}

// NewChain checks the parameters and computes the chain's hash.
func NewChain(p Params) (*Chain, error) {
	p.PublicKey, p.GenesisSeed = bytes.Clone(p.PublicKey), bytes.Clone(p.GenesisSeed)
	c := &Chain{Genesis: time.Unix(p.Genesis, 0).UTC(), Period: p.Period, params: p}
	if p.Period < time.Second || p.Period%time.Second != 0 || p.Period > 24*time.Hour {
		return nil, fmt.Errorf("beacon: a period of %s", p.Period)
	}
	if n, err := c.key.SetBytes(p.PublicKey); err != nil || n != 96 || len(p.PublicKey) != 96 || c.key.IsInfinity() {
		return nil, fmt.Errorf("beacon: the key is not a point of the group")
	}
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(p.Period/time.Second)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(p.Genesis)))
	h.Write(p.PublicKey)
	h.Write(p.GenesisSeed)
	if p.BeaconID != "default" {
		h.Write([]byte(p.BeaconID))
	}
	h.Sum(c.Hash[:0])
	return c, nil
}

// Quicknet is drand's public chain with a period of 3 s.
func Quicknet() *Chain {
	key, err := hex.DecodeString("83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")
	if err != nil {
		panic(err) // a constant of this file
	}
	seed, err := hex.DecodeString("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e")
	if err != nil {
		panic(err)
	}
	c, err := NewChain(Params{PublicKey: key, Period: 3 * time.Second, Genesis: 1692803367, GenesisSeed: seed, BeaconID: "quicknet"})
	if err != nil {
		panic(err)
	}
	return c
}

// Development tells whether the chain says of itself that one operator holds its key. Whoever judges independence
// must pin the hashes of the chains that he takes for public, and not rest on this mark.
func (c *Chain) Development() bool { return c.params.Development }

// TimeOf is when a round is published; for rounds after some 290 years, a time that does not come.
func (c *Chain) TimeOf(round uint64) time.Time {
	if round == 0 {
		round = 1
	}
	if round-1 > uint64(math.MaxInt64/c.Period) {
		return c.Genesis.Add(math.MaxInt64)
	}
	return c.Genesis.Add(c.Period * time.Duration(round-1))
}

// RoundAt is the first round published at or after an instant.
func (c *Chain) RoundAt(t time.Time) uint64 {
	if !t.After(c.Genesis) {
		return 1
	}
	since := t.Sub(c.Genesis)
	round := 1 + uint64(since/c.Period)
	if since%c.Period != 0 {
		round++
	}
	return round
}

// Latest is the last round published at or before an instant; 0 before the first.
func (c *Chain) Latest(t time.Time) uint64 {
	if t.Before(c.Genesis) {
		return 0
	}
	return 1 + uint64(t.Sub(c.Genesis)/c.Period)
}

// RefusedError says why a round's signature does not count.
type RefusedError struct {
	Round  uint64
	Reason string
}

// Error names the round and the reason.
func (e *RefusedError) Error() string { return fmt.Sprintf("beacon round %d: %s", e.Round, e.Reason) }

// Verify checks a round's signature: about 2 ms. Every refusal is a *RefusedError.
func (c *Chain) Verify(round uint64, signature []byte) error {
	refuse := func(reason string) error { return &RefusedError{round, reason} }
	if round == 0 {
		return refuse("rounds begin at 1")
	}
	if len(signature) != SignatureBytes {
		return refuse("the signature has not 48 bytes")
	}
	var s bls.G1Affine
	if _, err := s.SetBytes(signature); err != nil { // checks curve and subgroup
		return refuse("the signature is not a point of the group")
	}
	if s.IsInfinity() {
		return refuse("the signature is the point at infinity")
	}
	if again := s.Bytes(); !bytes.Equal(again[:], signature) {
		return refuse("the signature is not in canonical form")
	}
	message := Message(round)
	h, err := bls.HashToG1(message[:], []byte(Domain))
	if err != nil {
		return fmt.Errorf("hash the round to the curve: %w", err)
	}
	_, _, _, g2 := bls.Generators()
	s.Neg(&s)
	ok, err := bls.PairingCheck([]bls.G1Affine{s, h}, []bls.G2Affine{g2, c.key})
	if err != nil || !ok {
		return refuse("the signature does not verify")
	}
	return nil
}

// Message is what a round's signature signs: SHA-256 of its number.
func Message(round uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
}

// Randomness is the round's value: SHA-256 of the signature.
func Randomness(signature []byte) [32]byte { return sha256.Sum256(signature) }
