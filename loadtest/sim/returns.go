package sim

import (
	"math/rand/v2"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// ReturnRow is what becomes of seats that a ring of accomplices cancels for each other.
type ReturnRow struct {
	Name  string
	Back  sample.Estimate // share of the cancelled seats that the ring gets back
	Ratio sample.Estimate // the same ÷ the ring's share of those who wait
	After float64         // seats left of a hundred after five such turns, by the mean
}

// The ring: so many cancel, as many wait for their seats. People look at the page now and then, bots steadily.
const (
	ringSeats    = 100
	watchers     = 2000 // people among those without a seat who look again during the day
	lookEvery    = 1800 // seconds, each of them, on average
	pollEvery    = 5.0  // seconds, each bot of the ring; what a rate limit leaves
	turnsOfBatch = 20
)

// returnBatch is what some turns of cancelling add.
type returnBatch struct{ back, ratio sample.Pair }

type returns struct {
	size Size
	out  [3][]returnBatch
}

func newReturns(size Size) *returns {
	r := &returns{size: size}
	for i := range r.out {
		r.out[i] = make([]returnBatch, size.Repeats)
	}
	return r
}

func (r *returns) jobs() (jobs []sample.Job) {
	for way := range r.out {
		for b := range r.out[way] {
			jobs = append(jobs, sample.Job{Name: sample.Name("returns", way, " ", b), Run: func(rng *rand.Rand) error {
				return r.batch(rng, way, b)
			}})
		}
	}
	return jobs
}

func (r *returns) batch(rng *rand.Rand, way, b int) error {
	waiting := r.size.People - r.size.Seats
	wishes := make([]lot.Wish, waiting+ringSeats)
	for i := range wishes {
		wishes[i].Windows = lot.EveryWindow(windowsOfWave)
	}
	l, err := lot.New(lot.Evenly(ringSeats, windowsOfWave), wishes)
	if err != nil {
		return err
	}
	out := &r.out[way][b]
	for range turnsOfBatch {
		got := 0.0
		if way < 2 {
			for range ringSeats {
				if ringIsFirst(rng, way == 0) {
					got++
				}
			}
		} else {
			wins, err := l.Draw(rng)
			if err != nil {
				return err
			}
			for _, w := range wins {
				if w.Entry >= waiting {
					got++
				}
			}
		}
		out.back.Add(sample.Pair{Got: got, Due: ringSeats})
		out.ratio.Add(sample.Pair{Got: got, Due: ringSeats * float64(ringSeats) / float64(len(wishes))})
	}
	return nil
}

// ringIsFirst plays one seat that opens: the ring knows the moment, or polls; people look in as it happens.
func ringIsFirst(rng *rand.Rand, knows bool) bool {
	ring := lot.BotReaction(rng)
	if !knows {
		soonest := pollEvery
		for range ringSeats {
			soonest = min(soonest, pollEvery*rng.Float64())
		}
		ring += soonest
	}
	return ring < rng.ExpFloat64()*lookEvery/watchers
}

func (r *returns) rows() []ReturnRow {
	names := [...]string{
		"Opens again at once, first come, first served",
		"Opens again at a random moment, first come, first served",
		"Goes to the standby draw",
	}
	rows := make([]ReturnRow, len(r.out))
	for i, batches := range r.out {
		rows[i].Name = names[i]
		rows[i].Back = sample.Over(batches, func(b *returnBatch) sample.Pair { return b.back })
		rows[i].Ratio = sample.Over(batches, func(b *returnBatch) sample.Pair { return b.ratio })
		rows[i].After = ringSeats
		for range 5 {
			rows[i].After *= rows[i].Back.Mean
		}
	}
	return rows
}
