package draw

import "crypto/sha256"

// leafHash is RFC 6962's hash of a leaf: SHA-256(00 ‖ line).
func leafHash(line []byte) [32]byte {
	buf := make([]byte, 0, 160)
	buf = append(buf, 0)
	return sha256.Sum256(append(buf, line...))
}

// root is the RFC 6962 Merkle root over lines without their LF.
func root(rows [][]byte) [32]byte {
	leaves := make([][32]byte, len(rows))
	for i, r := range rows {
		leaves[i] = leafHash(r)
	}
	return rootOf(leaves)
}

// rootOf folds leaf hashes, which it overwrites. Pairing neighbours and carrying an odd last one up gives the
// tree of RFC 6962, section 2.1; no leaves: SHA-256 of nothing.
func rootOf(level [][32]byte) [32]byte {
	if len(level) == 0 {
		return sha256.Sum256(nil)
	}
	var node [65]byte
	node[0] = 1
	for len(level) > 1 {
		n := 0
		for i := 0; i+1 < len(level); i += 2 {
			copy(node[1:33], level[i][:])
			copy(node[33:], level[i+1][:])
			level[n] = sha256.Sum256(node[:])
			n++
		}
		if len(level)%2 == 1 {
			level[n] = level[len(level)-1]
			n++
		}
		level = level[:n]
	}
	return level[0]
}
