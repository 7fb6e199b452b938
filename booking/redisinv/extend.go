package redisinv

import (
	"context"

	"chesna/booking"
)

// Extend moves the expiry of a held hold to LastExpiry, once: the applicant's sign first, then the seat.
func (inv *Inventory) Extend(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	h, err := inv.Find(ctx, id)
	if err != nil {
		return booking.Hold{}, err
	}
	now, err := inv.clock.Now(ctx, id.Consulate())
	if err != nil {
		return booking.Hold{}, judge("clock", err)
	}
	if h.State == booking.HoldHeld {
		r, err := inv.run(ctx, inv.prolongCall(h, now, h.LastExpiry.Sub(now)+keyGrace))
		if err != nil {
			return booking.Hold{}, err
		}
		if r.code != codeOK {
			return booking.Hold{}, elsewhere()
		}
	}
	c := id.Consulate()
	extend := call{
		script: inv.scripts.extend, keys: []string{holdsKey(c), expiriesKey(c)}, args: []any{now.UnixMilli(), string(id)},
	}
	r, err := inv.run(ctx, extend)
	if err != nil {
		return booking.Hold{}, err
	}
	switch r.code {
	case "CONFIRMING":
		return booking.Hold{}, booking.Refuse(booking.CodeHoldConfirming, "this hold is being confirmed")
	case "EXTENDED":
		return booking.Hold{}, booking.Refuse(booking.CodeAlreadyExtended, "a hold can be extended once")
	}
	rec, err := inv.readHold(extend, id, r)
	return rec.hold, err
}

// readHold reads the replies that scripts on one hold have in common.
func (inv *Inventory) readHold(c call, id booking.HoldID, r reply) (record, error) {
	switch r.code {
	case codeOK:
		return parseRecord(id, r.text(0))
	case codeNotFound:
		return record{}, noHold()
	case "EXPIRED":
		return record{}, record{state: stateExpired}.refusal()
	case codeEnded:
		rec, err := parseRecord(id, r.text(0))
		if err != nil {
			return record{}, err
		}
		return rec, rec.refusal()
	default:
		return record{}, c.unknown(r)
	}
}
