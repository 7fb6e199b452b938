package redisinv

import (
	"context"

	"github.com/google/uuid"

	"chesna/booking"
)

// Settle removes a confirmed hold and its seat and marks the applicant as booked, whatever has become of the
// hold meanwhile. It may be repeated until it succeeds, even after the appointment's end.
func (inv *Inventory) Settle(ctx context.Context, h booking.Hold, appointment uuid.UUID) error {
	c := h.ID.Consulate()
	settle := call{
		script: inv.scripts.settle,
		keys: []string{
			seatsKey(c), holdsKey(c), expiriesKey(c), confirmingKey(c), endedKey(c), freeKey(c, h.Group),
		},
		args: []any{string(h.ID), string(h.Seat)},
	}
	calls := []call{inv.markCall(h.Applicant, h.Group, appointment), settle}
	for i, o := range inv.runAll(ctx, calls) {
		if o.err != nil {
			return o.err
		}
		switch o.reply.code {
		case codeOK, "PAST", "SEAT", "GONE":
		default:
			return calls[i].unknown(o.reply)
		}
	}
	return nil
}
