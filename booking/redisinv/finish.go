package redisinv

import (
	"context"

	"chesna/booking"
)

// Release ends a held hold. A hold that has ended and waits for the ledger is no error; one that Redis does
// not know (any more) is CodeHoldNotFound.
func (inv *Inventory) Release(ctx context.Context, id booking.HoldID) error {
	_, err := inv.finish(ctx, id, stateReleased)
	return err
}

// Abandon ends a confirming hold that the ledger has refused. Repeating it is no error while the hold waits
// for the ledger; a hold that was never pinned is CodeHoldNotFound.
func (inv *Inventory) Abandon(ctx context.Context, id booking.HoldID) error {
	_, err := inv.finish(ctx, id, stateAbandoned)
	return err
}

// finish ends a hold for a reason; the seat first, then the applicant.
func (inv *Inventory) finish(ctx context.Context, id booking.HoldID, reason string) (record, error) {
	if _, err := booking.ParseHoldID(string(id)); err != nil {
		return record{}, err
	}
	c := id.Consulate()
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		return record{}, judge("clock", err)
	}
	finish := call{
		script: inv.scripts.finish,
		keys:   []string{seatsKey(c), holdsKey(c), expiriesKey(c), confirmingKey(c), endedKey(c)},
		args:   []any{now.UnixMilli(), string(id), reason},
	}
	r, err := inv.run(ctx, finish)
	if err != nil {
		return record{}, err
	}
	switch r.code {
	case "CONFIRMING":
		return record{}, booking.Refuse(booking.CodeHoldConfirming, "this hold is being confirmed")
	case "NOT_CONFIRMING":
		return record{}, booking.Refuse(booking.CodeHoldNotFound, "this hold is not being confirmed")
	case codeOK, codeEnded:
	default:
		return inv.readHold(finish, id, r)
	}
	rec, err := parseRecord(id, r.text(0))
	if err != nil {
		return record{}, err
	}
	inv.freePersons(ctx, []booking.Hold{rec.hold}, now)
	return rec, nil
}
