package sim

import "math/rand/v2"

// ChoiceRow is a scalper whose identities accept every window, which many people cannot.
type ChoiceRow struct {
	Name  string
	Ratio Estimate // against all entries
	Same  Estimate // against people who accept every window too
}

// choiceBatch is what one crowd adds.
type choiceBatch struct{ ratio, same pair }

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

func (c *choice) jobs() (jobs []job) {
	for way := range c.out {
		for b := range c.out[way] {
			jobs = append(jobs, job{cellName("choice", way, " ", b), func(rng *rand.Rand) error {
				return c.batch(rng, way, &c.out[way][b])
			}})
		}
	}
	return jobs
}

func (c *choice) batch(rng *rand.Rand, way int, out *choiceBatch) error {
	bots := c.size.People / 20
	in := crowd(rng, c.size.People, bots, windowsOfWave)
	all := everyWindow(windowsOfWave)
	flexible := 0
	for i := range in {
		switch {
		case way == 0 || in[i].bot:
			in[i].windows = all
		case way == 2 && rng.Float64() < crowded:
			in[i].windows = everyWindow(primeWindows)
		}
		if !in[i].bot && in[i].windows == all {
			flexible++
		}
	}
	l, err := newLot(evenly(c.size.Seats, windowsOfWave), wishesOf(in))
	if err != nil {
		return err
	}
	for range drawsOfFamilies {
		wins, err := l.draw(rng)
		if err != nil {
			return err
		}
		p := score(in, wins)
		out.ratio.add(p)
		alike := 0
		for _, w := range wins {
			if a := in[w.entry]; !a.bot && a.windows == all {
				alike++
			}
		}
		out.same.add(pair{p.got / float64(bots), float64(alike) / float64(max(1, flexible))})
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
		rows[i].Ratio = over(batches, func(b *choiceBatch) pair { return b.ratio })
		rows[i].Same = over(batches, func(b *choiceBatch) pair { return b.same })
	}
	return rows
}
