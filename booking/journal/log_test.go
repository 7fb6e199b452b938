package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

// stamper answers with the digest as its token.
type stamper struct {
	mu     sync.Mutex
	asked  int
	broken bool
}

func (s *stamper) Stamp(_ context.Context, digest [32]byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.broken {
		return nil, errors.New("no answer")
	}
	return digest[:], nil
}

func TestMemoryStoreContract(t *testing.T) {
	journaltest.Store(t, func(*testing.T) journaltest.Opened {
		m := journaltest.NewMemory()
		return journaltest.Opened{Store: m, Queue: func(_ testing.TB, log string, leaves ...[]byte) { m.Queue(log, leaves...) }}
	})
}

func TestPublishCollectsCosignaturesAndAToken(t *testing.T) {
	_, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	one, two := journaltest.StartWitness(t, "w.example/1", verifier), journaltest.StartWitness(t, "w.example/2", verifier)
	tsa := &stamper{broken: true}
	l, m := journaltest.NewLog(t, func(d *journal.LogDeps) {
		d.Witnesses, d.K, d.Stamper = []journal.Cosigner{one, two}, 2, tsa
	})
	for size := range 5 {
		var leaves [][]byte
		if size > 0 {
			leaves = journaltest.Draws(size-1, 1)
		}
		s := journaltest.Extend(t, l, m, leaves...)
		if s.Cosigned != 2 || s.Size != int64(size) || s.Token != nil {
			t.Fatalf("size %d: %+v\n%s", size, s, s.Note)
		}
	}
	tsa.broken = false
	s, err := l.Publish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := journal.NoteText(s.Note)
	if want := sha256.Sum256([]byte(text)); err != nil || !bytes.Equal(s.Token, want[:]) {
		t.Errorf("the token is not over the note's text")
	}
	asked := tsa.asked
	if again, err := l.Publish(t.Context()); err != nil || !bytes.Equal(again.Note, s.Note) || tsa.asked != asked {
		t.Errorf("publishing the same head again changes something or asks somebody: %v", err)
	}
	for i := range int64(4) {
		p, token, ok, err := l.Prove(t.Context(), i, 2)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		parsed, err := journal.ParseProof(journal.FormatProof(p))
		if err != nil {
			t.Fatal(err)
		}
		if err := parsed.Verify(journaltest.Draws(int(i), 1)[0], l.Verifier()); err != nil {
			t.Errorf("the proof of leaf %d: %v", i, err)
		}
		if err := parsed.Verify([]byte(`{"other":1}`), l.Verifier()); journal.CodeOf(err) != journal.CodeProof {
			t.Errorf("a proof of another leaf: %v", err)
		}
		checkpoint, _, _, _ := l.CoveringCheckpoint(t.Context(), i, 2)
		if c, err := journal.PeekCheckpoint(checkpoint); err != nil || c.Size != i+1 || (token != nil) != (i == 3) {
			t.Errorf("leaf %d is covered first by %+v (%v)", i, c, err)
		}
	}
	if _, _, ok, err := l.Prove(t.Context(), 4, 0); ok || err != nil {
		t.Errorf("a proof of what is not there: %v %v", ok, err)
	}
}

// silent is a witness that answers only when it is told to.
type silent struct {
	journal.Cosigner
	release chan struct{}
}

