package redisinv

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"chesna/booking"
)

var errStopped = errors.New("the inventory is not running")

// Hold takes a seat; see booking.Inventory. It waits for its batch at most as long as ctx allows; after an
// end of ctx the hold may exist, and asking again gives it back.
func (inv *Inventory) Hold(ctx context.Context, r booking.HoldRequest) (booking.Hold, error) {
	if err := checkRequest(&r); err != nil {
		return booking.Hold{}, err
	}
	inv.counters.requests.Add(1)
	if inv.gate.closed(r) {
		inv.counters.gated.Add(1)
		return booking.Hold{}, soldOut()
	}
	return inv.submit(ctx, r)
}

// checkRequest refuses what could not be stored or routed; people's input is checked before, with pointers.
func checkRequest(r *booking.HoldRequest) error {
	if r.DailyLimit <= 0 {
		r.DailyLimit = defaultDay
	}
	if _, err := booking.ParseHoldID(string(r.ID)); err != nil {
		return booking.Refuse(booking.CodeInvalid, "the hold needs an identifier")
	}
	for _, s := range []string{string(r.Group), string(r.Service), r.Nonce} {
		if strings.ContainsAny(s, "| {}\r\n") {
			return booking.Refuse(booking.CodeInvalid, "a name holds a forbidden character")
		}
	}
	if r.ID.Consulate() != r.Consulate || r.Group == "" || r.TTL < time.Millisecond || r.Extension < 0 || r.To.Before(r.From) {
		return booking.Refuse(booking.CodeInvalid, "the hold is asked for wrongly")
	}
	return nil
}

// item is one request of a batch on its way.
type item struct {
	*waiting
	id    booking.HoldID // the hold that is looked for: its own, or that of an earlier request still under way
	owner bool           // it made the claim, so it gives it back
	done  bool
	out   verdict
}

func (it *item) finish(h booking.Hold, err error) {
	it.done, it.out = true, verdict{h, err}
}

// seatedBatch is a batch between the seat step and its conclusion.
type seatedBatch struct {
	items   []*item
	now     time.Time
	round   uint64 // of the gate, before Redis was asked
	replies []reply
	err     error
}

// seatBatch claims the applicants in one pipeline and asks for the seats in one script.
func (inv *Inventory) seatBatch(ctx context.Context, c booking.ConsulateID, batch []*waiting) *seatedBatch {
	s := &seatedBatch{items: make([]*item, len(batch)), round: inv.gate.at(c)}
	for i, w := range batch {
		s.items[i] = &item{waiting: w, id: w.request.ID}
	}
	now, err := inv.clock.Now(ctx, c)
	if err != nil {
		for _, it := range s.items {
			it.finish(booking.Hold{}, judge("clock", err))
		}
		return s
	}
	s.now = now
	inv.claimAll(ctx, now, s.items)
	inv.countSigners(ctx, now, s.items)
	s.replies, s.err = inv.seatAll(ctx, c, now, s.items)
	return s
}

// concludeBatch confirms or gives back the claims in one pipeline. Every request gets its verdict.
func (inv *Inventory) concludeBatch(ctx context.Context, s *seatedBatch) {
	inv.conclude(ctx, s.now, s.items, s.replies, s.err)
	for _, it := range s.items {
		switch {
		case it.out.err == nil:
			inv.gate.holds(it.out.hold, it.out.hold.LastExpiry.Sub(s.now))
		case booking.CodeOf(it.out.err) == booking.CodeSoldOut:
			inv.gate.shut(it.request, s.round)
		}
		it.waiting.done <- it.out
	}
}

// seatAll asks for a seat for every item that has a claim. Replies stand in the order of those items. An
// exchange that failed is tried again with the same hold identifiers, which cannot take a second seat.
func (inv *Inventory) seatAll(ctx context.Context, c booking.ConsulateID, now time.Time, items []*item) ([]reply, error) {
	keys := []string{epochKey(c), seatsKey(c), holdsKey(c), expiriesKey(c)}
	var groups []booking.GroupID
	args := []any{now.UnixMilli()}
	open := 0
	for _, it := range items {
		if it.done {
			continue
		}
		open++
		r := it.request
		place := slices.Index(groups, r.Group)
		if place < 0 {
			place = len(groups)
			groups = append(groups, r.Group)
			keys = append(keys, freeKey(c, r.Group))
		}
		args = append(args, place+1, string(it.id), ceilSeconds(r.From), r.To.Unix(),
			r.TTL.Milliseconds(), r.Extension.Milliseconds(), recordBody(r))
	}
	if open == 0 {
		return nil, nil
	}
	hold := call{script: inv.scripts.hold, keys: keys, args: args}
	inv.counters.batches.Add(1)
	r, err := inv.run(ctx, hold)
	if err != nil {
		inv.counters.again.Add(1)
		r, err = inv.run(ctx, hold)
	}
	if err != nil {
		return nil, err
	}
	switch r.code {
	case codeNoInventory:
		return nil, noInventory()
	case codeOK:
		return readReplies(r, open)
	default:
		return nil, hold.unknown(r)
	}
}

