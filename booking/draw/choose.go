package draw

// choose decides who is served and in which window: first guaranteed entries in key order, within half of the
// seats; then all others in key order. An admitted entry never loses its place, though it may be moved to
// another window it accepts. Closed is the union of the windows reached by failed searches of size 1: they
// are full for good, and prove that no more entries of size 1 could be served.
func choose(m *Manifest, rows []Entry, sorted []int32) (window []int8, closed uint64) {
	f := &floor{rows: rows, sorted: sorted, window: make([]int8, len(rows))}
	for i := range f.window {
		f.window[i] = none
	}
	for _, s := range m.Seats {
		f.free[s.Window]++
	}
	quota := (len(m.Seats) + 1) / 2
	for rank := range sorted {
		if e := f.entry(int32(rank)); e.Ensured && e.Size <= quota && f.admit(int32(rank), &closed) {
			quota -= e.Size
		}
	}
	for rank := range sorted {
		if f.window[rank] == none {
			f.admit(int32(rank), &closed)
		}
	}
	return f.window, closed
}

func (f *floor) admit(rank int32, closed *uint64) bool {
	e := f.entry(rank)
	if e.Size > 1 {
		return f.admitFamily(rank, e)
	}
	if e.Windows&^*closed == 0 {
		return false
	}
	reached, path := f.search(e.Windows, none)
	if path == nil {
		*closed |= reached
		return false
	}
	f.shift(path)
	f.free[path[0]]--
	f.put(rank, path[0])
	clear(f.tooBig[:])
	return true
}

// admitFamily takes the first accepted window in which enough seats are free or can be made free one by one. A
// family that is placed never moves, so it is put into no mover list.
func (f *floor) admitFamily(rank int32, e *Entry) bool {
	for w, mask := 0, e.Windows&^f.dead; mask != 0; w, mask = w+1, mask>>1 {
		if mask&1 == 0 || f.tooBig[w] != 0 && e.Size >= f.tooBig[w] {
			continue
		}
		if f.makeRoom(w, e.Size) {
			f.free[w] -= e.Size
			f.window[rank] = int8(w)
			clear(f.tooBig[:])
			return true
		}
		f.tooBig[w] = e.Size
	}
	return false
}

// makeRoom frees seats in a window until size are free, or leaves everything as it was.
func (f *floor) makeRoom(w, size int) bool {
	var done [][]step
	for f.free[w] < size {
		_, path := f.search(1<<w, w)
		if path == nil {
			for i := len(done) - 1; i >= 0; i-- {
				f.undo(done[i])
			}
			return false
		}
		done = append(done, f.shift(path))
	}
	return true
}
