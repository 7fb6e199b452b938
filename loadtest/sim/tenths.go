package sim

import "chesna/loadtest/sim/sample"

// Tenths compares people by how fast they react.
type Tenths struct {
	Draw, FirstCome [10]float64     // share of those who entered that got a seat
	Missed          [10]float64     // share that heard of the draw after it closed
	Ratio           sample.Estimate // fastest ÷ slowest, of those who entered
	RatioAll        sample.Estimate // fastest ÷ slowest, of all, those who heard too late included
}

// tenths looks at the people of all rows together.
func (s *shares) tenths() Tenths {
	var (
		t   Tenths
		all []sharesBatch
		sum sharesBatch
		run float64
	)
	for _, batches := range s.batches {
		all = append(all, batches...)
	}
	for _, b := range all {
		run++
		for d := range 10 {
			sum.wanted[d] += b.wanted[d]
			sum.entered[d] += b.entered[d]
			sum.won[d] += b.won[d]
			sum.firstComes[d] += b.firstComes[d]
		}
	}
	for d := range 10 {
		t.Draw[d] = sum.won[d] / sum.entered[d]
		t.Missed[d] = 1 - sum.entered[d]/sum.wanted[d]
		t.FirstCome[d] = sum.firstComes[d] / (sum.wanted[d] / float64(s.draws))
	}
	t.Ratio = sample.Over(all, func(b *sharesBatch) sample.Pair {
		return sample.Pair{Got: b.won[0] / b.entered[0], Due: b.won[9] / b.entered[9]}
	})
	t.RatioAll = sample.Over(all, func(b *sharesBatch) sample.Pair {
		return sample.Pair{Got: b.won[0] / b.wanted[0], Due: b.won[9] / b.wanted[9]}
	})
	return t
}
