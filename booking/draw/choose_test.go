package draw

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"
)

// instance makes a random draw as its two files.
func instance(r *rand.Rand, maxSize int) (manifest, entries []byte) {
	windows := 1 + r.IntN(8)
	base := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	var m bytes.Buffer
	for i := range r.IntN(30) {
		fmt.Fprintf(&m, "s%03d %d %s 20 c1\n", i, r.IntN(windows), base.Add(time.Duration(i)*20*time.Minute).Format(time.RFC3339))
	}
	rows := make([]string, r.IntN(60))
	for i := range rows {
		var nf [32]byte
		for j := range nf {
			nf[j] = byte(r.Uint32())
		}
		mask := uint64(0)
		for range 1 + r.IntN(3) {
			mask |= 1 << r.IntN(windows+1)
		}
		rows[i] = fmt.Sprintf("%x %d %d %d %016x\n", nf, 1+r.IntN(8), r.IntN(8)/7, 1+r.IntN(maxSize), mask)
	}
	sort.Strings(rows)
	var e bytes.Buffer
	for _, row := range rows {
		e.WriteString(row)
	}
	return m.Bytes(), e.Bytes()
}

func run(t testing.TB, manifest, entries []byte) (*Manifest, *Entries, *Result) {
	t.Helper()
	m, err := ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEntries(entries)
	if err != nil {
		t.Fatal(err)
	}
	res, err := Run("test", workedBeacon(t), m, e)
	if err != nil {
		t.Fatal(err)
	}
	return m, e, res
}

// maximum is the size of a greatest matching of size-1 entries to seats, by Kuhn's algorithm over single seats:
// independent of what it checks.
func maximum(m *Manifest, rows []Entry) int {
	owner := make([]int, len(m.Seats))
	for i := range owner {
		owner[i] = -1
	}
	var try func(e int, seen []bool) bool
	try = func(e int, seen []bool) bool {
		for i, s := range m.Seats {
			if rows[e].Windows>>s.Window&1 == 0 || seen[i] {
				continue
			}
			seen[i] = true
			if owner[i] < 0 || try(owner[i], seen) {
				owner[i] = e
				return true
			}
		}
		return false
	}
	n := 0
	for e := range rows {
		if try(e, make([]bool, len(m.Seats))) {
			n++
		}
	}
	return n
}

func TestServedIsTheMaximumAndClosedProvesIt(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		mb, eb := instance(r, 1)
		m, e, res := run(t, mb, eb)
		if want := maximum(m, e.Rows); len(res.Served) != want {
			t.Fatalf("served %d of %d possible\n%s%s", len(res.Served), want, mb, eb)
		}
		checkResult(t, m, e, res)
		checkClosed(t, m, e, res)
	}
}

func TestFamiliesAndGuaranteesKeepTheRules(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		mb, eb := instance(r, 4)
		m, e, res := run(t, mb, eb)
		checkResult(t, m, e, res)
	}
}

// checkResult: every entry once; seats given once, as many as the size, in one accepted window, in order.
func checkResult(t *testing.T, m *Manifest, e *Entries, res *Result) {
	t.Helper()
	rows := map[[32]byte]Entry{}
	for _, row := range e.Rows {
		rows[row.NF] = row
	}
	index := map[string]int{}
	for i, s := range m.Seats {
		index[s.ID] = i
	}
	given := map[string]bool{}
	for _, s := range res.Served {
		row, ok := rows[s.NF]
		delete(rows, s.NF)
		if !ok || len(s.Seats) != row.Size {
			t.Fatalf("%x: %d seats for a size of %d", s.NF, len(s.Seats), row.Size)
		}
		last := -1
		for _, id := range s.Seats {
			i, ok := index[id]
			if !ok || given[id] || i <= last || m.Seats[i].Window != m.Seats[index[s.Seats[0]]].Window || row.Windows>>m.Seats[i].Window&1 == 0 {
				t.Fatalf("%x: seat %s is wrong", s.NF, id)
			}
			given[id], last = true, i
		}
	}
	for _, nf := range res.Waiting {
		if _, ok := rows[nf]; !ok {
			t.Fatalf("%x is listed twice", nf)
		}
		delete(rows, nf)
	}
	if len(rows) != 0 {
		t.Fatalf("%d entries are in no list", len(rows))
	}
}

// checkClosed: closed windows have no free seat, and who waits accepts nothing else.
func checkClosed(t *testing.T, m *Manifest, e *Entries, res *Result) {
	t.Helper()
	taken := map[string]bool{}
	for _, s := range res.Served {
		taken[s.Seats[0]] = true
	}
	for _, s := range m.Seats {
		if res.Closed>>s.Window&1 == 1 && !taken[s.ID] {
			t.Fatalf("%s is free in a closed window", s.ID)
		}
	}
	for _, row := range e.Rows {
		if slices.Contains(res.Waiting, row.NF) && row.Windows&^res.Closed != 0 {
			t.Fatalf("%x waits and accepts an open window", row.NF)
		}
	}
}
