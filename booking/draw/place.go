package draw

import (
	"slices"
	"time"
)

// place gives seats inside each window: entries by size (largest first), then by key, take the first run of
// consecutive seats at one counter, else the first free seats, in the order of the manifest. The result maps a
// rank to its seats.
func place(m *Manifest, rows []Entry, sorted []int32, window []int8) map[int32][]int {
	hall := newHall(m)
	var admitted [MaxWindows][]int32
	for rank, w := range window {
		if w != none {
			admitted[w] = append(admitted[w], int32(rank))
		}
	}
	out := make(map[int32][]int)
	for w, list := range admitted {
		slices.SortStableFunc(list, func(a, b int32) int { return rows[sorted[b]].Size - rows[sorted[a]].Size })
		for _, rank := range list {
			out[rank] = hall.take(w, rows[sorted[rank]].Size)
		}
	}
	return out
}

// hall is the seats of each window with what is taken.
type hall struct {
	seats [MaxWindows][]int // indices into the manifest, in its order
	first [MaxWindows]int   // no free seat stands before this place
	next  []int             // the seat at the same counter and window that begins when this ends, or none
	taken []bool
}

func newHall(m *Manifest) *hall {
	type at struct {
		window  int
		counter string
		start   int64
	}
	h := &hall{next: make([]int, len(m.Seats)), taken: make([]bool, len(m.Seats))}
	begins := make(map[at]int, len(m.Seats))
	for i, s := range m.Seats {
		h.seats[s.Window] = append(h.seats[s.Window], i)
		begins[at{s.Window, s.Counter, s.Start.Unix()}] = i
	}
	for i, s := range m.Seats {
		end := s.Start.Add(time.Duration(s.Minutes) * time.Minute).Unix()
		if n, ok := begins[at{s.Window, s.Counter, end}]; ok {
			h.next[i] = n
		} else {
			h.next[i] = none
		}
	}
	return h
}

// take gives size free seats of the window; choose has made sure that there are as many.
func (h *hall) take(w, size int) []int {
	list := h.seats[w]
	for h.first[w] < len(list) && h.taken[list[h.first[w]]] {
		h.first[w]++
	}
	got := h.run(list[h.first[w]:], size)
	if got == nil {
		for _, s := range list[h.first[w]:] {
			if !h.taken[s] {
				got = append(got, s)
			}
			if len(got) == size {
				break
			}
		}
	}
	for _, s := range got {
		h.taken[s] = true
	}
	slices.Sort(got)
	return got
}

// run is the first sequence of free seats at one counter, each beginning when the last ends.
func (h *hall) run(list []int, size int) []int {
	for _, s := range list {
		var got []int
		for n := s; n != none && !h.taken[n] && len(got) < size; n = h.next[n] {
			got = append(got, n)
		}
		if len(got) == size {
			return got
		}
	}
	return nil
}
