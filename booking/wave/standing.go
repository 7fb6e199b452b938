package wave

import "time"

// Weights: 1 and one more for each lost draw that counts, at most 8; a lost draw counts for 24 months.
const (
	MaxWeight  = 8
	LossMonths = 24
)

// Standing is what an applicant's lost draws in a service group are worth.
type Standing struct {
	Losses int // that count now
	// PausedUntil is when she may enter online again, after a no-show, a late cancellation or two unsigned offers;
	// zero or past: she may.
	PausedUntil time.Time
}

// Weight is w of draw.md.
func (s Standing) Weight() int { return min(MaxWeight, 1+s.Losses) }

// Guaranteed is g: whether the losses have reached the published target; 0 promises nothing.
func (s Standing) Guaranteed(target int) int {
	if target > 0 && s.Losses >= target {
		return 1
	}
	return 0
}

// Demand is what the last waves of a post and group showed.
type Demand struct {
	Waves       int // how many main waves are counted, at most 12
	Seats       int // in them
	NewEntrants int // entries with weight 1 that had not entered the wave before
	Losers      int // unserved entries of all but the last of them
	GaveUp      int // of those, who did not enter the next wave
	// Losses[i] is how many persons with i losses wait now (index 8: eight or more), for G.
	Losses [9]int
}
