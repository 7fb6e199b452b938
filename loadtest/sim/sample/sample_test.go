package sample

import (
	"math"
	"testing"
)

// TestRatioCovers checks that about 95 of 100 intervals hold the truth.
func TestRatioCovers(t *testing.T) {
	rng := Dice(1, "ratio")
	const rounds, want = 2000, 0.25
	hit := 0
	for range rounds {
		batches := make([]Pair, 20)
		for i := range batches {
			batches[i].Due = 100 + 20*rng.Float64()
			batches[i].Got = batches[i].Due*want + 5*rng.NormFloat64()
		}
		if e := Ratio(batches); e.Low <= want && want <= e.High {
			hit++
		}
	}
	if share := float64(hit) / rounds; share < 0.93 || share > 0.97 {
		t.Errorf("%.3f of the intervals hold the truth", share)
	}
	if e := Ratio(nil); !math.IsNaN(e.Mean) {
		t.Errorf("nothing gives %v", e)
	}
}

func TestQuantile(t *testing.T) {
	counts := []int{0, 5, 3, 0, 2}
	for q, want := range map[float64]int{0.5: 1, 0.8: 2, 0.95: 4, 1: 4} {
		if got := Quantile(counts, q); got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
}

func TestPoisson(t *testing.T) {
	rng := Dice(1, "poisson")
	for _, mean := range []float64{3, 200} {
		const n = 20000
		var s, squares float64
		for range n {
			v := float64(Poisson(rng, mean))
			s += v
			squares += v * v
		}
		m := s / n
		if v := squares/n - m*m; math.Abs(m-mean) > 0.02*mean || math.Abs(v-mean) > 0.05*mean {
			t.Errorf("mean %v: %v with variance %v", mean, m, v)
		}
	}
}
