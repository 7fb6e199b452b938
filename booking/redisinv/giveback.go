package redisinv

import (
	"context"
	"log/slog"
	"time"

	"chesna/booking"
)

const (
	giveClaim = "claim" // only a claim; it does not count as a hold of today
	giveDoubt = "doubt" // a claim whose seat step went unanswered; it stays, uncounted, until it ends
	giveHold  = "hold"  // whatever the hold has left; it stays counted
)

func (inv *Inventory) givebackCall(r booking.HoldRequest, id booking.HoldID, now time.Time, mode string) call {
	return call{
		script: inv.scripts.giveback,
		keys:   []string{personKey(r.Applicant, r.Group), dayKey(r.Applicant, r.Group, now)},
		args:   []any{token(id, r.Person), mode},
	}
}

// freePersons removes the signs of ended holds. A failure is harmless: a sign whose hold is dead is replaced by
// the next claim, and ends by itself.
func (inv *Inventory) freePersons(ctx context.Context, holds []booking.Hold, now time.Time) {
	calls := make([]call, len(holds))
	for i, h := range holds {
		r := booking.HoldRequest{Applicant: h.Applicant, Person: h.Person, Group: h.Group}
		calls[i] = inv.givebackCall(r, h.ID, now, giveHold)
	}
	for i, o := range inv.runAll(ctx, calls) {
		if o.err != nil {
			inv.log.WarnContext(ctx, "the sign of an ended hold stays for a while",
				slog.String("hold", string(holds[i].ID)), slog.Any("error", o.err))
		}
	}
}
