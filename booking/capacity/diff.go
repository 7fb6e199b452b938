package capacity

import "sort"

// Diff compares what is published with what is wanted, by seat id. keep has the
// wanted form of seats in both; see Changed for those that keep their id but not
// their group or pool. Each result is sorted by id, without repetition.
func Diff(published, wanted []Seat) (add, keep, remove []Seat) {
	old, want := byID(published), byID(wanted)
	for id, s := range want {
		if _, ok := old[id]; ok {
			keep = append(keep, s)
		} else {
			add = append(add, s)
		}
	}
	for id, s := range old {
		if _, ok := want[id]; !ok {
			remove = append(remove, s)
		}
	}
	for _, l := range [][]Seat{add, keep, remove} {
		sort.Slice(l, func(i, j int) bool { return l[i].ID < l[j].ID })
	}
	return add, keep, remove
}

// Change is a seat that keeps its id but changes its service group or pool.
type Change struct{ From, To Seat }

// Changed lists the seats in both whose group or pool differs, sorted by id. A
// publisher must treat a taken one as if it were removed.
func Changed(published, wanted []Seat) []Change {
	old := byID(published)
	var out []Change
	for id, s := range byID(wanted) {
		if p, ok := old[id]; ok && (p.Group != s.Group || p.Pool != s.Pool) {
			out = append(out, Change{From: p, To: s})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].To.ID < out[j].To.ID })
	return out
}

func byID(seats []Seat) map[string]Seat {
	m := make(map[string]Seat, len(seats))
	for _, s := range seats {
		m[s.ID] = s
	}
	return m
}
