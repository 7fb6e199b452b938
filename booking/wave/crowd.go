package wave

import "math"

// exactRoom is up to how many seats the number ahead is computed exactly; above, a normal law is near enough.
const exactRoom = 24

// steps is into how many parts the integral is cut.
const steps = 96

// crowd counts rivals by weight, size and guarantee (1).
type crowd [MaxWeight + 1][MaxSize + 1][2]float64

// behind is who is still behind at u, as somebody of weight 1 sees it.
func (c crowd) behind(u float64) crowd {
	for w := 1; w <= MaxWeight; w++ {
		q := math.Pow(u, float64(w))
		for s := range c[w] {
			for g := range c[w][s] {
				c[w][s][g] *= q
			}
		}
	}
	return c
}

// when is the u, as a rival of the weight sees it, at which the crowd has taken so many seats on average; 0: never.
func (c crowd) when(weight int, seats float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		mid := (low + high) / 2
		if mean, _ := c.ahead(weight, mid); mean > seats {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// ahead is the mean and the variance of the seats wanted by those whose keys are smaller at u.
func (c crowd) ahead(weight int, u float64) (mean, variance float64) {
	for w := 1; w <= MaxWeight; w++ {
		q := math.Pow(u, float64(w)/float64(weight))
		for s := 1; s <= MaxSize; s++ {
			n := c[w][s][0] + c[w][s][1]
			mean += n * float64(s) * (1 - q)
			variance += n * float64(s*s) * (1 - q) * q
		}
	}
	return mean, variance
}

// race is the chance, at least, that all bounds hold when an entry of the weight has its turn.
func race(bounds []bound, weight int) float64 {
	from := 0.0
	var open []bound
	for _, b := range bounds {
		room := float64(b.room)
		if room < 1 {
			return 0
		}
		if b.crowd.seats(0)+b.crowd.seats(1) < room {
			continue
		}
		// Below this u so many are ahead that nothing is left.
		u := b.crowd.when(weight, room+6*math.Sqrt(room*b.crowd.largest())+12)
		if mean, _ := b.crowd.ahead(weight, u); mean >= room {
			from = max(from, u)
		}
		open = append(open, b)
	}
	sum := 0.0
	for i := range steps {
		u := from + (1-from)*(float64(i)+0.5)/steps
		holds := 1.0
		for _, b := range open {
			if holds < 1e-6 {
				break
			}
			if b.room <= exactRoom {
				holds *= b.crowd.fewer(weight, u, b.room)
			} else {
				holds *= b.crowd.fewerAbout(weight, u, float64(b.room))
			}
		}
		sum += holds
	}
	return (1 - from) * sum / steps
}

// fewerAbout is P(ahead < room) by the normal law.
func (c crowd) fewerAbout(weight int, u, room float64) float64 {
	mean, variance := c.ahead(weight, u)
	if variance <= 0 {
		if mean < room {
			return 1
		}
		return 0
	}
	return 0.5 * math.Erfc((mean-room+0.5)/math.Sqrt(2*variance))
}

// fewer is P(ahead < room), exactly: the numbers ahead are binomial in each class.
func (c crowd) fewer(weight int, u float64, room int) float64 {
	law := make([]float64, room)
	law[0] = 1
	for w := 1; w <= MaxWeight; w++ {
		p := 1 - math.Pow(u, float64(w)/float64(weight))
		for s := 1; s <= MaxSize; s++ {
			if n := c[w][s][0] + c[w][s][1]; n > 0 {
				whole, rest := math.Modf(n)
				law = convolve(law, whole, p, s)
				law = convolve(law, 1, p*rest, s)
			}
		}
	}
	sum := 0.0
	for _, x := range law {
		sum += x
	}
	return min(1, sum)
}

// convolve adds n independent rivals, each ahead with chance p and wanting size seats, to a law of seats.
func convolve(law []float64, n, p float64, size int) []float64 {
	if n == 0 || p <= 0 {
		return law
	}
	out := make([]float64, len(law))
	lgn, _ := math.Lgamma(n + 1)
	for k := 0; k*size < len(law) && float64(k) <= n; k++ {
		var b float64
		switch {
		case p < 1:
			lgk, _ := math.Lgamma(float64(k) + 1)
			lgr, _ := math.Lgamma(n - float64(k) + 1)
			b = math.Exp(lgn - lgk - lgr + float64(k)*math.Log(p) + (n-float64(k))*math.Log1p(-p))
		case float64(k) == n:
			b = 1
		}
		for i := 0; i+k*size < len(law); i++ {
			out[i+k*size] += b * law[i]
		}
	}
	return out
}

// seats is how many seats the guaranteed (1) or the others (0) want.
func (c crowd) seats(guaranteed int) (n float64) {
	for w := range c {
		for s := range c[w] {
			n += float64(s) * c[w][s][guaranteed]
		}
	}
	return n
}

// largest is the greatest size in the crowd.
func (c crowd) largest() float64 {
	for s := MaxSize; s > 1; s-- {
		for w := range c {
			if c[w][s][0]+c[w][s][1] > 0 {
				return float64(s)
			}
		}
	}
	return 1
}

func (c crowd) plus(d crowd) crowd {
	for w := range c {
		for s := range c[w] {
			c[w][s][0] += d[w][s][0]
			c[w][s][1] += d[w][s][1]
		}
	}
	return c
}

// thinned keeps a share of the guaranteed (1) or of the others (0).
func (c crowd) thinned(guaranteed int, f float64) crowd {
	for w := range c {
		for s := range c[w] {
			c[w][s][guaranteed] *= f
		}
	}
	return c
}
