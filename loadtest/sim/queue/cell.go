package queue

import (
	"math/rand/v2"

	"chesna/loadtest/sim/sample"
)

// cell is one regime with its blocks of counted waves.
type cell struct {
	name   string
	regime regime
	settle int // waves before counting; 0: until arrivals and departures balance
	waves  int // of each block
	blocks []tally
}

func newCell(size Size, name string, r regime) *cell {
	return &cell{name: name, regime: r, waves: size.Waves, blocks: make([]tally, size.Blocks)}
}

func (c *cell) job() sample.Job {
	return sample.Job{Name: c.name, Run: func(rng *rand.Rand) error {
		settle := c.settle
		if settle == 0 {
			settle = 30 + int(6/c.regime.giveUp)
		}
		return c.regime.study(rng, settle, c.waves, c.blocks)
	}}
}

func jobsOf(cells []*cell) []sample.Job {
	jobs := make([]sample.Job, len(cells))
	for i, c := range cells {
		jobs[i] = c.job()
	}
	return jobs
}

// ringRatio is the ring's share of the seats that it takes ÷ its share of the entries.
func (c *cell) ringRatio() sample.Estimate {
	return sample.Over(c.blocks, func(t *tally) sample.Pair { return sample.Pair{Got: float64(t.ringWins), Due: t.ringDue} })
}

// primeRatio is the same for the prime windows.
func (c *cell) primeRatio() sample.Estimate {
	return sample.Over(c.blocks, func(t *tally) sample.Pair { return sample.Pair{Got: float64(t.ringPrime), Due: t.ringPrimeDue} })
}

// againstPatient is how often an identity of the ring wins in a wave ÷ how often a person who never gives up does.
func (c *cell) againstPatient() sample.Estimate {
	return sample.Over(c.blocks, func(t *tally) sample.Pair {
		return sample.Pair{
			Got: float64(t.ringWins) / float64(max(1, t.ringEntries)),
			Due: float64(t.patientWins) / float64(max(1, t.patientEntries)),
		}
	})
}
