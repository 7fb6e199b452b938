package entries_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
	"chesna/booking/wave"
)

// check looks at what was published, as the owners of the receipts would.
func (w *world) check(id wave.ID, receipts []wave.Receipt) {
	w.Helper()
	entries, bindings := w.lines(id, wave.FileEntries), w.lines(id, wave.FileBindings)
	if len(entries) != len(receipts) || len(bindings) != len(receipts) {
		w.Fatalf("%d receipts; %d lines of entries, %d bindings", len(receipts), len(entries), len(bindings))
	}
	row := make(map[string]int, len(entries))
	for i, line := range entries {
		row[line] = i
	}
	if len(row) != len(receipts) {
		w.Fatalf("%d different entries of %d", len(row), len(receipts))
	}
	each(w.B, len(receipts), func(i int) error {
		n, err := note.Open(receipts[i].Note, note.VerifierList(w.receipts))
		if err != nil {
			return err
		}
		lines := strings.Split(n.Text, "\n")
		at, ok := row[lines[4]]
		e := receipts[i].Entry
		c := fmt.Sprintf("%x", sha256.Sum256(append(bytes.Clone(e.Request), e.Opening[:]...)))
		if !ok || lines[1] != string(id) || lines[5] != c || bindings[at] != c {
			return fmt.Errorf("a receipt that is not in the files: %q", n.Text)
		}
		return nil
	})
	got, err := w.waves.Wave(w.Context(), id)
	if err != nil || got.Entries != len(receipts) || got.Served != got.Seats {
		w.Fatalf("%d entries, %d of %d seats given, %v", got.Entries, got.Served, got.Seats, err)
	}
	w.checkJournal(len(receipts))
	w.Logf("%d entries and commitments published, every receipt verifies; %d seats given", len(entries), got.Served)
}

func (w *world) lines(id wave.ID, name string) []string {
	w.Helper()
	b, err := w.office.File(w.Context(), id, name)
	w.must(err)
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// checkJournal: nothing waits any more, and every entry has its leaf and its event.
func (w *world) checkJournal(entries int) {
	w.Helper()
	var queued, unnumbered, leaves, events, kept int
	w.must(w.pool.QueryRow(w.Context(), `SELECT (SELECT count(*) FROM booking.journal_queue),
		(SELECT count(*) FROM booking.events WHERE leaf_index IS NULL), (SELECT count(*) FROM booking.journal_leaves
		 WHERE log = $1 AND convert_from(leaf, 'UTF8') LIKE '{"c":%,"type":"entry"}'),
		(SELECT count(*) FROM booking.events WHERE type = 'entry.made'),
		(SELECT count(*) FROM booking.entry_revisions WHERE receipt IS NOT NULL)`, journal.NameJournal).
		Scan(&queued, &unnumbered, &leaves, &events, &kept))
	if queued+unnumbered > 0 || leaves != entries || events != entries || kept != entries {
		w.Fatalf("%d leaves and %d events wait; %d leaves, %d events, %d kept receipts of %d entries", queued, unnumbered, leaves, events, kept, entries)
	}
	for name, log := range w.logs {
		head, err := w.journal.Head(w.Context(), name)
		if err != nil {
			w.Fatal(err)
		}
		s, err := w.journal.LastCheckpoint(w.Context(), name, 1)
		if err != nil || s.Size != head.Size || s.Root != head.Root {
			w.Fatalf("log %s: checkpoint of %d leaves, head of %d, %v", log.Name(), s.Size, head.Size, err)
		}
	}
}

// times are processor seconds.
type times struct{ own, postgres, machine float64 }

const ticks = 100 // of the kernel's clock a second

func usage(w *world) (t times) {
	var r syscall.Rusage
	w.must(syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	t.own = float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
	server := strconv.Itoa(w.cluster.PID())
	found, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range found {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // from the state on
		if f[1] == server || filepath.Base(filepath.Dir(name)) == server {
			t.postgres += number(f[11]) + number(f[12])
		}
	}
	b, err := os.ReadFile("/proc/stat")
	w.must(err)
	for _, v := range strings.Fields(strings.SplitN(string(b), "\n", 2)[0])[1:4] {
		t.machine += number(v)
	}
	return t
}

func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n / ticks
}

// peak is the most memory that this program has held, in MB.
func peak() int {
	b, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	n, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return n >> 10
}
