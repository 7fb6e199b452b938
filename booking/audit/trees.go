package audit

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// trees gathers what proofs and checkpoints say about one log: the root of each size, and the hash of each complete
// subtree, which is the same in every later tree. Two different values for one place are two different logs.
type trees struct {
	roots map[int64]tlog.Hash
	nodes map[node]tlog.Hash
	forks []string
}

// node is a complete subtree: the leaves from index·2^level on, 2^level of them.
type node struct {
	level int
	index int64
}

func newTrees() *trees {
	return &trees{roots: map[int64]tlog.Hash{}, nodes: map[node]tlog.Hash{}}
}

// root takes a checkpoint's root.
func (t *trees) root(size int64, root tlog.Hash, where string) {
	if had, ok := t.roots[size]; ok && had != root {
		t.forks = append(t.forks, fmt.Sprintf("two checkpoints of size %d have different roots (%s)", size, where))
		return
	}
	t.roots[size] = root
}

// proof takes the hashes along a leaf's inclusion proof, as far as they are of complete subtrees.
func (t *trees) proof(size, index int64, leaf tlog.Hash, hashes []tlog.Hash, where string) {
	lo, hi := int64(0), size // the tree that the remaining hashes lead through, from the root down
	type step struct{ lo, hi, siblingLo, siblingHi int64 }
	var path []step
	for hi-lo > 1 {
		k := int64(1) << (bits.Len64(uint64(hi-lo-1)) - 1) // the largest power of two below the number of leaves
		s := step{lo: lo, hi: hi}
		if index < lo+k {
			s.siblingLo, s.siblingHi, hi = lo+k, hi, lo+k
		} else {
			s.siblingLo, s.siblingHi, lo = lo, lo+k, lo+k
		}
		path = append(path, s)
	}
	if len(path) != len(hashes) {
		return // the proof is wrong, which another check says
	}
	h := leaf
	t.node(index, index+1, h, where)
	for i, sibling := range hashes {
		s := path[len(path)-1-i]
		t.node(s.siblingLo, s.siblingHi, sibling, where)
		if s.siblingLo == s.lo {
			h = tlog.NodeHash(sibling, h)
		} else {
			h = tlog.NodeHash(h, sibling)
		}
		t.node(s.lo, s.hi, h, where)
	}
}

func (t *trees) node(lo, hi int64, h tlog.Hash, where string) {
	if bits.OnesCount64(uint64(hi-lo)) != 1 || lo%(hi-lo) != 0 {
		return // incomplete: it will still change
	}
	level := bits.TrailingZeros64(uint64(hi - lo))
	n := node{level, lo >> level}
	if had, ok := t.nodes[n]; ok && had != h {
		t.forks = append(t.forks, fmt.Sprintf("leaves %d to %d of the log differ between checkpoints (%s)", lo, hi-1, where))
		return
	}
	t.nodes[n] = h
}

// gather takes all proofs of a bundle.
func (a *auditor) gather(t *trees, where string) {
	for i, l := range a.b.Leaves {
		p := a.proofs[i]
		if p.err != nil || p.unsigned != nil {
			continue // it is nobody's word; other checks say so
		}
		at := fmt.Sprintf("%sleaf %d", where, l.Seq)
		t.root(p.head.Size, p.head.Root, at)
		if p.leads(l) {
			t.proof(p.head.Size, l.Seq, tlog.RecordHash(l.JSON), p.proof.Hashes, at)
		}
	}
}

func (a *auditor) logOneTree() answer {
	t := newTrees()
	a.gather(t, "")
	faults := t.forks
	for i := range a.proofs {
		if p := a.proofs[i]; p.err == nil && p.head.Origin != a.log.Name() {
			faults = append(faults, fmt.Sprintf("the checkpoint of leaf %d is of another log", a.b.Leaves[i].Seq))
		}
	}
	if len(t.roots) == 0 && len(faults) == 0 {
		return skips("there is no checkpoint")
	}
	return judge(faults, fmt.Sprintf("%d checkpoints fit into one tree", len(t.roots)))
}
