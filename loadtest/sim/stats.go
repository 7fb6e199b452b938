package sim

import "math"

// Estimate is a mean with its 95 % interval.
type Estimate struct {
	Mean, Low, High float64
}

// Within tells whether the whole interval lies between the bounds.
func (e Estimate) Within(low, high float64) bool { return e.Low >= low && e.High <= high }

// pair is what one batch of waves adds to a ratio: got over due.
type pair struct{ got, due float64 }

func (p *pair) add(q pair) { p.got += q.got; p.due += q.due }

// ratio estimates Σgot ÷ Σdue over independent batches, with the linearised error of a ratio and Student's t. A ratio
// without anything due is NaN.
func ratio(batches []pair) Estimate {
	var sum pair
	for _, b := range batches {
		sum.add(b)
	}
	n := float64(len(batches))
	if sum.due == 0 || n < 2 {
		return Estimate{math.NaN(), math.NaN(), math.NaN()}
	}
	r := sum.got / sum.due
	var squares float64
	for _, b := range batches {
		d := b.got - r*b.due
		squares += d * d
	}
	t := 1.96 + 2.4/(n-1) // within 0.03 of Student's t for nine degrees of freedom and more
	half := t * math.Sqrt(squares*n/(n-1)) / math.Abs(sum.due)
	return Estimate{r, r - half, r + half}
}

// quantile is the smallest value at or below which a share q of the counted values lies.
func quantile(counts []int, q float64) int {
	total := 0
	for _, c := range counts {
		total += c
	}
	seen := 0
	for v, c := range counts {
		seen += c
		if c > 0 && float64(seen) >= q*float64(total) {
			return v
		}
	}
	return 0
}
