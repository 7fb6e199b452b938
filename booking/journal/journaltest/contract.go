package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// Opened is a fresh, empty store for one test.
type Opened struct {
	journal.Store
	// Queue commits leaves that wait in the log.
	Queue func(t testing.TB, log string, leaves ...[]byte)
}

// Leaf is an invented leaf.
func Leaf(i int) []byte { return fmt.Appendf(nil, `{"n":%d,"type":"test"}`, i) }

// Leaves are n invented leaves.
func Leaves(from, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = Leaf(from + i)
	}
	return out
}

// Store runs the contract of journal.Store.
func Store(t *testing.T, open func(t *testing.T) Opened) {
	for name, test := range map[string]func(*testing.T, Opened){
		"an empty log":               testEmpty,
		"extended in batches":        testBatches,
		"a failed extension":         testFailedExtension,
		"logs do not mix":            testTwoLogs,
		"several sequencers at once": testConcurrent,
		"checkpoints":                testCheckpoints,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testEmpty(t *testing.T, s Opened) {
	head, err := s.Head(t.Context(), journal.NameJournal)
	if err != nil || head != journal.EmptyHead() {
		t.Fatalf("the empty log's head: %v %v", head, err)
	}
	if n, err := s.Extend(t.Context(), journal.NameJournal, 10, nil); n != 0 || err != nil {
		t.Errorf("nothing waits: %d %v", n, err)
	}
	if _, err := s.Leaves(t.Context(), journal.NameJournal, 0, 1); journal.CodeOf(err) != journal.CodeAbsent {
		t.Errorf("a leaf that is not there: %v", err)
	}
	if _, err := s.LastCheckpoint(t.Context(), journal.NameJournal, 0); journal.CodeOf(err) != journal.CodeAbsent {
		t.Errorf("a checkpoint that is not there: %v", err)
	}
}

func testBatches(t *testing.T, s Opened) {
	const total = 700
	s.Queue(t, journal.NameJournal, Leaves(0, total)...)
	for _, limit := range []int{1, 6, 250, 256, 1000} {
		if _, err := s.Extend(t.Context(), journal.NameJournal, limit, journal.Grow); err != nil {
			t.Fatal(err)
		}
		CheckTree(t, s, journal.NameJournal)
	}
	head, err := s.Head(t.Context(), journal.NameJournal)
	if err != nil || head.Size != total {
		t.Fatalf("%d leaves, want %d: %v", head.Size, total, err)
	}
}

// CheckTree recomputes the log's root and all stored hashes from its leaves, and returns them.
func CheckTree(t testing.TB, s journal.Store, log string) [][]byte {
	t.Helper()
	head, err := s.Head(context.Background(), log)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := s.Leaves(context.Background(), log, 0, head.Size)
	if err != nil {
		t.Fatal(err)
	}
	want, hashes, err := journal.Grow(journal.EmptyHead(), leaves, nil)
	if err != nil {
		t.Fatal(err)
	}
	if head != want {
		t.Fatalf("the head of log %s is %v, its leaves give %v", log, head, want)
	}
	indexes := make([]int64, len(hashes))
	for i := range indexes {
		indexes[i] = int64(i)
	}
	stored, err := s.Hashes(context.Background(), log, indexes)
	if err != nil {
		t.Fatal(err)
	}
	for i := range stored {
		if stored[i] != hashes[i] {
			t.Fatalf("stored hash %d of log %s is not that of its leaves", i, log)
		}
	}
	return leaves
}

func testFailedExtension(t *testing.T, s Opened) {
	s.Queue(t, journal.NameJournal, Leaves(0, 3)...)
	broken := errors.New("broken")
	_, err := s.Extend(t.Context(), journal.NameJournal, 10, func(journal.Head, [][]byte, tlog.HashReader) (journal.Head, []tlog.Hash, error) {
		return journal.Head{}, nil, broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("the extension's error is lost: %v", err)
	}
	if n, err := s.Extend(t.Context(), journal.NameJournal, 10, journal.Grow); n != 3 || err != nil {
		t.Fatalf("after a failed extension: %d %v", n, err)
	}
	CheckTree(t, s, journal.NameJournal)
}

func testTwoLogs(t *testing.T, s Opened) {
	s.Queue(t, journal.NameJournal, Leaves(0, 5)...)
	s.Queue(t, journal.NameDraws, Leaves(100, 2)...)
	for _, log := range []string{journal.NameDraws, journal.NameJournal} {
		if _, err := s.Extend(t.Context(), log, 10, journal.Grow); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(CheckTree(t, s, journal.NameJournal)); n != 5 {
		t.Errorf("%d leaves in the journal", n)
	}
	draws := CheckTree(t, s, journal.NameDraws)
	for i, leaf := range draws {
		if string(leaf) != string(Leaf(100+i)) {
			t.Errorf("leaf %d of draws is %s: their order is that of their numbers", i, leaf)
		}
	}
}

func testConcurrent(t *testing.T, s Opened) {
	const total = 300
	s.Queue(t, journal.NameJournal, Leaves(0, total)...)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				n, err := s.Extend(context.Background(), journal.NameJournal, 7, journal.Grow)
				if err != nil && journal.CodeOf(err) != journal.CodeConflict {
					t.Error(err)
					return
				}
				if n == 0 && err == nil {
					return
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, leaf := range CheckTree(t, s, journal.NameJournal) {
		if seen[string(leaf)] {
			t.Errorf("%s stands twice", leaf)
		}
		seen[string(leaf)] = true
	}
	if len(seen) != total {
		t.Errorf("%d leaves, want %d", len(seen), total)
	}
}

func testCheckpoints(t *testing.T, s Opened) {
	ctx, log := t.Context(), journal.NameDraws
	save := func(size int64, note string, cosigned int) journal.Signed {
		t.Helper()
		out, err := s.SaveCheckpoint(ctx, log, journal.Signed{
			Head: journal.Head{Size: size, Root: tlog.Hash{byte(size)}}, Note: []byte(note), Cosigned: cosigned,
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	save(3, "three", 0)
	save(5, "five", 1)
	save(9, "nine", 0)
	if again := save(5, "another", 7); string(again.Note) != "five" || again.Cosigned != 1 {
		t.Errorf("the first checkpoint of a size is kept, got %q", again.Note)
	}
	if _, err := s.AmendCheckpoint(ctx, log, 3, func(c *journal.Signed) error {
		c.Note, c.Token, c.Cosigned = append(c.Note, "+w"...), []byte("token"), 2
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if _, err := s.AmendCheckpoint(ctx, log, 3, func(c *journal.Signed) error { c.Cosigned = 9; return refused }); !errors.Is(err, refused) {
		t.Errorf("an amendment's error: %v", err)
	}
	if _, err := s.AmendCheckpoint(ctx, log, 4, func(*journal.Signed) error { return nil }); journal.CodeOf(err) != journal.CodeAbsent {
		t.Errorf("amend what is not there: %v", err)
	}
	for _, c := range []struct {
		what string
		find func() (journal.Signed, error)
		want string
	}{
		{"of size 3", func() (journal.Signed, error) { return s.CheckpointAt(ctx, log, 3) }, "three+w"},
		{"first that covers 2", func() (journal.Signed, error) { return s.FirstCheckpoint(ctx, log, 2, 0) }, "three+w"},
		{"first that covers 3", func() (journal.Signed, error) { return s.FirstCheckpoint(ctx, log, 3, 0) }, "five"},
		{"first that covers 0, by two", func() (journal.Signed, error) { return s.FirstCheckpoint(ctx, log, 0, 2) }, "three+w"},
		{"first that covers 3, by two", func() (journal.Signed, error) { return s.FirstCheckpoint(ctx, log, 3, 2) }, ""},
		{"last", func() (journal.Signed, error) { return s.LastCheckpoint(ctx, log, 0) }, "nine"},
		{"last, by one", func() (journal.Signed, error) { return s.LastCheckpoint(ctx, log, 1) }, "five"},
		{"of the other log", func() (journal.Signed, error) { return s.LastCheckpoint(ctx, journal.NameJournal, 0) }, ""},
	} {
		got, err := c.find()
		if string(got.Note) != c.want || (c.want == "") != (journal.CodeOf(err) == journal.CodeAbsent) {
			t.Errorf("checkpoint %s: %q %v, want %q", c.what, got.Note, err, c.want)
		}
	}
	if three, _ := s.CheckpointAt(ctx, log, 3); string(three.Token) != "token" || three.Cosigned != 2 || three.At.IsZero() {
		t.Errorf("the amended checkpoint: %+v", three)
	}
}
