package redisinv

import (
	"time"

	"chesna/booking"
)

// newSignCall turns the claim of a new hold into its sign. A claim that is gone or in doubt (it was shared
// with an earlier request, which gave it back or got no answer, or it ran out) is counted again.
func (inv *Inventory) newSignCall(h booking.Hold, now time.Time) call {
	return inv.signCall(h, now, h.ExpiresAt.Sub(now)+keyGrace, "count")
}

// prolongCall lets the sign of a hold live for a time from now.
func (inv *Inventory) prolongCall(h booking.Hold, now time.Time, life time.Duration) call {
	return inv.signCall(h, now, life, "keep")
}

func (inv *Inventory) signCall(h booking.Hold, now time.Time, life time.Duration, mode string) call {
	return call{
		script: inv.scripts.prolong,
		keys:   []string{personKey(h.Applicant, h.Group), dayKey(h.Applicant, h.Group, now)},
		args:   []any{token(h.ID, h.Person), max(life, time.Second).Milliseconds(), mode, dayLife.Milliseconds()},
	}
}