func (s silent) Cosign(ctx context.Context, old int64, proof []tlog.Hash, checkpoint []byte) ([]byte, error) {
	select {
	case <-s.release:
		return s.Cosigner.Cosign(ctx, old, proof, checkpoint)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestALateCosignatureIsAdded(t *testing.T) {
	_, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	late := silent{journaltest.StartWitness(t, "w.example/late", verifier), make(chan struct{})}
	changed := make(chan struct{}, 9)
	l, m := journaltest.NewLog(t, nil)
	l2, _ := journaltest.NewLog(t, func(d *journal.LogDeps) {
		d.Store, d.Witnesses, d.K, d.Patience = told{m, changed}, []journal.Cosigner{late}, 1, time.Millisecond
	})
	m.Queue(l.Name(), journaltest.Draws(0, 3)...)
	if _, err := l2.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := l2.Publish(t.Context())
	if err != nil || s.Cosigned != 0 {
		t.Fatalf("%d cosignatures before the witness answers: %v", s.Cosigned, err)
	}
	if latest, err := l2.Latest(t.Context()); err != nil || latest.Size != 3 {
		t.Errorf("before the first cosigned checkpoint the newest is shown: %+v %v", latest, err)
	}
	close(late.release)
	<-changed
	if _, _, ok, err := l2.CoveringCheckpoint(t.Context(), 0, 1); !ok || err != nil {
		t.Errorf("the late cosignature is not there: %v %v", ok, err)
	}
}

// told tells when a checkpoint was amended.
type told struct {
	*journaltest.Memory
	changed chan struct{}
}

func (m told) AmendCheckpoint(ctx context.Context, log string, size int64, change func(*journal.Signed) error) (journal.Signed, error) {
	s, err := m.Memory.AmendCheckpoint(ctx, log, size, change)
	m.changed <- struct{}{}
	return s, err
}

// TestARestoredBackupIsRefused: by the published file, by the stored checkpoints, and by the witness alone.
func TestARestoredBackupIsRefused(t *testing.T) {
	_, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	w := journaltest.StartWitness(t, "w.example/1", verifier)
	file := journal.NewPublishedFile(filepath.Join(t.TempDir(), "published"))
	with := func(store journal.Store, published journal.Published, witnesses ...journal.Cosigner) *journal.Log {
		l, _ := journaltest.NewLog(t, func(d *journal.LogDeps) {
			d.Published, d.Witnesses = published, witnesses
			if store != nil {
				d.Store = store
			}
		})
		return l
	}
	m := journaltest.NewMemory()
	l := with(m, file, w)
	if err := l.Check(t.Context()); err != nil {
		t.Fatalf("the first start: %v", err)
	}
	journaltest.Extend(t, l, m, journaltest.Draws(0, 5)...)
	backup := m.Clone()
	journaltest.Extend(t, l, m, journaltest.Draws(5, 5)...)
	if err := with(m, file, w).Check(t.Context()); err != nil {
		t.Fatalf("a restart: %v", err)
	}
	other := m.Clone()
	for name, c := range map[string]struct {
		log  *journal.Log
		want journal.Code
	}{
		"behind the file":      {with(backup.Clone(), file), journal.CodeBehind},
		"behind the witness":   {with(backup.Clone(), &journaltest.Publishing{}, w), journal.CodeBehind},
		"emptied":              {with(nil, file), journal.CodeBehind},
		"emptied, by witness":  {with(nil, &journaltest.Publishing{}, w), journal.CodeBehind},
		"another, by the file": {with(fork(t, backup, 5), file), journal.CodeFork},
		"another, by witness":  {with(fork(t, backup, 7), &journaltest.Publishing{}, w), journal.CodeFork},
		"another, by itself":   {with(rewritten(t, other), &journaltest.Publishing{}), journal.CodeFork},
	} {
		if err := c.log.Check(t.Context()); journal.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	forked := with(fork(t, backup, 7), file, w)
	if s, err := forked.Publish(t.Context()); journal.CodeOf(err) != journal.CodeFork {
		t.Errorf("a fork was signed: %v\n%s", err, s.Note)
	}
	if n, err := file.Load(); err != nil || !strings.Contains(string(n), "\n10\n") {
		t.Errorf("the published file after the refusal: %s %v", n, err)
	}
}

// TestAProcessRemembersWhatAnotherPublished: a backup restored under it is refused also by the process that signed nothing.
func TestAProcessRemembersWhatAnotherPublished(t *testing.T) {
	first, m := journaltest.NewLog(t, nil)
	mine := &journaltest.Publishing{}
	second, _ := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Store, d.Published = m, mine })
	backup := m.Clone()
	journaltest.Extend(t, first, m, journaltest.Draws(0, 5)...)
	if _, err := second.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	restored, _ := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Store, d.Published = backup, mine })
	if err := restored.Check(t.Context()); journal.CodeOf(err) != journal.CodeBehind {
		t.Errorf("the restored backup: %v", err)
	}
}

