package sim

import "math/rand/v2"

// FamilyRow is a scalper who enters his identities as families of one size, everybody accepting all windows.
type FamilyRow struct {
	Size  int
	Large Estimate // seats ÷ persons where each window has a tenth of the wave's seats
	Small Estimate // where each window has eight seats
	Names Estimate // large windows, the rule off that every member counts as a person: seats ÷ heads
}

const (
	drawsOfFamilies = 8
	personsASeat    = 3
	smallWindow     = 8 // seats
	smallWindows    = 36
)

// familyBatch is what one crowd of families adds.
type familyBatch struct{ large, small, names pair }

type families struct {
	size  Size
	sizes []int
	out   [][]familyBatch // by size, then batch
}

func newFamilies(size Size) *families {
	f := &families{size: size, sizes: []int{1, 2, 4, 8}}
	f.out = make([][]familyBatch, len(f.sizes))
	return f
}

func (f *families) jobs() (jobs []job) {
	for i, s := range f.sizes {
		f.out[i] = make([]familyBatch, f.size.Repeats)
		for b := range f.out[i] {
			jobs = append(jobs, job{cellName("families", s, " ", b), func(rng *rand.Rand) (err error) {
				out := &f.out[i][b]
				if out.large, out.names, err = f.batch(rng, s, evenly(f.size.Seats, windowsOfWave)); err != nil {
					return err
				}
				out.small, _, err = f.batch(rng, s, evenly(smallWindow*smallWindows, smallWindows))
				return err
			}})
		}
	}
	return jobs
}

// batch draws among people's families and an identity of the scalper for 20 people, in families of size s.
func (f *families) batch(rng *rand.Rand, s int, seats []int) (persons, heads pair, err error) {
	var wishes []wish
	all := everyWindow(len(seats))
	people := 0
	total := 0
	for _, n := range seats {
		total += n
	}
	for people < total*personsASeat {
		n := max(1, rng.IntN(10)-5) // of ten entries seven are single, one each of two, three and four
		wishes = append(wishes, wish{size: n, windows: all})
		people += n
	}
	first := len(wishes)
	bots := max(8, people/20/8*8)
	for range bots / s {
		wishes = append(wishes, wish{size: s, windows: all})
	}
	l, err := newLot(seats, wishes)
	if err != nil {
		return persons, heads, err
	}
	for range drawsOfFamilies {
		wins, err := l.draw(rng)
		if err != nil {
			return persons, heads, err
		}
		got, given := 0, 0
		for _, w := range wins {
			given += w.seats
			if w.entry >= first {
				got += w.seats
			}
		}
		persons.add(pair{float64(got), float64(given*bots) / float64(people+bots)})
		heads.add(pair{float64(got), float64(given*bots/s) / float64(people+bots/s)})
	}
	return persons, heads, nil
}

func (f *families) rows() []FamilyRow {
	rows := make([]FamilyRow, len(f.sizes))
	for i, batches := range f.out {
		rows[i].Size = f.sizes[i]
		rows[i].Large = over(batches, func(b *familyBatch) pair { return b.large })
		rows[i].Small = over(batches, func(b *familyBatch) pair { return b.small })
		rows[i].Names = over(batches, func(b *familyBatch) pair { return b.names })
	}
	return rows
}
