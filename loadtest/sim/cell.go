package sim

import (
	"fmt"
	"math/rand/v2"
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

func (c *cell) job() job {
	return job{c.name, func(rng *rand.Rand) error {
		settle := c.settle
		if settle == 0 {
			settle = 30 + int(6/c.regime.giveUp)
		}
		return c.regime.study(rng, settle, c.waves, c.blocks)
	}}
}

func jobsOf(cells []*cell) []job {
	jobs := make([]job, len(cells))
	for i, c := range cells {
		jobs[i] = c.job()
	}
	return jobs
}

// ringRatio is the ring's share of the seats that it takes ÷ its share of the entries.
func (c *cell) ringRatio() Estimate {
	return over(c.blocks, func(t *tally) pair { return pair{float64(t.ringWins), t.ringDue} })
}

// primeRatio is the same for the prime windows.
func (c *cell) primeRatio() Estimate {
	return over(c.blocks, func(t *tally) pair { return pair{float64(t.ringPrime), t.ringPrimeDue} })
}

// againstPatient is how often an identity of the ring wins in a wave ÷ how often a person who never gives up does.
func (c *cell) againstPatient() Estimate {
	return over(c.blocks, func(t *tally) pair {
		return pair{
			float64(t.ringWins) / float64(max(1, t.ringEntries)),
			float64(t.patientWins) / float64(max(1, t.patientEntries)),
		}
	})
}

func cellName(study string, parts ...any) string { return study + "/" + fmt.Sprint(parts...) }
