package sim

import (
	"math/rand/v2"
	"slices"
)

// AblationRow is the system with one condition of a fair batch system off.
type AblationRow struct {
	Condition string   // "–", "C1" … "C7"
	Holds     string   // what the condition says
	Attack    string   // what a scalper does when it does not hold
	Ratio     Estimate // seats he can sell ÷ his share of the real identities
	Chance    float64  // of an ordinary person to get a seat
	Tenths    Estimate // fastest tenth ÷ slowest tenth of people
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
	ratio, chance pair
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

func (a *ablation) jobs() (jobs []job) {
	for o := range a.out {
		for b := range a.out[o] {
			jobs = append(jobs, job{cellName("ablation", o, " ", b), func(rng *rand.Rand) error {
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
	actors []actor // people first, then real identities of the scalper, then names and fakes
	owner  []int   // of each entry
	wishes []wish
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
	if err := c.main(rng, evenly(seats, windowsOfWave)); err != nil {
		return err
	}
	if err := c.second(rng); err != nil {
		return err
	}
	served := 0.0
	for i, ok := range c.served {
		switch {
		case !ok:
		case c.actors[i].bot:
			scalper++
		default:
			served++
			out.won[c.actors[i].tenth]++
		}
	}
	out.ratio.add(pair{scalper, (scalper + served) * float64(bots) / float64(a.size.People+bots)})
	out.chance.add(pair{served, float64(a.size.People)})
	return nil
}

func newContest(rng *rand.Rand, o off, people, bots int) *contest {
	more := map[off]int{c3: namesEach - 1, c5: fakesEach}[o]
	c := &contest{off: o, people: people, actors: crowd(rng, people, bots*(1+more), windowsOfWave), free: make([]int, windowsOfWave)}
	c.served = make([]bool, len(c.actors))
	for i := range c.actors {
		times, weight := 1, 1
		if c.actors[i].bot && o == c2 {
			times = entriesEach
		}
		if c.actors[i].bot && o == c6 {
			weight = maxWeight
		}
		for range times {
			c.owner = append(c.owner, i)
			c.wishes = append(c.wishes, wish{weight: weight, windows: c.actors[i].windows})
		}
	}
	return c
}

// main gives the seats of the wave; what an actor won twice, and what winners give back, is free again.
func (c *contest) main(rng *rand.Rand, seats []int) error {
	if c.off == c1 {
		for _, i := range firstCome(rng, seats, c.actors) {
			c.give(rng, i, rng.IntN(len(seats)))
		}
		return nil
	}
	wins, err := drawOnce(rng, seats, c.wishes)
	for _, w := range wins {
		c.give(rng, c.owner[w.entry], w.window)
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
		var waiting []actor
		var who []int
		for i, a := range c.actors {
			if !c.served[i] {
				waiting, who = append(waiting, a), append(who, i)
			}
		}
		for _, i := range firstCome(rng, c.free, waiting) {
			c.served[who[i]] = true
		}
		return nil
	}
	var wishes []wish
	var owner []int
	for i, w := range c.wishes {
		if !c.served[c.owner[i]] {
			wishes, owner = append(wishes, w), append(owner, c.owner[i])
		}
	}
	if !slices.ContainsFunc(c.free, func(n int) bool { return n > 0 }) {
		return nil
	}
	wins, err := drawOnce(rng, c.free, wishes)
	for _, w := range wins {
		c.served[owner[w.entry]] = true
	}
	return err
}
