package sim

import (
	"math/rand/v2"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// ChoiceRow is a scalper whose identities accept every window, which many people cannot.
type ChoiceRow struct {
	Name  string
	Ratio sample.Estimate // against all entries
	Same  sample.Estimate // against people who accept every window too
}

// choiceBatch is what one crowd adds.
type choiceBatch struct{ ratio, same sample.Pair }

type choice struct {
	size Size
	out  [3][]choiceBatch
}

func newChoice(size Size) *choice {
	c := &choice{size: size}
	for i := range c.out {
		c.out[i] = make([]choiceBatch, size.Repeats)
	}
	return c
}

func (c *choice) jobs() (jobs []sample.Job) {
	for way := range c.out {
		for b := range c.out[way] {
			jobs = append(jobs, sample.Job{Name: sample.Name("choice", way, " ", b), Run: func(rng *rand.Rand) error {
				return c.batch(rng, way, &c.out[way][b])
			}})
		}
	}
	return jobs
}

func (c *choice) batch(rng *rand.Rand, way int, out *choiceBatch) error {
	bots := c.size.People / 20
	in := lot.Crowd(rng, c.size.People, bots, windowsOfWave)
	all := lot.EveryWindow(windowsOfWave)
	flexible := 0
	for i := range in {
		switch {
		case way == 0 || in[i].Bot:
			in[i].Windows = all
		case way == 2 && rng.Float64() < 0.4:
			in[i].Windows = lot.EveryWindow(3)
		}
		if !in[i].Bot && in[i].Windows == all {
			flexible++
		}
	}
	l, err := lot.New(lot.Evenly(c.size.Seats, windowsOfWave), wishesOf(in))
	if err != nil {
		return err
	}
	for range drawsOfFamilies {
		wins, err := l.Draw(rng)
		if err != nil {
			return err
		}
		p := score(in, wins)
		out.ratio.Add(p)
		alike := 0
		for _, w := range wins {
			if a := in[w.Entry]; !a.Bot && a.Windows == all {
				alike++
			}
		}
		out.same.Add(sample.Pair{Got: p.Got / float64(bots), Due: float64(alike) / float64(max(1, flexible))})
	}
	return nil
}

func (c *choice) rows() []ChoiceRow {
	names := [...]string{
		"everybody accepts every window",
		"people accept what suits them (30 % everything, others mornings, afternoons or some half-days)",
		"the same, and 40 % of them only the same three windows of ten",
	}
	rows := make([]ChoiceRow, len(c.out))
	for i, batches := range c.out {
		rows[i].Name = names[i]
		rows[i].Ratio = sample.Over(batches, func(b *choiceBatch) sample.Pair { return b.ratio })
		rows[i].Same = sample.Over(batches, func(b *choiceBatch) sample.Pair { return b.same })
	}
	return rows
}
