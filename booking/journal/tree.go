package journal

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of a tree: how many leaves, which root.
type Head struct {
	Size int64
	Root tlog.Hash
}

// EmptyHead is the tree without leaves.
func EmptyHead() Head { return Head{Root: emptyRoot()} }

// emptyRoot is SHA-256 of nothing (RFC 6962, section 2.1).
func emptyRoot() tlog.Hash { return sha256.Sum256(nil) }

// Grow computes the tree of head with further leaves: the new head, and the hashes to be stored from
// tlog.StoredHashCount(head.Size) on. It reads at most 64 stored hashes and first makes sure that they give head's root:
// CodeCorrupt otherwise. Pure but for read.
func Grow(head Head, leaves [][]byte, read tlog.HashReader) (Head, []tlog.Hash, error) {
	edge := &edge{from: tlog.StoredHashCount(head.Size), old: map[int64]tlog.Hash{}}
	root, err := tlog.TreeHash(head.Size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes, err := read.ReadHashes(indexes)
		for i, h := range hashes {
			edge.old[indexes[i]] = h
		}
		return hashes, err
	}))
	if err != nil {
		return Head{}, nil, fmt.Errorf("read the tree's edge: %w", err)
	}
	if root != head.Root {
		return Head{}, nil, Refuse(CodeCorrupt, "the stored hashes do not give the root of the head")
	}
	size := head.Size
	for _, leaf := range leaves {
		hashes, err := tlog.StoredHashes(size, leaf, edge)
		if err != nil {
			return Head{}, nil, fmt.Errorf("hash a leaf: %w", err)
		}
		edge.hashes = append(edge.hashes, hashes...)
		size++
	}
	if root, err = tlog.TreeHash(size, edge); err != nil {
		return Head{}, nil, fmt.Errorf("compute the root: %w", err)
	}
	return Head{Size: size, Root: root}, edge.hashes, nil
}

// edge reads new hashes from memory and the old ones that matter from a map.
type edge struct {
	from   int64
	old    map[int64]tlog.Hash
	hashes []tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (e *edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := e.old[index]
		if index >= e.from {
			ok = index-e.from < int64(len(e.hashes))
			if ok {
				h = e.hashes[index-e.from]
			}
		}
		if !ok {
			return nil, Refuse(CodeCorrupt, fmt.Sprintf("hash %d is not on the tree's edge", index))
		}
		out[i] = h
	}
	return out, nil
}

// Range folds leaf hashes one by one into the root of an RFC 6962 tree, in memory that grows with the logarithm of their
// number. The zero value is the empty tree. Not safe for concurrent use.
type Range struct {
	size  int64
	edges []tlog.Hash // roots of complete subtrees, largest first: one for each bit of size
}

// Add takes the next leaf's hash.
func (r *Range) Add(h tlog.Hash) {
	for n := r.size; n&1 == 1; n >>= 1 {
		last := len(r.edges) - 1
		h = tlog.NodeHash(r.edges[last], h)
		r.edges = r.edges[:last]
	}
	r.edges = append(r.edges, h)
	r.size++
}

// Clone is a copy that goes its own way.
func (r *Range) Clone() *Range { return &Range{size: r.size, edges: slices.Clone(r.edges)} }

// Head is the tree of the leaves so far.
func (r *Range) Head() Head {
	if r.size == 0 {
		return EmptyHead()
	}
	root := r.edges[len(r.edges)-1]
	for i := len(r.edges) - 2; i >= 0; i-- {
		root = tlog.NodeHash(r.edges[i], root)
	}
	return Head{Size: r.size, Root: root}
}
