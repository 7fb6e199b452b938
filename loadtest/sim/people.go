package sim

import (
	"math"
	"math/rand/v2"
	"slices"
)

// How fast people and bots are. The medians are assumptions; the outcome of first come, first served hangs only on
// bots being faster than the fastest person, that of a draw on none of them.
const (
	reactMedian = 45.0 // seconds from a release to the end of the form, for the median person
	reactSigma  = 0.8
	reactNoise  = 0.3   // from one release to the next, same person
	botMedian   = 0.030 // seconds
	botSigma    = 0.5

	hearMedian = 6.0 // hours from the announcement of a draw to the entry, for the median person
	hearSigma  = 1.0
	entryHours = 48.0
	hearPace   = 0.7 // correlation between slow to react and late to hear
)

// actor is a person, or an identity that a scalper rents.
type actor struct {
	bot     bool
	pace    float64 // standard normal; greater is slower
	tenth   int     // of the people by pace: 0 the fastest, 9 the slowest
	windows uint64  // accepted
}

// crowd makes people and bot identities who accept windows alike.
func crowd(rng *rand.Rand, people, bots, windows int) []actor {
	out := make([]actor, people+bots)
	order := make([]int, people)
	for i := range out {
		out[i] = actor{bot: i >= people, pace: rng.NormFloat64(), windows: preset(rng, windows)}
		if i < people {
			order[i] = i
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if out[a].pace < out[b].pace {
			return -1
		}
		return 1
	})
	for rank, i := range order {
		out[i].tenth = rank * 10 / people
	}
	return out
}

// preset is what somebody accepts: anything, mornings, afternoons, or some half-days, three at least.
func preset(rng *rand.Rand, windows int) uint64 {
	all := everyWindow(windows)
	const mornings = 0x5555555555555555
	switch p := rng.Float64(); {
	case p < 0.30:
		return all
	case p < 0.55:
		return all & mornings
	case p < 0.75 && windows > 1:
		return all &^ mornings
	}
	var mask uint64
	for _, w := range rng.Perm(windows)[:min(windows, 3+rng.IntN(4))] {
		mask |= 1 << w
	}
	return mask
}

// reaction is the time in seconds from a release to a booking attempt.
func (a *actor) reaction(rng *rand.Rand) float64 {
	if a.bot {
		return logNormal(rng.NormFloat64(), botMedian, botSigma)
	}
	return logNormal(a.pace, reactMedian, reactSigma) * logNormal(rng.NormFloat64(), 1, reactNoise)
}

// inTime tells whether the actor hears of a draw before it closes. Bots always do.
func (a *actor) inTime(rng *rand.Rand) bool {
	z := hearPace*a.pace + math.Sqrt(1-hearPace*hearPace)*rng.NormFloat64()
	return a.bot || logNormal(z, hearMedian, hearSigma) < entryHours
}
