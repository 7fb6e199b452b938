package draw

import "container/heap"

// none marks an entry that is in no window.
const none = -1

// floor is the state of the choosing: which window each admitted entry is in, and what is free. An entry's
// rank is its place in key order, so that "the largest key" is "the greatest rank".
type floor struct {
	rows   []Entry
	sorted []int32 // rank → row
	window []int8  // rank → window, or none
	free   [MaxWindows]int
	// movers[a][b] holds ranks of size-1 entries that were placed in a and accept b, greatest first; those
	// that have left a since are dropped when they come up.
	movers [MaxWindows][MaxWindows]ranks
	// dead windows are full for good: they have no free seat, and who is in them accepts only dead ones, so that
	// no path leads through them to a free seat, ever. Unlike closed, they need no failed search of size 1.
	dead uint64
	// tooBig is, by window, the smallest size that found no room since somebody was admitted last; 0 is none. A
	// failed try is undone, so the next would end alike.
	tooBig [MaxWindows]int
}

type ranks []int32

func (r ranks) Len() int           { return len(r) }
func (r ranks) Less(i, j int) bool { return r[i] > r[j] }
func (r ranks) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranks) Push(x any)        { *r = append(*r, x.(int32)) }
func (r *ranks) Pop() any {
	old := *r
	x := old[len(old)-1]
	*r = old[:len(old)-1]
	return x
}

func (f *floor) entry(rank int32) *Entry { return &f.rows[f.sorted[rank]] }

// put places a size-1 entry in a window. The caller keeps the count of free seats.
func (f *floor) put(rank int32, w int) {
	f.window[rank] = int8(w)
	for b, mask := 0, f.entry(rank).Windows; mask != 0; b, mask = b+1, mask>>1 {
		if mask&1 == 1 && b != w {
			heap.Push(&f.movers[w][b], rank)
		}
	}
}

// mover is the entry with the largest key in a that accepts b, or none.
func (f *floor) mover(a, b int) int32 {
	h := &f.movers[a][b]
	for len(*h) > 0 {
		if top := (*h)[0]; int(f.window[top]) == a {
			return top
		}
		heap.Pop(h)
	}
	return none
}

// step is one entry moved along a path.
type step struct {
	rank     int32
	from, to int
}

// search looks breadth-first from the starting windows for one with a free seat. It returns the windows that it
// reached and, when it found one, the path from a starting window to it. A path may not end in notHere.
func (f *floor) search(from uint64, notHere int) (reached uint64, path []int) {
	var queue [MaxWindows]int
	var parent [MaxWindows]int
	head, tail := 0, 0
	for w, mask := 0, from; mask != 0; w, mask = w+1, mask>>1 {
		if mask&1 == 1 {
			queue[tail], parent[w] = w, none
			tail++
		}
	}
	reached = from
	for ; head < tail; head++ {
		a := queue[head]
		if f.free[a] > 0 && a != notHere {
			for w := a; w != none; w = parent[w] {
				path = append([]int{w}, path...)
			}
			return reached, path
		}
		for b := range MaxWindows {
			if reached&(1<<b) == 0 && f.mover(a, b) != none {
				reached |= 1 << b
				queue[tail], parent[b] = b, a
				tail++
			}
		}
	}
	if notHere == none || f.free[notHere] == 0 {
		f.dead |= reached
	}
	return reached, nil
}

// shift moves one entry along each step of the path, so that the seat that was free at its end is free at its
// beginning. All movers are chosen before any is moved.
func (f *floor) shift(path []int) []step {
	steps := make([]step, 0, len(path)-1)
	for i := range len(path) - 1 {
		steps = append(steps, step{f.mover(path[i], path[i+1]), path[i], path[i+1]})
	}
	for _, s := range steps {
		f.put(s.rank, s.to)
	}
	f.free[path[0]]++
	f.free[path[len(path)-1]]--
	return steps
}

// undo takes a shift back.
func (f *floor) undo(steps []step) {
	if len(steps) == 0 {
		return
	}
	for _, s := range steps {
		f.put(s.rank, s.from)
	}
	f.free[steps[0].from]--
	f.free[steps[len(steps)-1].to]++
}
