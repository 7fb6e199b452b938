package wave

import (
	"cmp"
	"math/bits"
	"slices"
)

// mostBinding is how many sets of windows are looked at for one way of being served; the others bind less.
const mostBinding = 12

// tight is a set of windows with its seats.
type tight struct {
	windows uint64
	seats   int
	wanted  float64 // seats that those confined to it wanted in the draw
}

// binding finds the sets of windows that can keep an entry out, for each way of being served: one way for somebody
// alone, one a window for a family.
func binding(w Wave, p *past, own traits, hers uint64) (ways [][]tight) {
	if hers == 0 {
		return nil
	}
	var all uint64
	for _, win := range w.Windows {
		all |= win.Bit()
	}
	wanted := p.wanted(all)
	if own.size == 1 {
		return [][]tight{tightest(w, wanted, own.windows&all, all, own.size)}
	}
	for m := hers; m != 0; m &= m - 1 {
		ways = append(ways, tightest(w, wanted, m&-m, all, own.size))
	}
	return ways
}

// demand is what entries with these windows wanted: alone, and as families.
type demand struct {
	windows       uint64
	alone, family float64
}

// wanted sums up the draw's entries by their windows.
func (p *past) wanted(all uint64) []demand {
	sums := map[uint64]demand{}
	for _, e := range p.entries.Rows {
		d := sums[e.Windows&all]
		if e.Size == 1 {
			d.alone++
		} else {
			d.family += float64(e.Size)
		}
		sums[e.Windows&all] = d
	}
	out := make([]demand, 0, len(sums))
	for m, d := range sums {
		d.windows = m
		out = append(out, d)
	}
	return out
}

// tightest are the sets around the core that are wanted most, measured by their seats.
func tightest(w Wave, wanted []demand, core, all uint64, size int) (out []tight) {
	others := all &^ core
	for add := uint64(0); ; add = (add - others) & others { // every subset of the others, from none to all
		t := tight{windows: core | add}
		for _, win := range w.Windows {
			if t.windows&win.Bit() != 0 {
				t.seats += win.Seats
			}
		}
		for _, d := range wanted {
			if d.windows&^t.windows == 0 {
				t.wanted += d.alone
			}
			if d.windows&t.windows != 0 {
				t.wanted += d.family
			}
		}
		out = append(out, t)
		if add == others {
			break
		}
	}
	load := func(t tight) float64 { return t.wanted / float64(max(1, t.seats-size+1)) }
	slices.SortFunc(out, func(a, b tight) int {
		return cmp.Or(cmp.Compare(load(b), load(a)), bits.OnesCount64(a.windows)-bits.OnesCount64(b.windows), cmp.Compare(a.windows, b.windows))
	})
	return out[:min(len(out), mostBinding)]
}

// novices counts the entries of weight 1.
func (p *past) novices() (n int) {
	for _, e := range p.entries.Rows {
		if e.Weight == 1 {
			n++
		}
	}
	return n
}
