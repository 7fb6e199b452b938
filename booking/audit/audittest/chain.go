package audittest

import (
	"fmt"
	"math/big"
	"sync"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"chesna/booking/beacon"
	"chesna/booking/draw"
)

// Chain is a beacon of one's own. It remembers what it signed, and is safe for concurrent use.
type Chain struct {
	chain  *beacon.Chain
	secret *big.Int
	mu     sync.Mutex
	known  map[uint64][48]byte
}

// genesis is when all chains of tests begin.
var genesis = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// NewChain makes a chain whose key is a small secret.
func NewChain(id string, secret int64, development bool) *Chain {
	c := &Chain{secret: big.NewInt(secret), known: map[uint64][48]byte{}}
	var key bls.G2Affine
	key.ScalarMultiplicationBase(c.secret)
	raw := key.Bytes()
	var err error
	c.chain, err = beacon.NewChain(beacon.Params{
		PublicKey: raw[:], Period: 3 * time.Second, Genesis: genesis.Unix(), GenesisSeed: make([]byte, 32), BeaconID: id, Development: development,
	})
	if err != nil {
		panic(err)
	}
	return c
}

// Quicknet is drand's public chain with the rounds that are given: nobody can sign another.
func Quicknet(rounds map[uint64][48]byte) *Chain {
	return &Chain{chain: beacon.Quicknet(), known: rounds}
}

// Info is the chain as leaves name it.
func (c *Chain) Info() draw.BeaconInfo {
	d := c.chain.Describe()
	b := draw.BeaconInfo{
		ID: d.ID, Scheme: d.Scheme, PublicKey: d.PublicKey, Period: d.Period, Genesis: d.Genesis,
		GenesisSeed: d.GenesisSeed, Development: d.Development,
	}
	b.ChainHash = c.chain.Hash
	return b
}

// TimeOf is when a round is published.
func (c *Chain) TimeOf(round uint64) time.Time { return c.chain.TimeOf(round) }

// Sign is a round's signature.
func (c *Chain) Sign(round uint64) [48]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.known[round]; ok {
		return s
	}
	message := beacon.Message(round)
	h, err := bls.HashToG1(message[:], []byte(beacon.Domain))
	if err != nil {
		panic(fmt.Sprintf("hash to the curve: %v", err))
	}
	h.ScalarMultiplication(&h, c.secret)
	c.known[round] = h.Bytes()
	return c.known[round]
}
