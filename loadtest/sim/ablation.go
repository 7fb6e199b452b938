package sim

import (
	"math/rand/v2"
	"slices"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// AblationRow is the system with one condition of a fair batch system off.
type AblationRow struct {
	Condition string          // "–", "C1" … "C7"
	Holds     string          // what the condition says
	Attack    string          // what a scalper does when it does not hold
	Ratio     sample.Estimate // seats he can sell ÷ his share of the real identities
	Chance    float64         // of an ordinary person to get a seat
	Tenths    sample.Estimate // fastest tenth ÷ slowest tenth of people
}

// How much each attack has at hand. The gains grow with these numbers, so they are printed beside the table.
const (
	quitters     = 0.15 // winners who give their seat back
	entriesEach  = 5    // C2: entries of one identity, over channels and posts
	namesEach    = 5    // C3: borrowed names per paying customer
	fakesEach    = 10   // C5: invented identities per real one
	sideDoor     = 0.10 // C7: share of the seats given by a faster path
	drawsAblated = 2
)

// offs are the conditions, each with its name.
type off int

const (
	nothing off = iota
	c1
	c2
	c3
	c4
	c5
	c6
	c7
	offs
)

// ablationBatch is what one crowd adds.
type ablationBatch struct {
	ratio, chance sample.Pair
	won           [10]float64
}

type ablation struct {
	size Size
	out  [offs][]ablationBatch
}

func newAblation(size Size) *ablation {
	a := &ablation{size: size}
	for o := range a.out {
		a.out[o] = make([]ablationBatch, size.Repeats)
	}
	return a
}

func (a *ablation) jobs() (jobs []sample.Job) {
	for o := range a.out {
		for b := range a.out[o] {
			jobs = append(jobs, sample.Job{Name: sample.Name("ablation", o, " ", b), Run: func(rng *rand.Rand) error {
				for range drawsAblated {
					if err := a.wave(rng, off(o), &a.out[o][b]); err != nil {
						return err
					}
				}
				return nil
			}})
		}
	}
	return jobs
}

// contest is one wave with a condition off. Each entry belongs to an actor; an actor may own several.
type contest struct {
	off    off
	people int
	actors []lot.Actor // people first, then real identities of the scalper, then names and fakes
	owner  []int       // of each entry
	wishes []lot.Wish
	served []bool // by actor
	free   []int  // seats that have come back, by window
}

func (a *ablation) wave(rng *rand.Rand, o off, out *ablationBatch) error {
	bots := a.size.People / 20
	c := newContest(rng, o, a.size.People, bots)
	seats := a.size.Seats
	scalper := 0.0
	if o == c7 {
		scalper = float64(int(sideDoor * float64(a.size.Seats)))
		seats -= int(scalper)
	}
	if err := c.main(rng, lot.Evenly(seats, windowsOfWave)); err != nil {
		return err
	}
	if err := c.second(rng); err != nil {
		return err
	}
	served := 0.0
	for i, ok := range c.served {
		switch {
		case !ok:
		case c.actors[i].Bot:
			scalper++
		default:
			served++
			out.won[c.actors[i].Tenth]++
		}
	}
	out.ratio.Add(sample.Pair{Got: scalper, Due: (scalper + served) * float64(bots) / float64(a.size.People+bots)})
	out.chance.Add(sample.Pair{Got: served, Due: float64(a.size.People)})
	return nil
}

func newContest(rng *rand.Rand, o off, people, bots int) *contest {
	more := map[off]int{c3: namesEach - 1, c5: fakesEach}[o]
	c := &contest{off: o, people: people, actors: lot.Crowd(rng, people, bots*(1+more), windowsOfWave), free: make([]int, windowsOfWave)}
	c.served = make([]bool, len(c.actors))
	for i := range c.actors {
		times, weight := 1, 1
		if c.actors[i].Bot && o == c2 {
			times = entriesEach
		}
		if c.actors[i].Bot && o == c6 {
			weight = lot.MaxWeight
		}
		for range times {
			c.owner = append(c.owner, i)
			c.wishes = append(c.wishes, lot.Wish{Weight: weight, Windows: c.actors[i].Windows})
		}
	}
	return c
}

// main gives the seats of the wave; what an actor won twice, and what winners give back, is free again.
func (c *contest) main(rng *rand.Rand, seats []int) error {
	if c.off == c1 {
		for _, i := range lot.FirstCome(rng, seats, c.actors) {
			c.give(rng, i, rng.IntN(len(seats)))
		}
		return nil
	}
	wins, err := lot.Once(rng, seats, c.wishes)
	for _, w := range wins {
		c.give(rng, c.owner[w.Entry], w.Window)
	}
	return err
}

func (c *contest) give(rng *rand.Rand, who, window int) {
	if c.served[who] || rng.Float64() < quitters {
		c.free[window]++
		return
	}
	c.served[who] = true
}

// second gives what came back: in a standby draw, or at once to whoever is first.
func (c *contest) second(rng *rand.Rand) error {
	if c.off == c4 {
		var waiting []lot.Actor
		var who []int
		for i, a := range c.actors {
			if !c.served[i] {
				waiting, who = append(waiting, a), append(who, i)
			}
		}
		for _, i := range lot.FirstCome(rng, c.free, waiting) {
			c.served[who[i]] = true
		}
		return nil
	}
	var wishes []lot.Wish
	var owner []int
	for i, w := range c.wishes {
		if !c.served[c.owner[i]] {
			wishes, owner = append(wishes, w), append(owner, c.owner[i])
		}
	}
	if !slices.ContainsFunc(c.free, func(n int) bool { return n > 0 }) {
		return nil
	}
	wins, err := lot.Once(rng, c.free, wishes)
	for _, w := range wins {
		c.served[owner[w.Entry]] = true
	}
	return err
}
