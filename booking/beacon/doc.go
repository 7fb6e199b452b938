// Package beacon is where a draw's randomness comes from: a public chain (drand) whose next value nobody knows,
// and which everybody can check afterwards.
//
// Terms. A chain is a key, a genesis and a period; round R is published at genesis + period·(R−1), as a BLS
// signature over the round's number. A relay is a server that hands rounds out; it is not trusted.
//
// Invariants. A signature counts only if it is the canonical 48 bytes of a point in the prime-order subgroup of
// G1, not infinity, and verifies under the chain's key; a point outside the subgroup would pass the pairing
// equation and give one round many values. The scheme is pinned with the chain, not read from a relay.
//
// Reading order: chain.go (parameters, times, verification), round.go (a round's JSON), relay.go (fetching),
// description.go (a chain as it is published). devbeacon is a chain of one's own for demo and tests.
//
// Sources: drand protocol, scheme bls-unchained-g1-rfc9380; RFC 9380 (hashing to curves).
package beacon
