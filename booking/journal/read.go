package journal

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is the committed head, signed or not.
func (l *Log) Head(ctx context.Context) (Head, error) { return l.store.Head(ctx, l.name) }

// Leaf is the leaf at an index of the committed tree. CodeAbsent.
func (l *Log) Leaf(ctx context.Context, index int64) ([]byte, error) {
	leaves, err := l.store.Leaves(ctx, l.name, index, index+1)
	if err != nil {
		return nil, err
	}
	return leaves[0], nil
}

// Leaves are those from (included) to to (excluded), at most 65,536 at once. CodeAbsent, CodeInvalid.
func (l *Log) Leaves(ctx context.Context, from, to int64) ([][]byte, error) {
	if from < 0 || to < from || to-from > 1<<16 {
		return nil, Refuse(CodeInvalid, "a range of leaves that is none, or too long")
	}
	return l.store.Leaves(ctx, l.name, from, to)
}

// Inclusion proves that the leaf at index stands in the tree of that size. CodeAbsent when the tree is smaller.
func (l *Log) Inclusion(ctx context.Context, index, size int64) ([]tlog.Hash, error) {
	if err := l.within(ctx, index+1, size); err != nil {
		return nil, err
	}
	return tlog.ProveRecord(size, index, l.reader(ctx))
}

// Consistency proves that the tree of one size extends that of an older one. CodeAbsent when the tree is smaller.
func (l *Log) Consistency(ctx context.Context, old, size int64) ([]tlog.Hash, error) {
	if err := l.within(ctx, old, size); err != nil {
		return nil, err
	}
	if old == 0 || old == size {
		return nil, nil
	}
	return tlog.ProveTree(size, old, l.reader(ctx))
}

// within tells whether 0 ≤ smaller ≤ size ≤ the committed size.
func (l *Log) within(ctx context.Context, smaller, size int64) error {
	head, err := l.Head(ctx)
	if err != nil {
		return err
	}
	if smaller < 0 || smaller > size || size > head.Size {
		return Refuse(CodeAbsent, "the tree has no such part")
	}
	return nil
}

func (l *Log) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return l.store.Hashes(ctx, l.name, indexes)
	})
}

// CoveringCheckpoint is the first stored checkpoint that covers the leaf at index and has at least k cosignatures of
// known witnesses (k = 0: any), with its time stamp if there is one. ok is false while there is none.
func (l *Log) CoveringCheckpoint(ctx context.Context, index int64, k int) (checkpoint, token []byte, ok bool, err error) {
	s, err := l.store.FirstCheckpoint(ctx, l.name, index, k)
	if CodeOf(err) == CodeAbsent {
		return nil, nil, false, nil
	}
	return s.Note, s.Token, err == nil, err
}

// Prove makes the proof of the leaf at index under its CoveringCheckpoint, with that one's time stamp.
func (l *Log) Prove(ctx context.Context, index int64, k int) (p Proof, token []byte, ok bool, err error) {
	s, err := l.store.FirstCheckpoint(ctx, l.name, index, k)
	if CodeOf(err) == CodeAbsent {
		return Proof{}, nil, false, nil
	}
	if err != nil {
		return Proof{}, nil, false, err
	}
	hashes, err := l.Inclusion(ctx, index, s.Size)
	if err != nil {
		return Proof{}, nil, false, err
	}
	return Proof{Index: index, Hashes: hashes, Checkpoint: s.Note}, s.Token, true, nil
}

// Latest is the newest checkpoint with K cosignatures; before there is one, the newest. CodeAbsent before the first.
func (l *Log) Latest(ctx context.Context) (Signed, error) {
	s, err := l.store.LastCheckpoint(ctx, l.name, l.k)
	if CodeOf(err) == CodeAbsent && l.k > 0 {
		return l.store.LastCheckpoint(ctx, l.name, 0)
	}
	return s, err
}
