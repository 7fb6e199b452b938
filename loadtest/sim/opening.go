package sim

import (
	"math"
	"math/rand/v2"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// OpeningRow is what a ring gets of leftover seats that open at a random moment to whoever is there in the first
// minutes, in random order: all of its bots, and those people who happened to look.
type OpeningRow struct {
	People  float64         // present, on average
	Present sample.Estimate // share of the seats ÷ share of those present
	Waiting sample.Estimate // ÷ share of those who watch at all
}

// openingMinutes is how long arrivals are put in random order.
const openingMinutes = 5

// openingBatch is what some openings add.
type openingBatch struct{ present, waiting, people sample.Pair }

type opening struct {
	size Size
	out  []openingBatch
}

func newOpening(size Size) *opening {
	return &opening{size: size, out: make([]openingBatch, size.Repeats)}
}

func (o *opening) jobs() []sample.Job {
	jobs := make([]sample.Job, len(o.out))
	for b := range o.out {
		jobs[b] = sample.Job{Name: sample.Name("opening", b), Run: func(rng *rand.Rand) error { return o.batch(rng, &o.out[b]) }}
	}
	return jobs
}

func (o *opening) batch(rng *rand.Rand, out *openingBatch) error {
	const seats, bots = ringSeats / 5, ringSeats
	looks := 1 - math.Exp(-openingMinutes*60.0/lookEvery)
	for range turnsOfBatch {
		people := 0
		for range watchers {
			if rng.Float64() < looks {
				people++
			}
		}
		wishes := make([]lot.Wish, people+bots)
		for i := range wishes {
			wishes[i].Windows = 1
		}
		wins, err := lot.Once(rng, []int{seats}, wishes)
		if err != nil {
			return err
		}
		got := 0.0
		for _, w := range wins {
			if w.Entry >= people {
				got++
			}
		}
		given := float64(len(wins))
		out.present.Add(sample.Pair{Got: got, Due: given * bots / float64(people+bots)})
		out.waiting.Add(sample.Pair{Got: got, Due: given * bots / float64(watchers+bots)})
		out.people.Add(sample.Pair{Got: float64(people), Due: 1})
	}
	return nil
}

func (o *opening) row() OpeningRow {
	return OpeningRow{
		People:  sample.Over(o.out, func(b *openingBatch) sample.Pair { return b.people }).Mean,
		Present: sample.Over(o.out, func(b *openingBatch) sample.Pair { return b.present }),
		Waiting: sample.Over(o.out, func(b *openingBatch) sample.Pair { return b.waiting }),
	}
}
