package wave

import (
	"math"
	"strconv"

	"chesna/booking/draw"
)

// Bounds of what a target can be promised for: fewer waves show no rate, and losses expire before a weekly draw can
// be lost more often than this.
const (
	leastWaves = 3
	mostLosses = 104
)

// guarantee computes what an announcement says about waiting, from what the last waves of the post and group showed.
//
// With ρ new entrants a seat and a share a of the losers who give up each time, the wait settles where as many give up
// as come: T* = ln ρ / −ln(1−a) losses. The published target is T = ⌈1.5·T*⌉, at least 1 (so also where ρ ≤ 1 and
// everybody is served in the end). Both rates are rounded to four decimals first, so that anybody can compute T again
// from what is published. Nothing is promised (T = 0) where nobody gives up (a = 0), where fewer than three waves were
// drawn, and where the target would need more losses than count.
func guarantee(d Demand, seats int) draw.GuaranteeInfo {
	rho, giveUp := rate(d.NewEntrants, d.Seats), rate(d.GaveUp, d.Losers)
	g := draw.GuaranteeInfo{Rho: decimal(rho), GiveUp: decimal(giveUp)}
	if d.Waves < leastWaves || d.Seats == 0 {
		return g
	}
	if g.T = target(rho, giveUp); g.T == 0 {
		return g
	}
	// Eight and more are counted together: for a target beyond eight this is the most that can wait.
	for losses := min(g.T, len(d.Losses)-1); losses < len(d.Losses); losses++ {
		g.Entries += d.Losses[losses]
	}
	if quota := (seats + 1) / 2; quota > 0 {
		g.Draws = (g.Entries + quota - 1) / quota
	}
	return g
}

// target is T for two rates, 0 when no bound can be promised.
func target(rho, giveUp float64) int {
	switch {
	case giveUp <= 0:
		return 0
	case rho <= 1 || giveUp >= 1:
		return 1
	}
	t := math.Ceil(1.5 * math.Log(rho) / -math.Log1p(-giveUp))
	if t > mostLosses {
		return 0
	}
	return max(1, int(t))
}

// rate is part ÷ whole to four decimals; 0 of nothing.
func rate(part, whole int) float64 {
	if whole <= 0 {
		return 0
	}
	return math.Round(float64(part)/float64(whole)*1e4) / 1e4
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }
