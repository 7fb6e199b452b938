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
	t := newTree(newHasher())
	for _, r := range rows {
		t.add(leafHash(r))
	}
	return t.root()
}

// tree computes an RFC 6962 Merkle root (section 2.1) leaf by leaf. It keeps the roots of the full subtrees that the
// leaves so far make up: one for each bit that is set in their number, the largest first.
type tree struct {
	*hasher
	n    int
	full [][32]byte
	node []byte // the padded message 01 ‖ left ‖ right
}

func newTree(h *hasher) *tree {
	t := &tree{hasher: h, node: pad(make([]byte, 2*blockBytes), 1+2*sha256.Size)}
	t.node[0] = 1
	return t
}

// join is the hash of an inner node.
func (t *tree) join(left, right *[32]byte) [32]byte {
	copy(t.node[1:], left[:])
	copy(t.node[1+sha256.Size:], right[:])
	return [32]byte(t.hash(t.node))
}

func (t *tree) add(leaf [32]byte) {
	for size := t.n; size&1 == 1; size >>= 1 {
		last := len(t.full) - 1
		leaf = t.join(&t.full[last], &leaf)
		t.full = t.full[:last]
	}
	t.full = append(t.full, leaf)
	t.n++
}

// root is the root over the leaves so far; no leaves: SHA-256 of nothing.
func (t *tree) root() [32]byte {
	if t.n == 0 {
		return sha256.Sum256(nil)
	}
	sum := t.full[len(t.full)-1]
	for i := len(t.full) - 2; i >= 0; i-- {
		sum = t.join(&t.full[i], &sum)
	}
	return sum
}
