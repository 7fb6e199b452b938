package sim

import (
	"math/rand/v2"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// FamilyRow is a scalper who enters his identities as families of one size, everybody accepting all windows.
type FamilyRow struct {
	Size  int
	Large sample.Estimate // seats ÷ persons where each window has a tenth of the wave's seats
	Small sample.Estimate // where each window has eight seats
	Names sample.Estimate // large windows, the rule off that every member counts as a person: seats ÷ heads
}

const (
	drawsOfFamilies = 8
	personsASeat    = 3
	smallWindow     = 8 // seats
	smallWindows    = 36
)

// familyBatch is what one crowd of families adds.
type familyBatch struct{ large, small, names sample.Pair }

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

func (f *families) jobs() (jobs []sample.Job) {
	for i, s := range f.sizes {
		f.out[i] = make([]familyBatch, f.size.Repeats)
		for b := range f.out[i] {
			jobs = append(jobs, sample.Job{Name: sample.Name("families", s, " ", b), Run: func(rng *rand.Rand) (err error) {
				out := &f.out[i][b]
				if out.large, out.names, err = f.batch(rng, s, lot.Evenly(f.size.Seats, windowsOfWave)); err != nil {
					return err
				}
				out.small, _, err = f.batch(rng, s, lot.Evenly(smallWindow*smallWindows, smallWindows))
				return err
			}})
		}
	}
	return jobs
}

// batch draws among people's families and an identity of the scalper for 20 people, in families of size s.
func (f *families) batch(rng *rand.Rand, s int, seats []int) (persons, heads sample.Pair, err error) {
	var wishes []lot.Wish
	all := lot.EveryWindow(len(seats))
	people := 0
	total := 0
	for _, n := range seats {
		total += n
	}
	for people < total*personsASeat {
		n := max(1, rng.IntN(10)-5) // of ten entries seven are single, one each of two, three and four
		wishes = append(wishes, lot.Wish{Size: n, Windows: all})
		people += n
	}
	first := len(wishes)
	bots := max(8, people/20/8*8)
	for range bots / s {
		wishes = append(wishes, lot.Wish{Size: s, Windows: all})
	}
	l, err := lot.New(seats, wishes)
	if err != nil {
		return persons, heads, err
	}
	for range drawsOfFamilies {
		wins, err := l.Draw(rng)
		if err != nil {
			return persons, heads, err
		}
		got, given := 0, 0
		for _, w := range wins {
			given += w.Seats
			if w.Entry >= first {
				got += w.Seats
			}
		}
		persons.Add(sample.Pair{Got: float64(got), Due: float64(given*bots) / float64(people+bots)})
		heads.Add(sample.Pair{Got: float64(got), Due: float64(given*bots/s) / float64(people+bots/s)})
	}
	return persons, heads, nil
}

func (f *families) rows() []FamilyRow {
	rows := make([]FamilyRow, len(f.sizes))
	for i, batches := range f.out {
		rows[i].Size = f.sizes[i]
		rows[i].Large = sample.Over(batches, func(b *familyBatch) sample.Pair { return b.large })
		rows[i].Small = sample.Over(batches, func(b *familyBatch) sample.Pair { return b.small })
		rows[i].Names = sample.Over(batches, func(b *familyBatch) sample.Pair { return b.names })
	}
	return rows
}
