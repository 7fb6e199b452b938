package sim

import (
	"math"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chesna/loadtest/sim/queue"
	"chesna/loadtest/sim/sample"
)

// tiny is the smallest study that runs every path.
func tiny() Size {
	return Size{
		People: 300, Seats: 30, Bots: []int{20, 60}, BotSeats: 60, DrawsOfCrowd: 2, MinBatches: 4, Repeats: 3,
		Queue: queue.Size{Waves: 2, Blocks: 4, Seats: 10, Posts: []int{10}, Rhos: []float64{2}, GiveUps: []float64{0.4}},
	}
}

func TestSameSeedSameFindings(t *testing.T) {
	first, err := Run(7, tiny())
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.GOMAXPROCS(1)
	second, err := Run(7, tiny())
	runtime.GOMAXPROCS(before)
	if err != nil {
		t.Fatal(err)
	}
	nan := cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
	if d := cmp.Diff(first, second, nan); d != "" {
		t.Error("one processor and many give different findings:", d)
	}
	other, err := Run(8, tiny())
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(first, other, nan) {
		t.Error("two seeds give the same findings")
	}
}

// away is how many half intervals of 95 % the mean is from where it should be.
func away(e sample.Estimate, want float64) float64 {
	return math.Abs(e.Mean-want) / ((e.High - e.Low) / 2)
}

// TestSmallStudy looks at one small study from all sides. The bounds are wide: with this seed they hold, and a
// mistake in the rules of the simulation breaks them by far.
func TestSmallStudy(t *testing.T) {
	f, err := Run(20241, Small())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("shares", func(t *testing.T) { checkShares(t, f) })
	t.Run("queues", func(t *testing.T) { checkQueues(t, f) })
	t.Run("single draws", func(t *testing.T) { checkDraws(t, f) })
}

func checkShares(t *testing.T, f *Findings) {
	for _, r := range f.Shares {
		for name, e := range map[string]sample.Estimate{"all": r.Draw, "online": r.Pools[Online], "returned": r.Pools[Returned]} {
			if away(e, 1) > 2.5 {
				t.Errorf("%d bots, %s: ratio %v is far from 1", r.Bots, name, e)
			}
		}
		// Bots take what there is, one seat each.
		seats, bots := float64(f.Size.Seats), float64(r.Bots)
		want := min(bots, seats) / seats / (bots / (bots + float64(f.Size.People)))
		if math.Abs(r.FirstCome.Mean-want) > 0.01*want {
			t.Errorf("%d bots, first come: ratio %v, want %.2f", r.Bots, r.FirstCome, want)
		}
	}
	if away(f.Tenths.Ratio, 1) > 2.5 {
		t.Errorf("fastest ÷ slowest tenth is %v", f.Tenths.Ratio)
	}
	if f.Tenths.FirstCome[0] < 0.4 || f.Tenths.FirstCome[9] != 0 {
		t.Errorf("first come serves the fastest, not %v", f.Tenths.FirstCome)
	}
	if last := f.Choice[2]; last.Ratio.Mean < 1.05 || away(last.Same, 1) > 2.5 {
		t.Errorf("who accepts all gains on the picky and not on the alike: %v", last)
	}
}

func checkQueues(t *testing.T, f *Findings) {
	for _, r := range f.Patience {
		if away(r.Ratio[queue.Equal], 1) > 2.5 || r.Ratio[queue.Ageing].Mean < 1.1 || r.Ratio[queue.Promised].Mean < r.Ratio[queue.Ageing].Mean {
			t.Errorf("patience pays with weights and only then: %v", r)
		}
		for i, e := range r.Patient {
			if away(e, 1) > 2.5 {
				t.Errorf("%v: a patient person does as well as a patient machine, not %v", queue.Rules(i), e)
			}
		}
	}
	for _, r := range f.Guarantee {
		if r.Seats >= 100 && r.Missed.Mean > 1 {
			t.Errorf("%d seats, ρ %v, a %v: %v guaranteed entries missed per 1,000 wins", r.Seats, r.Rho, r.GiveUp, r.Missed)
		}
	}
	if worst := f.Strains[len(f.Strains)-1]; worst.Fixed.Mean < 100 || worst.Measured.Mean > worst.Fixed.Mean/4 {
		t.Errorf("in a surge a fixed target fails and a measured one follows: %v", worst)
	}
	first, ageing, promised := f.Waits[0], f.Waits[2], f.Waits[3]
	if first.SlowServed > 0.01 || promised.SlowServed < 0.2 || promised.P95 >= ageing.P95 {
		t.Errorf("the slow wait for ever, or as long as others: %v, %v", first, promised)
	}
}

func checkDraws(t *testing.T, f *Findings) {
	if away(f.Families[0].Large, 1) > 2.5 || f.Families[3].Large.Mean > 1.3 || f.Families[3].Names.Mean < 4 {
		t.Errorf("families gain only where members are names: %v", f.Families)
	}
	if f.Returns[0].Back.Mean < 0.9 || f.Returns[2].Back.Mean > 0.3 {
		t.Errorf("a ring gets its seats back only where speed counts: %v", f.Returns)
	}
	if away(f.Ablation[0].Ratio, 1) > 2.5 {
		t.Errorf("with all conditions the ratio is %v", f.Ablation[0].Ratio)
	}
	for _, r := range f.Ablation[1:] {
		if r.Ratio.Low < 1.5 || r.Chance >= f.Ablation[0].Chance {
			t.Errorf("%s off: ratio %v, chance of a person %.3f", r.Condition, r.Ratio, r.Chance)
		}
	}
}
