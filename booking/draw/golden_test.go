package draw

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"
	"time"
)

// The results of these random draws were written down before the code was made fast, and must never change: the
// bytes are fixed by version chesna/draw/v1.
func TestResultsAreAsTheyWere(t *testing.T) {
	t.Parallel()
	h := sha256.New()
	add := func(manifest, entries []byte) {
		_, _, res := run(t, manifest, entries)
		h.Write(res.Bytes())
		for _, k := range res.Keys {
			h.Write(k[:])
		}
	}
	for _, size := range []int{1, 2, 4, 8} {
		r := rand.New(rand.NewPCG(7, uint64(size)))
		for range 800 {
			add(instance(r, size))
		}
		for range 2 {
			add(crowd(r, size))
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != "a2872d066cc5f50912a797d1c9d150606518be9a873b7a13a43d5269156696ad" {
		t.Error(got)
	}
}

// crowd is a draw of 4,000 entries and 200 seats in 64 windows at three counters, some windows nearly alone.
func crowd(r *rand.Rand, maxSize int) (manifest, entries []byte) {
	base := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	var m bytes.Buffer
	for i := range 200 {
		fmt.Fprintf(&m, "s%03d %d %s 20 c%d\n", i, r.IntN(64), base.Add(time.Duration(i/3)*20*time.Minute).Format(time.RFC3339), i%3)
	}
	rows := make([]string, 4_000)
	for i := range rows {
		nf := [4]uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		near := r.IntN(64)
		mask := uint64(0)
		for range 1 + r.IntN(4) {
			mask |= 1 << ((near + r.IntN(3)) % 64)
		}
		rows[i] = fmt.Sprintf("%016x%016x%016x%016x %d %d %d %016x\n", nf[0], nf[1], nf[2], nf[3], 1+r.IntN(8), r.IntN(20)/19, 1+r.IntN(maxSize), mask)
	}
	sort.Strings(rows)
	var e bytes.Buffer
	for _, row := range rows {
		e.WriteString(row)
	}
	return m.Bytes(), e.Bytes()
}
