package sim

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestLot checks what comes back from the draw against what was asked of it.
func TestLot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows := rapid.IntRange(1, 12).Draw(t, "windows")
		seats := rapid.SliceOfN(rapid.IntRange(0, 30), windows, windows).Draw(t, "seats")
		wishes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) wish {
			return wish{
				weight: rapid.IntRange(0, maxWeight).Draw(t, "weight"), ensured: rapid.Bool().Draw(t, "ensured"),
				size: rapid.IntRange(0, 4).Draw(t, "size"), windows: rapid.Uint64Range(1, everyWindow(windows)).Draw(t, "accepts"),
			}
		}), 0, 60).Draw(t, "wishes")
		l, err := newLot(seats, wishes)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range l.entries.Rows {
			if w := wishes[i]; e.Ensured != w.ensured || e.Weight != max(1, w.weight) || e.Size != max(1, w.size) || e.Windows != w.windows {
				t.Fatalf("entry %d reads as %+v, written as %+v", i, e, w)
			}
		}
		wins, err := l.draw(rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		served := map[int]bool{}
		for _, w := range wins {
			seats[w.window] -= w.seats
			if served[w.entry] || wishes[w.entry].windows>>w.window&1 == 0 || w.seats != max(1, wishes[w.entry].size) {
				t.Fatalf("win %+v of %+v", w, wishes[w.entry])
			}
			served[w.entry] = true
		}
		for window, left := range seats {
			if left < 0 {
				t.Fatalf("window %d gave %d seats too many", window, -left)
			}
		}
	})
}

func TestFirstCome(t *testing.T) {
	rng := dice(1, "first come")
	in := crowd(rng, 200, 5, 4)
	served := firstCome(rng, evenly(20, 4), in)
	if len(served) != 20 {
		t.Fatalf("%d served of 20", len(served))
	}
	for _, i := range served[:5] {
		if !in[i].bot {
			t.Error("a person was before a bot")
		}
	}
	seen := map[int]bool{}
	for _, i := range served {
		if seen[i] {
			t.Error("served twice")
		}
		seen[i] = true
	}
}

func TestCrowd(t *testing.T) {
	tenths := [10]int{}
	for _, a := range crowd(dice(1, "crowd"), 1000, 50, windowsOfWave) {
		if bits.OnesCount64(a.windows) < 3 {
			t.Errorf("%d windows do not count for ageing", bits.OnesCount64(a.windows))
		}
		if !a.bot {
			tenths[a.tenth]++
		}
	}
	for i, n := range tenths {
		if n != 100 {
			t.Errorf("tenth %d has %d people", i, n)
		}
	}
}
