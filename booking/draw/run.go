package draw

import (
	"encoding/hex"
	"fmt"
)

// Served is an entry that got seats.
type Served struct {
	NF    [32]byte
	Seats []string // in the order of the manifest
}

// Result is who got what, in key order, and who waits, in key order.
type Result struct {
	Seed    [32]byte
	Served  []Served
	Waiting [][32]byte
	// Closed windows were full for good when somebody's search failed: the proof that no entry of size 1 more
	// could be served.
	Closed uint64
	// Keys are those of the served and waiting entries in key order, for showing.
	Keys [][32]byte
}

// Run draws. It is deterministic: the same files, beacon and drawID give the same result everywhere. A million
// entries take about a second on one core.
func Run(drawID string, b Beacon, m *Manifest, e *Entries) (*Result, error) {
	if err := CheckDrawID(drawID); err != nil {
		return nil, err
	}
	seed := Seed(drawID, b, len(e.Rows), e.Root, m.Root)
	keys := keysOf(newHasher(), seed, e.Rows)
	sorted := order(keys, e.Rows)
	window, closed := choose(m, e.Rows, sorted)
	r := newResult(m, e.Rows, sorted, keys, window, place(m, e.Rows, sorted, window))
	r.Seed, r.Closed = seed, closed
	return r, nil
}

// newResult lists who got which seats and who waits, in key order.
func newResult(m *Manifest, rows []Entry, sorted []int32, keys [][32]byte, window []int8, seats map[int32][]int) *Result {
	r := &Result{
		Served:  make([]Served, 0, len(seats)),
		Waiting: make([][32]byte, 0, len(sorted)-len(seats)),
		Keys:    make([][32]byte, len(sorted)),
	}
	for rank, row := range sorted {
		r.Keys[rank] = keys[row]
		nf := rows[row].NF
		if window[rank] == none {
			r.Waiting = append(r.Waiting, nf)
			continue
		}
		got := seats[int32(rank)]
		s := Served{NF: nf, Seats: make([]string, 0, len(got))}
		for _, i := range got {
			s.Seats = append(s.Seats, m.Seats[i].ID)
		}
		r.Served = append(r.Served, s)
	}
	return r
}

// Bytes is the published result file.
func (r *Result) Bytes() []byte {
	const nfBytes = 64
	b := make([]byte, 0, (len(r.Served)+len(r.Waiting))*(nfBytes+1)+len(r.Served)*16+32)
	for _, s := range r.Served {
		b = hex.AppendEncode(b, s.NF[:])
		for i, id := range s.Seats {
			b = append(b, " ,"[min(i, 1)])
			b = append(b, id...)
		}
		b = append(b, '\n')
	}
	b = append(b, "--\n"...)
	for i := range r.Waiting {
		b = append(hex.AppendEncode(b, r.Waiting[i][:]), '\n')
	}
	return fmt.Appendf(b, "closed %016x\n", r.Closed)
}
