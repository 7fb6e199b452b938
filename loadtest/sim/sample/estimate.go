package sample

import "math"

// Estimate is a mean with its 95 % interval.
type Estimate struct {
	Mean, Low, High float64
}

// Within tells whether the whole interval lies between the bounds.
func (e Estimate) Within(low, high float64) bool { return e.Low >= low && e.High <= high }

// Pair is what one batch of waves adds to a ratio: got over due.
type Pair struct{ Got, Due float64 }

// Add puts another batch to the pair.
func (p *Pair) Add(q Pair) { p.Got += q.Got; p.Due += q.Due }

// Ratio estimates Σgot ÷ Σdue over independent batches, with the linearised error of a ratio and Student's t. A ratio
// without anything due is NaN.
func Ratio(batches []Pair) Estimate {
	var sum Pair
	for _, b := range batches {
		sum.Add(b)
	}
	n := float64(len(batches))
	if sum.Due == 0 || n < 2 {
		return Estimate{math.NaN(), math.NaN(), math.NaN()}
	}
	r := sum.Got / sum.Due
	var squares float64
	for _, b := range batches {
		d := b.Got - r*b.Due
		squares += d * d
	}
	t := 1.96 + 2.4/(n-1) // within 0.03 of Student's t for nine degrees of freedom and more
	half := t * math.Sqrt(squares*n/(n-1)) / math.Abs(sum.Due)
	return Estimate{r, r - half, r + half}
}

// Quantile is the smallest value at or below which a share q of the counted values lies.
func Quantile(counts []int, q float64) int {
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

// Over is the ratio of what each batch says.
func Over[B any](batches []B, what func(*B) Pair) Estimate {
	pairs := make([]Pair, len(batches))
	for i := range batches {
		pairs[i] = what(&batches[i])
	}
	return Ratio(pairs)
}
