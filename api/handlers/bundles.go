package handlers

import (
	"context"
	"sync"
	"time"

	"chesna/booking/wave"
)

// Packing the bundle of a draw with a hundred thousand entries takes a second of a processor and a hundred megabytes. So
// one is packed at a time, and what was packed lately is kept: for a short time, since time stamps may come later.
const (
	bundlesFor  = time.Minute
	bundleBytes = 64 << 20 // of all that are kept
)

// bundles keeps packed bundles. Safe for concurrent use.
type bundles struct {
	turn chan struct{} // of one place: who packs
	mu   sync.Mutex
	kept map[wave.ID]bundle
	size int
}

type bundle struct {
	packed []byte
	at     time.Time
}

func newBundles() *bundles { return &bundles{turn: make(chan struct{}, 1), kept: map[wave.ID]bundle{}} }

// get returns the kept bundle, or has one made when it is the caller's turn; it waits for that no longer than ctx.
func (b *bundles) get(ctx context.Context, id wave.ID, now func() time.Time, pack func() ([]byte, error)) ([]byte, error) {
	if packed := b.find(id, now()); packed != nil {
		return packed, nil
	}
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if packed := b.find(id, now()); packed != nil { // who was before made it
		return packed, nil
	}
	packed, err := pack()
	if err == nil {
		b.keep(id, bundle{packed, now()})
	}
	return packed, err
}

func (b *bundles) find(id wave.ID, now time.Time) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k, ok := b.kept[id]; ok && now.Sub(k.at) < bundlesFor {
		return k.packed
	}
	return nil
}

// keep adds a bundle, and lets go of those that are old, and of others until there is room.
func (b *bundles) keep(id wave.ID, k bundle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(id)
	for other, old := range b.kept {
		if k.at.Sub(old.at) >= bundlesFor || b.size+len(k.packed) > bundleBytes {
			b.drop(other)
		}
	}
	if len(k.packed) <= bundleBytes {
		b.kept[id], b.size = k, b.size+len(k.packed)
	}
}

func (b *bundles) drop(id wave.ID) {
	b.size -= len(b.kept[id].packed)
	delete(b.kept, id)
}
