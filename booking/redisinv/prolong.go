package redisinv

import (
	"time"

	"chesna/booking"
)

// prolongCall lets the sign of a hold live for a time from now.
func (inv *Inventory) prolongCall(h booking.Hold, life time.Duration) call {
	return call{
		script: inv.scripts.prolong,
		keys:   []string{personKey(h.Applicant, h.Group)},
		args:   []any{token(h.ID, h.Person), max(life, time.Second).Milliseconds()},
	}
}
