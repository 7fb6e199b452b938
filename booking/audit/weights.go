package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"chesna/booking/draw"
)

// seats: no seat is in two draws, unless the first ended without giving it, or it came back and is drawn in standby.
func (h *historian) seats() answer {
	last := map[string]*past{}
	var faults []string
	n := 0
	for _, p := range h.draws {
		if p.story.announcement == nil {
			continue
		}
		for _, seat := range slices.Sorted(maps.Keys(p.seats)) {
			before, again := last[seat]
			last[seat] = p
			if !again {
				n++
				continue
			}
			end, ended := before.end()
			switch {
			case !ended || end > p.order():
				faults = append(faults, fmt.Sprintf("seat %s is in %s and, before that ended, in %s", seat, before.id(), p.id()))
			case before.seats[seat] && p.story.announcement.leaf.Kind != kindStandby:
				faults = append(faults, fmt.Sprintf("%s gave seat %s away, and %s, which is no standby draw, offers it again", before.id(), seat, p.id()))
			}
		}
	}
	return judge(faults, fmt.Sprintf("%d seats, none in two draws at a time", n))
}

const kindStandby = "standby"

// tally counts the unserved rows of earlier main draws of a group, by weight; index 0 is not used.
type tally struct {
	rows    [draw.MaxWeight + 1]int // all
	singles [draw.MaxWeight + 1]int // of size 1
	members [draw.MaxWeight + 1]int // persons in those of larger size
}

func (t *tally) lose(r pastRow) {
	t.rows[r.weight]++
	if r.size == 1 {
		t.singles[r.weight]++
	} else {
		t.members[r.weight] += r.size
	}
}

// bound is how many rows of a weight there can be, as rows and as people. A row with w = j+1 needs an earlier unserved row
// with w = j (at 8: with 7 or 8). Where families lost, each member carries the loss on and may enter apart from the
// others later, and a family's weight was the smallest of its members': then as many people count.
func (t *tally) bound(weight int) (rows, people int) {
	from := []int{weight - 1}
	if weight == draw.MaxWeight {
		from = append(from, weight)
	}
	for _, w := range from {
		rows += t.rows[w]
		people += t.singles[w]
	}
	for w := 1; w <= from[len(from)-1]; w++ {
		people += t.members[w]
	}
	return rows, max(rows, people)
}

// weights: nobody has more losses than there were to lose. For each main draw, the rows of each weight are compared with
// the unserved rows of the group's main draws that had ended before it closed.
func (h *historian) weights() answer {
	if h.log == nil && h.seqs[0] == nil {
		return skips("the draws before these are not here")
	}
	groups := map[string][]*past{}
	for _, p := range h.draws {
		if a := p.story.announcement; a != nil && a.leaf.Kind != kindStandby && p.story.closing != nil {
			groups[a.leaf.Group] = append(groups[a.leaf.Group], p)
		}
	}
	var faults []string
	notes := ""
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		draws := groups[group]
		byEnd := slices.Clone(draws)
		ended := func(p *past) int64 { seq, _ := p.end(); return seq }
		slices.SortStableFunc(byEnd, func(a, b *past) int { return cmp.Compare(ended(a), ended(b)) })
		slices.SortStableFunc(draws, func(a, b *past) int { return cmp.Compare(a.story.closing.leaf.Seq, b.story.closing.leaf.Seq) })
		var t tally
		for _, p := range draws {
			for len(byEnd) > 0 && ended(byEnd[0]) < p.story.closing.leaf.Seq {
				t.add(byEnd[0])
				byEnd = byEnd[1:]
			}
			bad, stretched := t.compare(p)
			faults = append(faults, bad...)
			if stretched {
				notes = "; in some, only because members of families that lost count one by one"
			}
		}
	}
	return judge(faults, fmt.Sprintf("in %d groups no more weight than losses%s", len(groups), notes))
}

// add takes the losses of a draw. Without a result nobody lost.
func (t *tally) add(p *past) {
	if p.story.result == nil {
		return
	}
	for _, r := range p.rows {
		if !r.served {
			t.lose(r)
		}
	}
}

// compare tells which weights of a draw are more than there can be, and whether some are only possible by families.
func (t *tally) compare(p *past) (faults []string, stretched bool) {
	var have [draw.MaxWeight + 1]int
	for _, r := range p.rows {
		have[r.weight]++
	}
	for w := 2; w <= draw.MaxWeight; w++ {
		rows, people := t.bound(w)
		switch {
		case have[w] > people:
			faults = append(faults, fmt.Sprintf("%s has %d rows with weight %d, but earlier draws left %d such rows unserved", p.id(), have[w], w, rows))
		case have[w] > rows:
			stretched = true
		}
	}
	return faults, stretched
}

// carried: who waits in a main draw stands in its standby draws with the same weight, without a guarantee, and only
// until she is served.
func (h *historian) carried() answer {
	byID := map[string]*past{}
	for _, p := range h.draws {
		byID[p.id()] = p
	}
	served := map[string]map[nf]bool{} // by parent: in it, or in a standby draw of it
	var faults []string
	n, rows := 0, 0
	for _, p := range h.draws {
		a := p.story.announcement
		if a == nil || a.leaf.Kind != kindStandby || p.story.result == nil {
			continue
		}
		parent := byID[a.leaf.Parent]
		if a.leaf.Parent == "" || parent == nil {
			continue
		}
		n++
		had := map[nf]pastRow{}
		if served[a.leaf.Parent] == nil {
			served[a.leaf.Parent] = map[nf]bool{}
		}
		done := served[a.leaf.Parent]
		for _, r := range parent.rows {
			had[r.nf] = r
			done[r.nf] = done[r.nf] || r.served
		}
		for _, r := range p.rows {
			before, ok := had[r.nf]
			if !ok { // somebody who entered here
				if r.ensured {
					faults = append(faults, fmt.Sprintf("%s has the row %.8x… with a guarantee, which standby draws do not give", p.id(), r.nf))
				}
				continue
			}
			rows++
			switch {
			case done[r.nf]:
				faults = append(faults, fmt.Sprintf("%s has the row %.8x…, which was served before", p.id(), r.nf))
			case r.weight != before.weight || r.size != before.size || r.ensured:
				faults = append(faults, fmt.Sprintf("%s has the row %.8x… with another weight, size or guarantee than its parent gives", p.id(), r.nf))
			}
		}
		for _, r := range p.rows {
			done[r.nf] = done[r.nf] || r.served
		}
	}
	if n == 0 {
		return skips("no standby draw is here with its parent")
	}
	return judge(faults, fmt.Sprintf("%d rows in %d standby draws, as their parents left them", rows, n))
}
