package draw

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The order of the draw is uniform over equal entries and follows the weights: the chance to be first is w/Σw. Five
// standard deviations of the rarest are 4.6 % here; BenchmarkOdds holds it to 1 %.
func TestOddsOfBeingFirstFollowTheWeight(t *testing.T) {
	t.Parallel()
	if worst := oddsOfBeingFirst(200_000); worst > 0.046 {
		t.Errorf("the odds of being first are %.2f %% off", 100*worst)
	}
}

// BenchmarkOdds makes 10,000,000 draws of five entries and reports how far the odds of being first are from w/Σw, at
// worst. Run it with `make bench-draw`; it takes a quarter of a minute on one core.
func BenchmarkOdds(b *testing.B) {
	worst := 0.0
	for b.Loop() {
		if worst = oddsOfBeingFirst(10_000_000); worst > 0.01 {
			b.Errorf("the odds of being first are %.2f %% off, at most 1 is allowed", 100*worst)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(100*worst, "%off-at-worst")
}

// oddsOfBeingFirst draws among weights 1, 2, 3, 4 and 8, and answers by how much the share of firsts differs from
// w/Σw, relative to it, at worst.
func oddsOfBeingFirst(draws int) float64 {
	weights := []int{1, 2, 3, 4, 8}
	rows := make([]Entry, len(weights))
	sum := 0
	for i, w := range weights {
		rows[i] = Entry{Weight: w, leaf: leafHash([]byte{byte(i)})}
		sum += w
	}
	first := make([]int, len(rows))
	h := newHasher()
	for n := range draws {
		var seed [32]byte
		binary.BigEndian.PutUint64(seed[:], uint64(n))
		seed[31] = 1
		draw := newTickets(h, seed)
		best := 0
		var least [32]byte
		for i := range rows {
			if k := draw.key(&rows[i]); i == 0 || bytes.Compare(k[:], least[:]) < 0 {
				best, least = i, k
			}
		}
		first[best]++
	}
	worst := 0.0
	for i, w := range weights {
		want := float64(w) / float64(sum)
		worst = max(worst, math.Abs(float64(first[i])/float64(draws)/want-1))
	}
	return worst
}

// Who wrote the lines in which order changes nothing: the files are sorted, and the draw follows keys, not places.
func TestPermutationChangesNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	for range 500 {
		mb, eb := instance(r, 1+r.IntN(4))
		m, e, want := run(t, mb, eb)
		lines := bytes.SplitAfter(eb, []byte{'\n'})
		lines = lines[:len(lines)-1]
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if shuffled := bytes.Join(lines, nil); !bytes.Equal(shuffled, eb) {
			if _, err := ParseEntries(shuffled); err == nil {
				t.Fatal("an unsorted file was accepted")
			}
		}
		slices.SortFunc(lines, bytes.Compare)
		if _, _, again := run(t, mb, bytes.Join(lines, nil)); !bytes.Equal(again.Bytes(), want.Bytes()) {
			t.Fatal("sorted again, another result")
		}
		r.Shuffle(len(e.Rows), func(i, j int) { e.Rows[i], e.Rows[j] = e.Rows[j], e.Rows[i] })
		again, err := Run("test", workedBeacon(t), m, e)
		if err != nil || !bytes.Equal(again.Bytes(), want.Bytes()) || !slices.Equal(again.Keys, want.Keys) {
			t.Fatalf("with the rows in another order, another result\n%s%s", mb, eb)
		}
	}
}
