package redisinv

import (
	"context"
	"time"

	"chesna/booking"
)

func (inv *Inventory) claimCall(it *item, now time.Time, dead string) call {
	r := it.request
	return call{
		script: inv.scripts.claim,
		keys:   []string{personKey(r.Applicant, r.Group), dayKey(r.Applicant, r.Group, now)},
		args: []any{
			string(r.ID), r.Person.String(), r.DailyLimit, inv.claimTTL.Milliseconds(), dayLife.Milliseconds(), dead,
		},
	}
}

// claimAll claims the applicants of a batch. Afterwards each item is done (refused, or given the hold she
// has), or it looks for a seat under item.id.
func (inv *Inventory) claimAll(ctx context.Context, now time.Time, items []*item) {
	calls := make([]call, len(items))
	for i, it := range items {
		calls[i] = inv.claimCall(it, now, "")
	}
	outs := inv.runAll(ctx, calls)
	inv.retryFailed(ctx, calls, outs)

	var signed []*item // whose person key names a hold
	var values []string
	for i, it := range items {
		if value := inv.judgeClaim(it, outs[i]); value != "" {
			signed, values = append(signed, it), append(values, value)
		}
	}
	if len(signed) > 0 {
		inv.resolveSigns(ctx, now, signed, values)
	}
}

// retryFailed repeats the calls that failed once; the claims that were made answer with their own sign.
func (inv *Inventory) retryFailed(ctx context.Context, calls []call, outs []outcome) {
	var again []call
	var places []int
	for i, o := range outs {
		if o.err != nil {
			again, places = append(again, calls[i]), append(places, i)
		}
	}
	if len(again) > 0 {
		inv.counters.again.Add(1)
	}
	for n, o := range inv.runAll(ctx, again) {
		outs[places[n]] = o
	}
}

// judgeClaim acts on a claim's reply. A value that it returns names a hold that has to be looked up.
func (inv *Inventory) judgeClaim(it *item, o outcome) (lookUp string) {
	if o.err != nil {
		it.finish(booking.Hold{}, o.err)
		return ""
	}
	switch o.reply.code {
	case "CLAIMED":
		it.owner = true
	case "BOOKED":
		it.finish(booking.Hold{}, booking.Refuse(booking.CodeAlreadyBooked, "this applicant has an appointment in this service group"))
	case "LIMIT":
		it.finish(booking.Hold{}, booking.Refuse(booking.CodeHoldLimit, "too many holds today in this service group"))
	case "EXISTS":
		s, ok := parseSign(o.reply.text(0))
		switch {
		case !ok:
			it.finish(booking.Hold{}, call{script: inv.scripts.claim}.unknown(o.reply))
		case !s.claim:
			return o.reply.text(0)
		case s.person != it.request.Person || s.hold.Consulate() != it.request.Consulate:
			it.finish(booking.Hold{}, elsewhere())
		default:
			// An earlier request of hers is still looking for a seat: look together, under its identifier.
			it.id, it.owner = s.hold, s.hold == it.request.ID
		}
	default:
		it.finish(booking.Hold{}, call{script: inv.scripts.claim}.unknown(o.reply))
	}
	return ""
}

// resolveSigns looks up the holds that person keys name. A live one of the same person is her hold; a live
// one of another person is in the way; a dead one is replaced by a claim.
func (inv *Inventory) resolveSigns(ctx context.Context, now time.Time, items []*item, values []string) {
	ids := make([]booking.HoldID, len(items))
	for i := range items {
		s, _ := parseSign(values[i])
		ids[i] = s.hold
	}
	found := inv.lookUp(ctx, ids)
	var dead []*item
	var calls []call
	for i, it := range items {
		f := found[i]
		switch {
		case f.err != nil:
			it.finish(booking.Hold{}, f.err)
		case !f.known || !f.record.live(now):
			dead, calls = append(dead, it), append(calls, inv.claimCall(it, now, values[i]))
		case f.record.hold.Person != it.request.Person:
			it.finish(booking.Hold{}, elsewhere())
		default:
			it.finish(f.record.hold, nil)
		}
	}
	for i, o := range inv.runAll(ctx, calls) {
		if value := inv.judgeClaim(dead[i], o); value != "" {
			dead[i].finish(booking.Hold{}, elsewhere()) // somebody was faster
		}
	}
}
