package wave

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"chesna/booking/draw"
)

// maxAttempt is the last fallback.
const maxAttempt = 3

// stand finds out whether the close stands.
//
// Attempt f stands when k cosignatures dated before its deadline exist, whoever presents them, and whenever: this is
// asked first, always. It is void only by a void leaf that is itself cosigned before the time of the attempt's round.
// So the leaf is written in the third quarter of the time between deadline and round: late enough for cosignatures that
// were slow to be presented, early enough to be cosigned itself. When that time has passed without a void leaf (nobody
// was running), it is too late to make anything void: the round will soon be known, and who calls an attempt void then
// could be choosing. The wave waits a day after the round for somebody to present the cosignatures, and is cancelled
// when nobody does: no result, the seats go to the next standby draw with the entries. The third fallback, which is
// followed by no other, ends in the same way, and a void leaf that was not cosigned in time ends the wave too.
func (s *Scheduler) stand(ctx context.Context, w Wave) error {
	leaves, err := s.d.Ledger.Leaves(ctx, w.ID)
	if err != nil {
		return fmt.Errorf("list the leaves: %w", err)
	}
	now := s.d.Now()
	if w.Attempt > 0 {
		valid, decided, err := s.voided(ctx, w, leaves)
		if err != nil {
			return err
		}
		if decided && !valid {
			return s.cancel(ctx, w, reasonVoidLate)
		}
		if !decided {
			return s.giveUp(ctx, w, now)
		}
	}
	deadline := draw.AttemptDeadline(w.Closes, w.Delays, w.Attempt)
	ok, _, err := s.cosignedBefore(ctx, leaves, draw.LeafClose, deadline)
	if err != nil {
		return err
	}
	if ok {
		if err := s.d.Ledger.Stand(ctx, w.ID, w.Attempt); err != nil {
			return fmt.Errorf("write that it stands: %w", err)
		}
		s.said(ctx, w.ID, "stands", slog.Int("attempt", w.Attempt))
		return nil
	}
	round := roundTime(w.Beacon, w.Round)
	gap := round.Sub(deadline)
	switch {
	case now.Before(deadline.Add(gap / 2)):
		return nil
	case w.Attempt == maxAttempt, now.After(deadline.Add(gap * 3 / 4)):
		return s.giveUp(ctx, w, now)
	}
	return s.void(ctx, w)
}

// giveUp cancels a wave that can neither stand nor be made void any more, a day after its round.
func (s *Scheduler) giveUp(ctx context.Context, w Wave, now time.Time) error {
	if now.Before(roundTime(w.Beacon, w.Round).Add(seconds(w.Delays.Fallback))) {
		return nil
	}
	return s.cancel(ctx, w, reasonUnproved)
}

// voided tells whether the leaf that began the present attempt was cosigned before the round that it made void; not
// decided while there is no proof.
func (s *Scheduler) voided(ctx context.Context, w Wave, leaves []Leaf) (valid, decided bool, err error) {
	before := roundTime(w.Beacon, draw.AttemptRound(w.Closes, w.Delays, w.Beacon, w.Attempt-1))
	return s.cosignedBefore(ctx, leaves, draw.LeafVoid, before)
}

// cosignedBefore tells whether k cosignatures of the wave's last leaf of the type are dated before the instant; not
// decided while k are not known.
func (s *Scheduler) cosignedBefore(ctx context.Context, leaves []Leaf, t draw.LeafType, at time.Time) (ok, decided bool, err error) {
	last := -1
	for i, l := range leaves {
		if l.Type == t {
			last = i
		}
	}
	if last < 0 {
		return false, false, nil
	}
	k := s.d.Policy.Witnesses
	p, err := s.d.Log.Proof(ctx, leaves[last].Seq, k)
	if err != nil {
		return false, false, fmt.Errorf("read the proof of leaf %d: %w", leaves[last].Seq, err)
	}
	if p.Proof == nil || len(p.Cosigned) < k {
		return false, false, nil
	}
	dates := slices.Clone(p.Cosigned)
	slices.SortFunc(dates, time.Time.Compare)
	return dates[k-1].Before(at), true, nil
}

// void ends the present attempt and names the round of the next.
func (s *Scheduler) void(ctx context.Context, w Wave) error {
	next := w.Attempt + 1
	round := draw.AttemptRound(w.Closes, w.Delays, w.Beacon, next)
	leaf := func(seq int64) ([]byte, error) {
		return draw.LeafBytes(draw.Void{
			Head: draw.Head{Type: draw.LeafVoid, Seq: seq, DrawID: string(w.ID)}, Attempt: next, Round: round, Reason: reasonCosignatures,
		})
	}
	if err := s.d.Ledger.Void(ctx, w.ID, next, round, leaf); err != nil {
		return fmt.Errorf("write that attempt %d is void: %w", w.Attempt, err)
	}
	s.said(ctx, w.ID, "void", slog.Int("attempt", w.Attempt))
	return nil
}
