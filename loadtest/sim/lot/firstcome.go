package lot

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// FirstCome gives the seats in the order of arrival: each takes any free seat in a window that is accepted, one
// seat an identity. It returns the indices of those who got one.
func FirstCome(rng *rand.Rand, seats []int, crowd []Actor) []int {
	type arrival struct {
		at  float64
		who int
	}
	arrivals := make([]arrival, len(crowd))
	for i := range crowd {
		arrivals[i] = arrival{crowd[i].reaction(rng), i}
	}
	slices.SortFunc(arrivals, func(a, b arrival) int {
		if c := cmp.Compare(a.at, b.at); c != 0 {
			return c
		}
		return cmp.Compare(a.who, b.who)
	})
	free := slices.Clone(seats)
	var served []int
	for _, a := range arrivals {
		first := rng.IntN(len(free))
		for i := range free {
			w := (first + i) % len(free)
			if free[w] > 0 && crowd[a.who].Windows>>w&1 == 1 {
				free[w]--
				served = append(served, a.who)
				break
			}
		}
	}
	return served
}
