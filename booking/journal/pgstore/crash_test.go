package pgstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/bookingtest/servers"
	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/pgstore"
	ledger "chesna/booking/pgstore"
)

// childDSN names the database in the environment of a child process, which is this test binary.
const childDSN = "CHESNA_TEST_SEQUENCER"

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
	for round := range 12 {
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

func startChild(t *testing.T, dsn string) *childProcess {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
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
