package journal_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

var errInjected = errors.New("injected")

// faults makes each step fail, before or after its effect, as the draw says.
type faults struct {
	before, after func(step string) bool
}

func step[T any](f *faults, name string, do func() (T, error)) (T, error) {
	var zero T
	if f.before(name) {
		return zero, errInjected
	}
	out, err := do()
	if err == nil && f.after(name) {
		return zero, errInjected
	}
	return out, err
}

type faultyStore struct {
	*journaltest.Memory
	f *faults
}

func (s faultyStore) Head(ctx context.Context, log string) (journal.Head, error) {
	return step(s.f, "head", func() (journal.Head, error) { return s.Memory.Head(ctx, log) })
}

func (s faultyStore) Extend(ctx context.Context, log string, limit int, grow journal.GrowFunc) (int, error) {
	return step(s.f, "extend", func() (int, error) { return s.Memory.Extend(ctx, log, limit, grow) })
}

func (s faultyStore) Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error) {
	return step(s.f, "hashes", func() ([]tlog.Hash, error) { return s.Memory.Hashes(ctx, log, indexes) })
}

func (s faultyStore) SaveCheckpoint(ctx context.Context, log string, c journal.Signed) (journal.Signed, error) {
	return step(s.f, "save checkpoint", func() (journal.Signed, error) { return s.Memory.SaveCheckpoint(ctx, log, c) })
}

func (s faultyStore) AmendCheckpoint(ctx context.Context, log string, size int64, change func(*journal.Signed) error) (journal.Signed, error) {
	return step(s.f, "amend checkpoint", func() (journal.Signed, error) { return s.Memory.AmendCheckpoint(ctx, log, size, change) })
}

type faultyPublished struct {
	*journaltest.Publishing
	f *faults
}

func (p faultyPublished) Load() ([]byte, error) {
	return step(p.f, "load published", p.Publishing.Load)
}

func (p faultyPublished) Save(checkpoint []byte) error {
	_, err := step(p.f, "save published", func() (any, error) { return nil, p.Publishing.Save(checkpoint) })
	return err
}

type faultyWitness struct {
	journal.Cosigner
	f *faults
}

func (w faultyWitness) Cosign(ctx context.Context, old int64, proof []tlog.Hash, checkpoint []byte) ([]byte, error) {
	return step(w.f, "cosign", func() ([]byte, error) { return w.Cosigner.Cosign(ctx, old, proof, checkpoint) })
}

// TestFaultsAtEachStep: whatever fails, before or after its effect, in two processes of one log with restarts between: one
// root for each size, everything published is part of the tree, and the witness never sees a fork. When the faults end the log
// catches up.
func TestFaultsAtEachStep(t *testing.T) {
	signer, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	rapid.Check(t, func(rt *rapid.T) {
		var quiet bool
		chance := rapid.IntRange(0, 3)
		f := &faults{
			before: func(string) bool { return !quiet && chance.Draw(rt, "before") == 3 },
			after:  func(string) bool { return !quiet && chance.Draw(rt, "after") == 3 },
		}
		m, file := journaltest.NewMemory(), &journaltest.Publishing{}
		w := journaltest.StartWitness(t, "w.example/1", verifier)
		defer w.Close()
		open := func() *journal.Log {
			l, err := journal.New(journal.LogDeps{
				Name: journal.NameDraws, Origin: journaltest.Origin, Signer: signer, Verifier: verifier, Store: faultyStore{m, f},
				Published: faultyPublished{file, f}, Witnesses: []journal.Cosigner{faultyWitness{w, f}}, K: 1, Logger: slog.New(slog.DiscardHandler), Batch: 3,
			})
			if err != nil {
				rt.Fatal(err)
			}
			return l
		}
		logs, queued := []*journal.Log{open(), open()}, 0
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			i := rapid.IntRange(0, 1).Draw(rt, "process")
			var err error
			switch what := rapid.SampledFrom([]string{"queue", "sequence", "publish", "restart"}).Draw(rt, "what"); what {
			case "queue":
				n := rapid.IntRange(1, 5).Draw(rt, "leaves")
				m.Queue(journal.NameDraws, journaltest.Draws(queued, n)...)
				queued += n
			case "sequence":
				_, err = logs[i].Sequence(context.Background())
			case "publish":
				_, err = logs[i].Publish(context.Background())
			case "restart":
				_ = logs[i].Stop(context.Background())
				logs[i] = open()
				err = logs[i].Check(context.Background())
			}
			if err != nil && !errors.Is(err, errInjected) {
				rt.Fatal(err)
			}
			published(rt, m, file, w, verifier)
		}
		quiet = true
		if _, err := logs[0].Sequence(context.Background()); err != nil {
			rt.Fatal(err)
		}
		s, err := logs[0].Publish(context.Background())
		if err != nil || s.Size != int64(queued) || s.Cosigned != 1 {
			rt.Fatalf("after the faults: %+v %v", s, err)
		}
		published(rt, m, file, w, verifier)
		for _, l := range logs {
			_ = l.Stop(context.Background())
		}
	})
}

// published checks that the tree is that of its leaves and that every signed head is one of its prefixes.
func published(t *rapid.T, m *journaltest.Memory, file *journaltest.Publishing, w *journaltest.Witness, v note.Verifier) {
	head, err := m.Head(context.Background(), journal.NameDraws)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := m.Leaves(context.Background(), journal.NameDraws, 0, head.Size)
	if err != nil {
		t.Fatal(err)
	}
	roots, r := []tlog.Hash{journal.EmptyHead().Root}, &journal.Range{}
	for i, leaf := range leaves {
		if !bytes.Equal(leaf, journaltest.Draws(i, 1)[0]) {
			t.Fatalf("leaf %d is %s", i, leaf)
		}
		r.Add(tlog.RecordHash(leaf))
		roots = append(roots, r.Head().Root)
	}
	prefix := func(what string, msg []byte) {
		c, _, err := journal.OpenCheckpoint(msg, v)
		if err != nil || c.Size > head.Size || roots[c.Size] != c.Root {
			t.Fatalf("%s is no prefix of the tree of %d leaves: %+v %v", what, head.Size, c, err)
		}
	}
	for size := range head.Size + 1 {
		if s, err := m.CheckpointAt(context.Background(), journal.NameDraws, size); err == nil {
			prefix("a stored checkpoint", s.Note)
		}
	}
	if msg, err := file.Load(); err == nil && msg != nil {
		prefix("the published file", msg)
	}
	if msg, err := w.Latest(context.Background(), journaltest.Origin); err == nil {
		prefix("what the witness cosigned", msg)
	}
}