func readReplies(r reply, want int) ([]reply, error) {
	if len(r.rest) != want {
		return nil, &internalError{errors.New("hold.lua gave another number of verdicts")}
	}
	out := make([]reply, want)
	for i, v := range r.rest {
		one, err := readReply(v)
		if err != nil {
			return nil, err
		}
		out[i] = one
	}
	return out, nil
}

// judgeSeat turns one verdict of the script into that of its request.
func (inv *Inventory) judgeSeat(now time.Time, it *item, r reply) {
	if r.code == "SOLD_OUT" {
		it.finish(booking.Hold{}, soldOut())
		return
	}
	rec, err := parseRecord(it.id, r.text(0))
	switch {
	case err != nil:
		it.finish(booking.Hold{}, err)
	case r.code == codeEnded:
		it.finish(booking.Hold{}, rec.refusal())
	case r.code != "HELD" && r.code != "REPLAY":
		it.finish(booking.Hold{}, call{script: inv.scripts.hold}.unknown(r))
	case rec.hold.Person != it.request.Person || rec.hold.Applicant != it.request.Applicant || rec.hold.Group != it.request.Group:
		it.finish(booking.Hold{}, noHold()) // somebody else's identifier
	default:
		it.finish(rec.hold, nil)
	}
}

// conclude writes the verdicts of the seat step and then makes claims into signs of holds, or gives them back.
func (inv *Inventory) conclude(ctx context.Context, now time.Time, items []*item, replies []reply, err error) {
	var seated []*item
	for _, it := range items {
		if it.done {
			continue
		}
		seated = append(seated, it)
		if err != nil {
			it.finish(booking.Hold{}, err)
			continue
		}
		inv.judgeSeat(now, it, replies[len(seated)-1])
	}
	give := giveClaim
	if err != nil && booking.CodeOf(err) != booking.CodeNoInventory {
		give = giveDoubt // the seats may have been taken: a retry finds them, or the claims end by themselves
	}
	held := map[booking.HoldID]bool{}
	for _, it := range seated {
		held[it.id] = held[it.id] || it.out.err == nil
	}
	var calls []call
	var of []*item
	for _, it := range seated {
		switch {
		case it.out.err == nil:
			calls = append(calls, inv.newSignCall(it.out.hold, now))
		case it.owner && !held[it.id]:
			calls = append(calls, inv.givebackCall(it.request, it.id, now, give))
			if forOther(it.request) {
				of, calls = append(of, it), append(calls, inv.signerCall(it.request, it.id, now, signerGive))
			}
		default:
			continue
		}
		of = append(of, it)
	}
	outs := inv.runAll(ctx, calls)
	inv.retryFailed(ctx, calls, outs)
	for i, o := range outs {
		inv.afterSeat(ctx, of[i], o)
	}
}

// afterSeat looks at what the last pipeline said about a hold that was made.
func (inv *Inventory) afterSeat(ctx context.Context, it *item, o outcome) {
	if it.out.err != nil {
		return // given back, or it ends by itself
	}
	switch {
	case o.err != nil:
		// The hold stands; only its sign ends early, and the ledger judges a second appointment.
		inv.log.WarnContext(ctx, "a hold's sign could not be prolonged", slog.String("hold", string(it.id)), slog.Any("error", o.err))
	case o.reply.code == "LOST":
		// The claim ran out and another request took its place: this hold must not stand beside that one.
		if _, err := inv.finish(ctx, it.id, stateReleased); err != nil {
			inv.log.WarnContext(ctx, "a surplus hold could not be ended", slog.String("hold", string(it.id)), slog.Any("error", err))
		}
		it.finish(booking.Hold{}, unavailable("prolong", errors.New("the claim was lost")))
	}
}

// ceilSeconds is the first whole second at or after t.
func ceilSeconds(t time.Time) int64 {
	return int64(math.Ceil(float64(t.UnixMilli()) / 1000))
}
