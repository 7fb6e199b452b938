package lot

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"chesna/booking/draw"
)

// MaxWeight is the greatest number of tickets.
const MaxWeight = draw.MaxWeight

// Wish is an entry as the simulator sees it: what the published line says, and nothing about who is behind it.
type Wish struct {
	Weight  int    // 0 counts as 1
	Ensured bool   // guaranteed
	Size    int    // 0 counts as 1
	Windows uint64 // bit i: window i is accepted
}

// Win is an entry that got seats, all in one window.
type Win struct {
	Entry  int // index into the wishes
	Window int
	Seats  int
}

// Lot is a draw with its files parsed. It can be drawn many times, each with another beacon value.
type Lot struct {
	manifest *draw.Manifest
	entries  *draw.Entries
}

// New writes the two files of a draw, as they would be published, and reads them with the draw's own parser.
// seats[i] is the number of seats of window i.
func New(seats []int, wishes []Wish) (*Lot, error) {
	m, err := draw.ParseManifest(manifest(seats))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	e, err := draw.ParseEntries(entries(wishes))
	if err != nil {
		return nil, fmt.Errorf("read the entries: %w", err)
	}
	return &Lot{manifest: m, entries: e}, nil
}

// Draw runs the lot with a beacon value from rng and returns who won, in key order.
func (l *Lot) Draw(rng *rand.Rand) ([]Win, error) {
	b := draw.Beacon{Round: rng.Uint64()}
	for i := 0; i < len(b.Signature); i += 8 {
		binary.BigEndian.PutUint64(b.Signature[i:], rng.Uint64())
	}
	r, err := draw.Run("sim-1", b, l.manifest, l.entries)
	if err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	wins := make([]Win, len(r.Served))
	for i, s := range r.Served {
		window, err := strconv.Atoi(s.Seats[0][1:3])
		if err != nil {
			return nil, fmt.Errorf("read the window of seat %s: %w", s.Seats[0], err)
		}
		wins[i] = Win{Entry: int(binary.BigEndian.Uint64(s.NF[24:])), Window: window, Seats: len(s.Seats)}
	}
	return wins, nil
}

// Once is for lots whose entries change every time.
func Once(rng *rand.Rand, seats []int, wishes []Wish) ([]Win, error) {
	l, err := New(seats, wishes)
	if err != nil {
		return nil, err
	}
	return l.Draw(rng)
}

// manifest lays the seats of each window out over counters with twelve times of 20 minutes each. A half-day is
// a window. The window stands in the seat's name, so that a win can be read back.
func manifest(seats []int) []byte {
	const times = 12
	monday := time.Date(2027, 1, 4, 8, 0, 0, 0, time.UTC)
	var b []byte
	for w, n := range seats {
		begin := monday.AddDate(0, 0, w/2).Add(time.Duration(w%2) * 5 * time.Hour)
		counters := (n + times - 1) / times
		for i := range n {
			start := begin.Add(time.Duration(i/counters) * 20 * time.Minute)
			b = fmt.Appendf(b, "w%02d-%06d %d %s 20 c%04d\n", w, i, w, start.Format(time.RFC3339), i%counters)
		}
	}
	return b
}

// entries writes the entries file. The pseudonym is the entry's number: the draw only ever hashes it, and the
// file must be sorted by it.
func entries(wishes []Wish) []byte {
	const hexDigits = "0123456789abcdef"
	b := make([]byte, 0, len(wishes)*88)
	hex16 := func(v uint64) {
		for shift := 60; shift >= 0; shift -= 4 {
			b = append(b, hexDigits[v>>shift&15])
		}
	}
	for i, w := range wishes {
		hex16(0)
		hex16(0)
		hex16(0)
		hex16(uint64(i))
		b = append(b, ' ', byte('0'+max(w.Weight, 1)), ' ', '0', ' ', byte('0'+max(w.Size, 1)), ' ')
		if w.Ensured {
			b[len(b)-4] = '1'
		}
		hex16(w.Windows)
		b = append(b, '\n')
	}
	return b
}

// Evenly spreads seats over windows, the first ones getting what is left over.
func Evenly(seats, windows int) []int {
	out := make([]int, windows)
	for i := range out {
		out[i] = (seats + windows - 1 - i) / windows
	}
	return out
}

// EveryWindow accepts all of so many windows.
func EveryWindow(windows int) uint64 { return 1<<windows - 1 }
