package wave

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The chance of a card is an estimate from below, computed from what is published and nothing else.
//
// Somebody who comes alone and accepts the windows A is refused only when, for some set T of windows around A, those
// ahead of her in key order who can be served nowhere else than in T want all of its seats (that is what the search of
// the draw finds; families never move, so that they count as soon as they accept a window of T). Some of these sets
// bind, most never can; "ahead" events help each other, so that the product over the sets is a lower bound. For a
// family of size s it is the same for each window that she accepts, less s − 1 seats, and the best window counts. Keys
// race like exponential clocks with the weights as rates; so the chance is
//
//	∫ Π P(seats of T wanted by those who are ahead at u < seats of T) du over 0 < u < 1,
//
// where u^(w'/w) is the chance that a rival of weight w' is still behind. Guaranteed entries are taken to come first,
// up to half of the seats. The next draws are taken to have the seats and windows of this one, and to serve as many of
// her rivals; the rivals are those who were not served, less the published share that gives up, with a weight one
// higher, and as many new ones as the published rate says, who accept and need what the entries of this draw did.

// chanceDraws is how many draws a card looks ahead.
const chanceDraws = 3

// caution is what is left of the estimate on the card: who comes and who gives up is expected, not known.
const caution = 0.95

// traits are what an entry's chance depends on.
type traits struct {
	weight     int
	guaranteed bool
	size       int
	windows    uint64
	grows      bool // a loss raises its weight
}

// bound says: fewer than room seats may be wanted by those of the crowd who are ahead.
type bound struct {
	room  int
	crowd crowd
	new   crowd   // who join it before each draw
	given float64 // seats that its like were given in this draw
}

// outlook is a draw as one of its entries would meet it again.
type outlook struct {
	ways      [][]bound // she is served when all bounds of one way hold
	near      bound     // who accept one of her windows; room is the seats in them that she could be given
	far       crowd     // the others
	half      float64
	target    int
	rho       float64
	published bool // rho stands in the announcement; else it is what this draw showed
	giveUp    float64
}

// view builds the outlook of an entry from a drawn wave; mine is its row there, -1 when it has none.
func view(w Wave, p *past, own traits, mine int) outlook {
	v := outlook{half: float64((p.seats + 1) / 2), target: w.Guarantee.T, giveUp: share(w.Guarantee.GiveUp)}
	var hers uint64
	for _, win := range w.Windows {
		if own.windows&win.Bit() != 0 && win.Seats >= own.size {
			v.near.room += win.Seats - own.size + 1
			hers |= win.Bit()
		}
	}
	v.rho, v.published = share(w.Guarantee.Rho), true
	if v.rho <= 0 && p.seats > 0 {
		v.rho, v.published = float64(p.novices())/float64(p.seats), false
	}
	join := 0.0
	if n := len(p.entries.Rows); n > 0 {
		join = v.rho * float64(p.seats) / float64(n)
	}
	v.near = v.count(p, v.near.room, mine, join, touching(hers))
	v.far = v.count(p, 0, mine, join, func(m uint64, _ int) bool { return m&hers == 0 }).crowd
	v.ways = [][]bound{{v.near}}
	for _, sets := range binding(w, p, own, hers) {
		var way []bound
		for _, t := range sets {
			way = append(way, v.count(p, t.seats-own.size+1, mine, join, confined(t.windows)))
		}
		v.ways = append(v.ways, way)
	}
	return v
}

// touching are those who accept one of the windows; confined those who can only be in them, and families that can.
func touching(windows uint64) func(uint64, int) bool {
	return func(m uint64, _ int) bool { return m&windows != 0 }
}

func confined(windows uint64) func(uint64, int) bool {
	return func(m uint64, size int) bool { return m&^windows == 0 || size > 1 && m&windows != 0 }
}

