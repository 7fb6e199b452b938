package pgstore_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/bookingtest/servers"
	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/pgstore"
	ledger "chesna/booking/pgstore"
)

// childDSN names the database in the environment of a child process, which is this test binary; childFile, if it is there, the
// published file of a whole log.
const (
	childDSN  = "CHESNA_TEST_SEQUENCER"
	childFile = "CHESNA_TEST_PUBLISHED"
)

// child is a sequencer that says a line after each batch and kills itself in the middle of its third.
func child(dsn string) int {
	ctx := context.Background()
	pool, err := ledger.Open(ctx, dsn)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	s, err := pgstore.New(pool)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for batch := 0; ; {
		n, err := s.Extend(ctx, journal.NameJournal, 20, func(h journal.Head, leaves [][]byte, r tlog.HashReader) (journal.Head, []tlog.Hash, error) {
			if batch++; batch == 3 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return journal.Grow(h, leaves, r)
		})
		if err != nil && journal.CodeOf(err) != journal.CodeConflict {
			fmt.Println(err)
			return 1
		}
		fmt.Println("batch of", n)
		if n == 0 {
			return 0
		}
	}
}

// TestKill9OfSequencers: processes that sequence side by side are killed in the middle, by themselves and from outside at
// whatever point they are; no leaf is lost or doubled, and the tree is whole.
func TestKill9OfSequencers(t *testing.T) {
	dsn := servers.Database(t, migrate)
	pool, err := ledger.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := newStore(t, pool)
	const total = 1500
	queue(t, pool, journal.NameJournal, journaltest.Leaves(0, total)...)
	killed := 0
	for round := range 6 {
		first, second := startChild(t, dsn), startChild(t, dsn)
		if first.await(round%3) && first.Process.Kill() == nil {
			killed++
		}
		_ = first.Wait()
		for second.await(1) {
			continue
		}
		_ = second.Wait()
		if state := second.ProcessState.Sys().(syscall.WaitStatus); state.Signaled() {
			killed++
		}
	}
	t.Logf("%d processes were killed", killed)
	if killed == 0 {
		t.Error("nobody was killed")
	}
	for {
		n, err := s.Extend(t.Context(), journal.NameJournal, 100, journal.Grow)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	seen := map[string]bool{}
	for _, leaf := range journaltest.CheckTree(t, s, journal.NameJournal) {
		seen[string(leaf)] = true
	}
	head, err := s.Head(t.Context(), journal.NameJournal)
	if err != nil || head.Size != total || len(seen) != total {
		t.Fatalf("%d leaves, %d different, want %d: %v", head.Size, len(seen), total, err)
	}
}

type childProcess struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func startChild(t *testing.T, dsn string, more ...string) *childProcess {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), childDSN+"="+dsn), more...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &childProcess{cmd, bufio.NewScanner(out)}
}

// await reads n more lines; false at the end.
func (c *childProcess) await(n int) bool {
	for range n {
		if !c.lines.Scan() {
			return false
		}
	}
	return true
}

// publisher is a whole log that sequences and publishes until all is done, saying a line after each step.
func publisher(dsn, file string) int {
	ctx := context.Background()
	pool, err := ledger.Open(ctx, dsn)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	s, err := pgstore.New(pool)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	l, err := newPublisher(s, file)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := l.Check(ctx); err != nil {
		fmt.Println(err)
		return 1
	}
	for {
		n, err := s.Extend(ctx, journal.NameJournal, 5, journal.Grow)
		if err == nil {
			fmt.Println("sequenced")
			_, err = l.Publish(ctx)
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println("published")
		if n == 0 {
			return 0
		}
	}
}

func newPublisher(s journal.Store, file string) (*journal.Log, error) {
	signer, verifier, _, err := journaltest.NewLogKey("log.example/journal", 0)
	if err != nil {
		return nil, err
	}
	return journal.New(journal.LogDeps{
		Name: journal.NameJournal, Origin: "log.example/journal", Signer: signer, Verifier: verifier, Store: s,
		Published: journal.NewPublishedFile(file), Logger: slog.New(slog.DiscardHandler),
	})
}

// TestKill9OfAPublisher: killed at any point between sequencing and publishing, a process that is started again finds no
// contradiction and goes on; every checkpoint that was ever stored is a prefix of the tree.
func TestKill9OfAPublisher(t *testing.T) {
	dsn := servers.Database(t, migrate)
	pool, err := ledger.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := newStore(t, pool)
	file := filepath.Join(t.TempDir(), "published")
	queue(t, pool, journal.NameJournal, journaltest.Leaves(0, 400)...)
	for round := range 10 {
		c := startChild(t, dsn, childFile+"="+file)
		if !c.await(1 + round%7) {
			t.Fatalf("round %d: the process ended: %s", round, c.lines.Text())
		}
		if c.lines.Text() != "sequenced" && c.lines.Text() != "published" {
			t.Fatalf("round %d: %s", round, c.lines.Text())
		}
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	l, err := newPublisher(s, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, err := l.Publish(t.Context())
	if err != nil || last.Size != 400 {
		t.Fatal(last, err)
	}
	journaltest.CheckTree(t, s, journal.NameJournal)
	for size, checked := int64(0), 0; ; checked++ {
		c, err := s.FirstCheckpoint(t.Context(), journal.NameJournal, size, 0)
		if journal.CodeOf(err) == journal.CodeAbsent {
			t.Logf("%d checkpoints", checked)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		proof, err := l.Consistency(t.Context(), c.Size, last.Size)
		if err != nil {
			t.Fatal(err)
		}
		if err := journal.CheckConsistency(c.Size, c.Root, last.Size, last.Root, proof); err != nil {
			t.Fatalf("the checkpoint of size %d: %v", c.Size, err)
		}
		size = c.Size
	}
}
