package redisinv

import (
	"context"

	"github.com/google/uuid"

	"chesna/booking"
)

func (inv *Inventory) markCall(applicant uuid.UUID, g booking.GroupID, appointment uuid.UUID) call {
	return call{
		script: inv.scripts.mark,
		keys:   []string{personKey(applicant, g), pastKey(applicant, g, appointment)},
		args:   []any{appointmentMark(appointment)},
	}
}

// markAll marks the applicants of active appointments, in pipelines.
func (inv *Inventory) markAll(ctx context.Context, active []booking.ActiveClaim) error {
	for len(active) > 0 {
		n := min(chunk, len(active))
		calls := make([]call, n)
		for i, a := range active[:n] {
			calls[i] = inv.markCall(a.Applicant, a.Group, a.Appointment)
		}
		for _, o := range inv.runAll(ctx, calls) {
			if o.err != nil {
				return o.err
			}
		}
		active = active[n:]
	}
	return nil
}