// fork is the store with n other leaves than it got in truth.
func fork(t *testing.T, m *journaltest.Memory, n int) *journaltest.Memory {
	t.Helper()
	m = m.Clone()
	m.Queue(journal.NameDraws, journaltest.Leaves(900, n)...)
	if _, err := m.Extend(t.Context(), journal.NameDraws, 1000, journal.Grow); err != nil {
		t.Fatal(err)
	}
	return m
}

// rewritten has the checkpoints of the store, but other leaves.
func rewritten(t *testing.T, m *journaltest.Memory) *journaltest.Memory {
	t.Helper()
	out := journaltest.NewMemory()
	last, err := m.LastCheckpoint(t.Context(), journal.NameDraws, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.SaveCheckpoint(t.Context(), journal.NameDraws, last); err != nil {
		t.Fatal(err)
	}
	return fork(t, out, int(last.Size)+3)
}

// TestTwoRootsOfOneSizeAreNeverSigned even when the database was changed under a running log.
func TestTwoRootsOfOneSizeAreNeverSigned(t *testing.T) {
	l, m := journaltest.NewLog(t, nil)
	backup := m.Clone()
	journaltest.Extend(t, l, m, journaltest.Draws(0, 5)...)
	last, err := m.LastCheckpoint(t.Context(), l.Name(), 0)
	if err != nil {
		t.Fatal(err)
	}
	other := fork(t, backup, 5)
	if _, err := other.SaveCheckpoint(t.Context(), l.Name(), last); err != nil {
		t.Fatal(err)
	}
	l2, _ := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Store = other })
	if _, err := l2.Publish(t.Context()); journal.CodeOf(err) != journal.CodeFork {
		t.Errorf("two roots of one size: %v", err)
	}
}

// liar is a witness that says what it is told to.
type liar struct {
	journal.Cosigner
	lines []byte
	err   error
}

func (l liar) Cosign(context.Context, int64, []tlog.Hash, []byte) ([]byte, error) {
	return l.lines, l.err
}

func TestAWitnessThatLies(t *testing.T) {
	_, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	w := journaltest.StartWitness(t, "w.example/1", verifier)
	other, _ := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Witnesses = []journal.Cosigner{w} })
	s, err := other.Publish(t.Context()) // a cosignature of the empty tree
	if err != nil || s.Cosigned != 1 {
		t.Fatal(s, err)
	}
	line := s.Note[bytes.LastIndex(bytes.TrimSuffix(s.Note, []byte("\n")), []byte("\n"))+1:]
	for name, c := range map[string]liar{
		"another checkpoint's cosignature": {w, line, nil},
		"nothing":                          {w, nil, nil},
		"noise":                            {w, []byte("hello\n"), nil},
		"a size beyond ours":               {w, nil, &journal.ConflictError{Size: 99}},
		"the size that we have":            {w, nil, &journal.ConflictError{Size: 2}},
		"a negative size":                  {w, nil, &journal.ConflictError{Size: -1}},
	} {
		l, m := journaltest.NewLog(t, func(d *journal.LogDeps) { d.Witnesses, d.K = []journal.Cosigner{c}, 1 })
		s := journaltest.Extend(t, l, m, journaltest.Draws(0, 2)...)
		if s.Cosigned != 0 || bytes.Count(s.Note, []byte("— ")) != 1 {
			t.Errorf("%s: %s", name, s.Note)
		}
	}
}

func TestNewRefusesWhatDoesNotFit(t *testing.T) {
	signer, verifier, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	_, another, _ := journaltest.LogKey(t, journaltest.Origin, 1)
	good := journal.LogDeps{
		Name: journal.NameDraws, Origin: journaltest.Origin, Signer: signer, Verifier: verifier, Store: journaltest.NewMemory(),
		Published: &journaltest.Publishing{}, Logger: slog.New(slog.DiscardHandler),
	}
	for name, change := range map[string]func(*journal.LogDeps){
		"no store": func(d *journal.LogDeps) { d.Store = nil }, "another key": func(d *journal.LogDeps) { d.Verifier = another },
		"another origin": func(d *journal.LogDeps) { d.Origin = "x" }, "k without witnesses": func(d *journal.LogDeps) { d.K = 1 },
		"another name": func(d *journal.LogDeps) { d.Name = "x" },
	} {
		d := good
		change(&d)
		if _, err := journal.New(d); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
