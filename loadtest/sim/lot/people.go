package lot

import (
	"math"
	"math/rand/v2"
	"slices"

	"chesna/loadtest/sim/sample"
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

// Actor is a person, or an identity that a scalper rents.
type Actor struct {
	Bot     bool
	Pace    float64 // standard normal; greater is slower
	Tenth   int     // of the people by pace: 0 the fastest, 9 the slowest
	Windows uint64  // accepted
}

// Crowd makes people and bot identities who accept windows alike.
func Crowd(rng *rand.Rand, people, bots, windows int) []Actor {
	out := make([]Actor, people+bots)
	order := make([]int, people)
	for i := range out {
		out[i] = Actor{Bot: i >= people, Pace: rng.NormFloat64(), Windows: preset(rng, windows)}
		if i < people {
			order[i] = i
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if out[a].Pace < out[b].Pace {
			return -1
		}
		return 1
	})
	for rank, i := range order {
		out[i].Tenth = rank * 10 / people
	}
	return out
}

// preset is what somebody accepts: anything, mornings, afternoons, or some half-days, three at least.
func preset(rng *rand.Rand, windows int) uint64 {
	all := EveryWindow(windows)
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
func (a *Actor) reaction(rng *rand.Rand) float64 {
	if a.Bot {
		return BotReaction(rng)
	}
	return sample.LogNormal(a.Pace, reactMedian, reactSigma) * sample.LogNormal(rng.NormFloat64(), 1, reactNoise)
}

// InTime tells whether the actor hears of a draw before it closes. Bots always do.
func (a *Actor) InTime(rng *rand.Rand) bool {
	z := hearPace*a.Pace + math.Sqrt(1-hearPace*hearPace)*rng.NormFloat64()
	return a.Bot || sample.LogNormal(z, hearMedian, hearSigma) < entryHours
}

// BotReaction is the time in seconds that a bot needs.
func BotReaction(rng *rand.Rand) float64 {
	return sample.LogNormal(rng.NormFloat64(), botMedian, botSigma)
}
