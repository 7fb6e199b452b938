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

// mostChance is the most that a card says: the numbers that come and give up are expected, not known.
const mostChance = 0.99

// traits are what an entry's chance depends on.
type traits struct {
	weight     int
	guaranteed bool
	size       int
	windows    uint64
	grows      bool // a loss raises its weight
}

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
	return min(mostChance, max(0, 1-missed))
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