// count is a bound on some of the draw's entries: those of them who were not served, as they come to the next draw, and
// those like them who join each time.
func (v outlook) count(p *past, room, mine int, join float64, in func(windows uint64, size int) bool) bound {
	b := bound{room: room}
	for i, e := range p.entries.Rows {
		switch {
		case !in(e.Windows, e.Size):
			continue
		case p.place[i] == 0:
			b.given += float64(e.Size)
		case i != mine:
			b.crowd[e.Weight][e.Size][flag(e.Ensured)]++
		}
		b.new[1][e.Size][0] += join
	}
	b.crowd = v.aged(b.crowd)
	return b
}

// chance is that of being served in at least one of the next draws.
func (v outlook) chance(own traits, draws int) float64 {
	missed := 1.0
	for range draws {
		v = v.each(func(b bound) bound { b.crowd = b.crowd.plus(b.new); return b })
		missed *= 1 - v.once(own)
		v = v.each(v.passed)
		v.far = v.aged(v.far)
		if own.grows {
			own.weight = min(MaxWeight, own.weight+1)
			own.guaranteed = own.guaranteed || v.reaches(own.weight)
		}
	}
	return caution * min(1, max(0, 1-missed))
}

// each is the outlook with every bound changed.
func (v outlook) each(change func(bound) bound) outlook {
	v.near = change(v.near)
	ways := make([][]bound, len(v.ways))
	for i, way := range v.ways {
		for _, b := range way {
			ways[i] = append(ways[i], change(b))
		}
	}
	v.ways = ways
	return v
}

// once is the chance in one draw.
func (v outlook) once(own traits) (best float64) {
	for _, way := range v.ways {
		best = max(best, race(v.behindGuaranteed(way), own.weight))
	}
	if own.guaranteed { // she comes first herself, among those who do
		first := bound{room: min(int(v.half)-own.size+1, v.near.room), crowd: v.near.crowd.plus(v.far).thinned(0, 0)}
		best = max(best, race([]bound{first}, own.weight))
	}
	return best
}

// behindGuaranteed lets the guaranteed come first, up to half of the seats.
func (v outlook) behindGuaranteed(way []bound) []bound {
	part := 1.0 // of the guaranteed who are served first
	if g := v.near.crowd.seats(1); g > v.half {
		part = v.half / g
	}
	out := make([]bound, len(way))
	for i, b := range way {
		if g := b.crowd.seats(1); g > 0 {
			b.room -= int(math.Ceil(g * part))
			b.crowd = b.crowd.thinned(1, 1-part)
		}
		out[i] = b
	}
	return out
}

// passed is a bound after a draw that gave its crowd as much as this one did.
func (v outlook) passed(b bound) bound {
	given := b.given
	if g := b.crowd.seats(1); g > 0 {
		first := min(v.half, g, given)
		b.crowd, given = b.crowd.thinned(1, (g-first)/g), given-first
	}
	if b.crowd.seats(0)+b.crowd.seats(1) <= given {
		b.crowd = crowd{}
		return b
	}
	b.crowd = v.aged(b.crowd.behind(b.crowd.when(1, given)))
	return b
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
	come, comeEN := "за оголошеною часткою", "the announced rate"
	if !v.published {
		come, comeEN = "стільки в цьому жеребкуванні мали вагу 1", "as many as had weight 1 in this draw"
	}
	uk = fmt.Sprintf("Обережна оцінка за опублікованими файлами цього жеребкування: у %d наступних стільки ж місць у таких самих проміжках, "+
		"знову приходять усі, хто не отримав місця, крім частки %s, а на кожне місце припадає нових заявок: %s (%s). Це не обіцянка.",
		chanceDraws, comma(v.giveUp), comma(v.rho), come)
	en = fmt.Sprintf("A cautious estimate by the published files of this draw: the next %d have as many seats in the same windows, "+
		"all who were not served come again but for a share of %s, and %s new entries come for each seat (%s). It is no promise.",
		chanceDraws, number(v.giveUp), number(v.rho), comeEN)
	return uk, en
}
