package redisinv

import (
	"context"

	"github.com/google/uuid"

	"chesna/booking"
)

// Forget marks that an appointment has ended. For a day a late Settle or Rebuild cannot bring it back.
func (inv *Inventory) Forget(ctx context.Context, applicant uuid.UUID, g booking.GroupID, appointment uuid.UUID) error {
	forget := call{
		script: inv.scripts.forget,
		keys:   []string{personKey(applicant, g), pastKey(applicant, g, appointment)},
		args:   []any{appointmentMark(appointment), pastLife.Milliseconds()},
	}
	r, err := inv.run(ctx, forget)
	if err != nil {
		return err
	}
	if r.code != codeOK && r.code != "KEPT" {
		return forget.unknown(r)
	}
	return nil
}
