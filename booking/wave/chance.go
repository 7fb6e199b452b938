package wave

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The chance of a card is an estimate from below, computed from what is published and nothing else.
//
// An entry of size s that accepts the windows A is served for certain when the entries ahead of it in key order that
// accept a window of A have fewer seats together than C = Σ max(0, seats − s + 1) over A: then some window of A still
// has s seats free, whoever was moved where. That is a lower bound of being served, and exact when all accept the
// same windows and come alone. Keys race like exponential clocks with the weights as rates, so the chance is
//
//	∫ P(seats wanted by those who are ahead at u < C) du over 0 < u < 1,
//
// where u^(w'/w) is the chance that a rival of weight w' is still behind. Guaranteed entries are taken to come first,
// up to half of the seats. The next draws are taken to have the seats and windows of this one; the rivals are those who
// were not served, less the published share that gives up, with a weight one higher; and as many new ones as the
// published rate says, who accept and need what the entries of this draw did.

// chanceDraws is how many draws a card looks ahead.
const chanceDraws = 3

// exactCapacity is up to how many seats the number ahead is computed exactly; above, a normal law is near enough.
const exactCapacity = 64

// steps is into how many parts the integral is cut.
const steps = 96

// traits are what an entry's chance depends on.
type traits struct {
	weight     int
	guaranteed bool
	size       int
	windows    uint64
	grows      bool // a loss raises its weight
}

// crowd counts rivals by weight, size and guarantee (1).
type crowd [MaxWeight + 1][MaxSize + 1][2]float64

// outlook is a draw as one of its entries would meet it again.
type outlook struct {
	capacity  int // C
	half      float64
	near, far crowd // who accept one of her windows, and the others
	new       crowd // who come to each draw and accept one of her windows
	target    int
	rho       float64
	published bool // rho stands in the announcement; else it is what this draw showed
	giveUp    float64
}

// view builds the outlook of an entry from a drawn wave; mine is its row there, -1 when it has none.
func view(w Wave, p *past, own traits, mine int) outlook {
	v := outlook{half: float64((p.seats + 1) / 2), target: w.Guarantee.T, giveUp: share(w.Guarantee.GiveUp)}
	var open uint64
	for _, win := range w.Windows {
		if own.windows&win.Bit() != 0 && win.Seats >= own.size {
			v.capacity += win.Seats - own.size + 1
			open |= win.Bit()
		}
	}
	novices := 0
	for i, e := range p.entries.Rows {
		if e.Weight == 1 {
			novices++
		}
		near := e.Windows&open != 0
		if near {
			v.new[1][e.Size][0]++
		}
		if i == mine || p.place[i] == 0 {
			continue
		}
		c := &v.far
		if near {
			c = &v.near
		}
		c[e.Weight][e.Size][flag(e.Ensured)]++
	}
	v.near, v.far = v.aged(v.near), v.aged(v.far)
	v.rho, v.published = share(w.Guarantee.Rho), true
	if v.rho <= 0 && p.seats > 0 {
		v.rho, v.published = float64(novices)/float64(p.seats), false
	}
	if n := len(p.entries.Rows); n > 0 {
		v.new = v.new.times(v.rho * float64(p.seats) / float64(n))
	}
	return v
}

// chance is that of being served in at least one of the next draws.
func (v outlook) chance(own traits, draws int) float64 {
	missed := 1.0
	for range draws {
		v.near = v.near.plus(v.new)
		missed *= 1 - v.once(own)
		v.near, v.far = v.aged(v.near.unserved(float64(v.capacity), v.half)), v.aged(v.far)
		if own.grows {
			own.weight = min(MaxWeight, own.weight+1)
			own.guaranteed = own.guaranteed || v.reaches(own.weight)
		}
	}
	return min(1, max(0, 1-missed))
}

