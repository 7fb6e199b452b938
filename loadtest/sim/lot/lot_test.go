package lot

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"chesna/loadtest/sim/sample"
)

// TestLot checks what comes back from the draw against what was asked of it.
func TestLot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows := rapid.IntRange(1, 12).Draw(t, "windows")
		seats := rapid.SliceOfN(rapid.IntRange(0, 30), windows, windows).Draw(t, "seats")
		wishes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Wish {
			return Wish{
				Weight: rapid.IntRange(0, MaxWeight).Draw(t, "weight"), Ensured: rapid.Bool().Draw(t, "ensured"),
				Size: rapid.IntRange(0, 4).Draw(t, "size"), Windows: rapid.Uint64Range(1, EveryWindow(windows)).Draw(t, "accepts"),
			}
		}), 0, 60).Draw(t, "wishes")
		l, err := New(seats, wishes)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range l.entries.Rows {
			if w := wishes[i]; e.Ensured != w.Ensured || e.Weight != max(1, w.Weight) || e.Size != max(1, w.Size) || e.Windows != w.Windows {
				t.Fatalf("entry %d reads as %+v, written as %+v", i, e, w)
			}
		}
		wins, err := l.Draw(rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		served := map[int]bool{}
		for _, w := range wins {
			seats[w.Window] -= w.Seats
			if served[w.Entry] || wishes[w.Entry].Windows>>w.Window&1 == 0 || w.Seats != max(1, wishes[w.Entry].Size) {
				t.Fatalf("win %+v of %+v", w, wishes[w.Entry])
			}
			served[w.Entry] = true
		}
		for window, left := range seats {
			if left < 0 {
				t.Fatalf("window %d gave %d seats too many", window, -left)
			}
		}
	})
}

func TestFirstCome(t *testing.T) {
	rng := sample.Dice(1, "first come")
	in := Crowd(rng, 200, 5, 4)
	served := FirstCome(rng, Evenly(20, 4), in)
	if len(served) != 20 {
		t.Fatalf("%d served of 20", len(served))
	}
	for _, i := range served[:5] {
		if !in[i].Bot {
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
	for _, a := range Crowd(sample.Dice(1, "crowd"), 1000, 50, 10) {
		if bits.OnesCount64(a.Windows) < 3 {
			t.Errorf("%d windows do not count for ageing", bits.OnesCount64(a.Windows))
		}
		if !a.Bot {
			tenths[a.Tenth]++
		}
	}
	for i, n := range tenths {
		if n != 100 {
			t.Errorf("tenth %d has %d people", i, n)
		}
	}
}
