package redisinv

import (
	"context"
	"time"

	"chesna/booking"
)

// signerShare is how many times an applicant's holds of a day a person may take for others, over all of them: who
// declares many applicants does not hold without limit.
const signerShare = 3

const (
	signerTake = "take"
	signerGive = "give"
)

func (inv *Inventory) signerCall(r booking.HoldRequest, id booking.HoldID, now time.Time, mode string) call {
	return call{
		script: inv.scripts.signer,
		keys:   []string{signerKey(r.Person, r.Group, now)},
		args:   []any{mode, string(id), signerShare * r.DailyLimit, dayLife.Milliseconds()},
	}
}

// forOther tells whether the request counts for its signer: a person's own holds are counted as an applicant's.
func forOther(r booking.HoldRequest) bool { return r.Person != r.Applicant }

// countSigners counts the new holds for others against their signers. A claim whose signer has had her share, or
// could not be counted, is given back.
func (inv *Inventory) countSigners(ctx context.Context, now time.Time, items []*item) {
	var counted []*item
	var calls []call
	for _, it := range items {
		if !it.done && it.owner && forOther(it.request) {
			counted, calls = append(counted, it), append(calls, inv.signerCall(it.request, it.id, now, signerTake))
		}
	}
	if len(calls) == 0 {
		return
	}
	outs := inv.runAll(ctx, calls)
	inv.retryFailed(ctx, calls, outs)
	var back []call
	for i, o := range outs {
		it := counted[i]
		switch {
		case o.err != nil:
			it.finish(booking.Hold{}, o.err)
		case o.reply.code == "LIMIT":
			it.finish(booking.Hold{}, booking.Refuse(booking.CodeHoldLimit, "too many holds for others today in this service group"))
		case o.reply.code != codeOK:
			it.finish(booking.Hold{}, calls[i].unknown(o.reply))
		default:
			continue
		}
		back = append(back, inv.givebackCall(it.request, it.id, now, giveClaim))
	}
	inv.runAll(ctx, back) // a claim that stays ends by itself
}