// once is the chance in one draw.
func (v outlook) once(own traits) float64 {
	first := min(v.half, v.near.seats(1))
	rivals := v.near
	if g := v.near.seats(1); g > 0 {
		rivals = rivals.thinned(1, (g-first)/g)
	}
	common := race(rivals, own.weight, float64(v.capacity)-first)
	if !own.guaranteed {
		return common
	}
	others := v.near.plus(v.far).thinned(0, 0)
	room := min(v.half-float64(own.size)+1, float64(v.capacity))
	return max(common, race(others, own.weight, room))
}

// aged is a crowd after a lost draw: some give up, the others weigh more, some reach the target.
func (v outlook) aged(c crowd) (out crowd) {
	for w := 1; w <= MaxWeight; w++ {
		next := min(MaxWeight, w+1)
		for s := range c[w] {
			for g, n := range c[w][s] {
				if v.reaches(next) {
					g = 1
				}
				out[next][s][g] += n * (1 - v.giveUp)
			}
		}
	}
	return out
}

// reaches tells whether a weight means that the target is reached; of the highest weight it is assumed.
func (v outlook) reaches(weight int) bool {
	return v.target > 0 && (weight-1 >= v.target || weight == MaxWeight)
}

// unserved is what a draw leaves of a crowd: the guaranteed are served first, up to half; then all race for the rest.
func (c crowd) unserved(capacity, half float64) crowd {
	if g := c.seats(1); g > 0 {
		first := min(half, g, capacity)
		c, capacity = c.thinned(1, (g-first)/g), capacity-first
	}
	if all := c.seats(0) + c.seats(1); all <= capacity {
		return crowd{}
	}
	u := c.when(1, capacity)
	for w := 1; w <= MaxWeight; w++ {
		for s := range c[w] {
			for g := range c[w][s] {
				c[w][s][g] *= math.Pow(u, float64(w))
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

// race is the chance that fewer than room seats are wanted by those ahead of an entry of the weight.
func race(c crowd, weight int, room float64) float64 {
	if room < 1 {
		return 0
	}
	if c.seats(0)+c.seats(1) < room {
		return 1
	}
	// Below this u so many are ahead that nothing is left.
	from := c.when(weight, room+6*math.Sqrt(room*c.largest())+12)
	if mean, _ := c.ahead(weight, from); mean < room {
		from = 0
	}
	sum := 0.0
	for i := range steps {
		u := from + (1-from)*(float64(i)+0.5)/steps
		if room <= exactCapacity {
			sum += c.fewer(weight, u, int(room))
		} else {
			sum += c.fewerAbout(weight, u, room)
		}
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

func (c crowd) times(f float64) crowd { return c.thinned(0, f).thinned(1, f) }

// thinned keeps a share of the guaranteed (1) or of the others (0).
func (c crowd) thinned(guaranteed int, f float64) crowd {
	for w := range c {
		for s := range c[w] {
			c[w][s][guaranteed] *= f
		}
	}
	return c
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// share reads a published rate; 0 when there is none.
func share(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= 0) || math.IsInf(x, 1) {
		return 0
	}
	return x
}

// basis says what the chance rests on, in both languages.
func (v outlook) basis() (uk, en string) {
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	comma := func(x float64) string { return strings.ReplaceAll(number(x), ".", ",") }
	come, comeEN := "оголошена частка нових заявок", "the announced rate of new entries"
	if !v.published {
		come, comeEN = "нових заявок стільки, скільки в цьому жеребкуванні мали вагу 1", "as many new entries as had weight 1 in this draw"
	}
	uk = fmt.Sprintf("Оцінка знизу за опублікованими файлами цього жеребкування, якщо в %d наступних буде стільки ж місць у таких самих проміжках, "+
		"знову прийдуть усі, хто не отримав місця, крім частки %s, а на кожне місце припаде %s нових заявок (%s). Це не обіцянка.",
		chanceDraws, comma(v.giveUp), comma(v.rho), come)
	en = fmt.Sprintf("An estimate from below by the published files of this draw, if the next %d have as many seats in the same windows, "+
		"all who were not served come again but for a share of %s, and %s new entries come for each seat (%s). It is no promise.",
		chanceDraws, number(v.giveUp), number(v.rho), comeEN)
	return uk, en
}
