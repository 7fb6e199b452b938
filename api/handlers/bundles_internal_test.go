package handlers

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chesna/booking/wave"
)

// A crowd that asks for one bundle has it packed once a minute; failures are not kept; the room has an end.
func TestBundlesArePackedOnce(t *testing.T) {
	b, at := newBundles(), time.Now()
	now := func() time.Time { return at }
	var packed atomic.Int32
	pack := func() ([]byte, error) { packed.Add(1); return []byte("zip"), nil }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := b.get(t.Context(), "one", now, pack); err != nil || string(got) != "zip" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	all.Wait()
	if n := packed.Load(); n != 1 {
		t.Fatalf("packed %d times", n)
	}
	at = at.Add(bundlesFor)
	if _, err := b.get(t.Context(), "one", now, pack); err != nil || packed.Load() != 2 {
		t.Fatalf("after a minute: packed %d times, %v", packed.Load(), err)
	}
	gone := errors.New("not published")
	if _, err := b.get(t.Context(), "two", now, func() ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Fatalf("a failure: %v", err)
	}
	for _, id := range []wave.ID{"a", "b", "c"} {
		if _, err := b.get(t.Context(), id, now, func() ([]byte, error) { return make([]byte, bundleBytes/2), nil }); err != nil {
			t.Fatal(err)
		}
		if b.size > bundleBytes {
			t.Fatalf("%d bytes are kept", b.size)
		}
	}
	b.turn <- struct{}{} // somebody packs
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.get(ctx, "three", now, pack); !errors.Is(err, context.Canceled) {
		t.Fatalf("waiting for a turn: %v", err)
	}
}
