package wave

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// When a round that does not come is recorded, and when another chain may be named; that one's round lies a day ahead of
// the leaf's checkpoint, for which there is an hour.
const (
	delayedAfter  = 24 * time.Hour
	newChainAfter = 7 * 24 * time.Hour
	newChainAhead = 24*time.Hour + time.Hour
)

// run draws: the beacon's round decides, from the files as they were published at the close. A round that is late is
// waited for; no other replaces it.
func (s *Scheduler) run(ctx context.Context, w Wave) error {
	due := roundTime(w.Beacon, w.Round)
	now := s.d.Now()
	if now.Before(due) {
		return nil
	}
	round, beaconFile, err := s.d.Beacon.Round(ctx, w.Beacon, w.Round)
	if err != nil {
		if errors.Is(err, ErrNotYet) {
			err = nil
		} else {
			err = fmt.Errorf("ask for round %d: %w", w.Round, err)
		}
		return errors.Join(err, s.late(ctx, w, now, due))
	}
	if round.ChainHash != w.Beacon.ChainHash || round.Round != w.Round {
		return fmt.Errorf("asked for round %d and got another", w.Round)
	}
	files, err := s.d.Ledger.Files(ctx, w.ID)
	if err != nil {
		return fmt.Errorf("read the files: %w", err)
	}
	frozen, err := s.d.Ledger.Frozen(ctx, w.ID)
	if err != nil {
		return fmt.Errorf("read what takes part: %w", err)
	}
	m, result, err := drawn(w, files, round)
	if err != nil {
		return err
	}
	out, err := s.outcome(w, m, result, frozen, now)
	if err != nil {
		return err
	}
	out.Beacon = beaconFile
	out.Leaf = resultLeaf(w, round, m, result, out.Result)
	if err := s.d.Ledger.Draw(ctx, w.ID, out); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	s.said(ctx, w.ID, "drawn", slog.Int("served", len(out.Awards)), slog.Int("waiting", len(out.Losers)), slog.Int("leftover", len(out.Leftover)))
	return nil
}

// drawn computes the result from the published bytes.
func drawn(w Wave, files Files, round draw.Beacon) (*draw.Manifest, *draw.Result, error) {
	m, err := draw.ParseManifest(files.Manifest)
	if err != nil {
		return nil, nil, err
	}
	if m.Root != w.ManifestRoot {
		return nil, nil, errors.New("the manifest is not the announced one")
	}
	e, err := draw.ParseEntries(files.Entries)
	if err != nil {
		return nil, nil, err
	}
	result, err := draw.Run(string(w.ID), round, m, e)
	if err != nil {
		return nil, nil, fmt.Errorf("draw: %w", err)
	}
	return m, result, nil
}

// outcome turns names back into entries: who is offered which seats, who waits, what is left over.
func (s *Scheduler) outcome(w Wave, m *draw.Manifest, r *draw.Result, f Frozen, now time.Time) (Outcome, error) {
	out := Outcome{Attempt: w.Attempt, Result: r.Bytes()}
	byNF := make(map[[32]byte]Entry, len(f.Entries))
	for _, e := range f.Entries {
		byNF[e.NF] = e
	}
	if len(byNF) != len(r.Served)+len(r.Waiting) {
		return out, errors.New("what takes part is not what was published at the close")
	}
	taken := map[string]bool{}
	for _, served := range r.Served {
		e, ok := byNF[served.NF]
		if !ok || e.Size() != len(served.Seats) {
			return out, errors.New("an entry that was served does not take part")
		}
		a := Award{Entry: EntryKey{e.Wave, e.Declarer}}
		for _, id := range served.Seats {
			taken[id] = true
			a.Seats = append(a.Seats, booking.SeatID(id))
		}
		var err error
		if a.Offer, err = uuid.NewRandomFromReader(s.d.Rand); err != nil {
			return out, fmt.Errorf("name an offer: %w", err)
		}
		out.Awards = append(out.Awards, a)
	}
	for _, nf := range r.Waiting {
		e, ok := byNF[nf]
		if !ok {
			return out, errors.New("an entry that waits does not take part")
		}
		out.Losers = append(out.Losers, EntryKey{e.Wave, e.Declarer})
	}
	var starts []time.Time
	for _, seat := range m.Seats {
		if taken[seat.ID] {
			starts = append(starts, seat.Start)
			continue
		}
		at, err := s.openAt(now, seat.Start)
		if err != nil {
			return out, err
		}
		out.Leftover = append(out.Leftover, Leftover{Seat: booking.SeatID(seat.ID), OpenAt: at})
	}
	post, err := s.d.Catalogue.Consulate(w.Consulate)
	if err != nil {
		return out, err
	}
	out.OfferUntil = s.offerUntil(post, now, starts)
	return out, nil
}

// offerUntil is when the offers of a draw end: as the policy says, over at least one working day of the post, and
// while all the seats can still be kept.
func (s *Scheduler) offerUntil(post booking.Consulate, now time.Time, starts []time.Time) time.Time {
	until := workingDay(post, now, now.Add(s.d.Policy.Offer))
	for _, start := range starts {
		// Seats that are past, after a very late round, do not shorten the others' time.
		if last := start.Add(-s.d.BookingLead); last.After(now) && last.Before(until) {
			until = last
		}
	}
	return ceilSecond(until)
}

func resultLeaf(w Wave, round draw.Beacon, m *draw.Manifest, r *draw.Result, file []byte) LeafFunc {
	return func(seq int64) ([]byte, error) {
		return draw.LeafBytes(draw.ResultLeaf{
			Head: draw.Head{Type: draw.LeafResult, Seq: seq, DrawID: string(w.ID)}, Attempt: w.Attempt, Round: w.Round,
			Signature: hex.EncodeToString(round.Signature[:]), Seed: r.Seed, ManifestRoot: m.Root, ResultSHA256: sha256.Sum256(file),
		})
	}
}

// late records that a round does not come: a leaf after a day, and after a week a new chain, if there is one by now.
func (s *Scheduler) late(ctx context.Context, w Wave, now, due time.Time) error {
	if now.Before(due.Add(delayedAfter)) {
		return nil
	}
	leaves, err := s.d.Ledger.Leaves(ctx, w.ID)
	if err != nil {
		return fmt.Errorf("list the leaves: %w", err)
	}
	has := func(t draw.LeafType) bool {
		return slices.ContainsFunc(leaves, func(l Leaf) bool { return l.Type == t })
	}
	head := draw.Head{DrawID: string(w.ID)}
	if !has(draw.LeafDelayed) {
		err := s.d.Ledger.Note(ctx, w.ID, draw.LeafDelayed, nil, w.Round, func(seq int64) ([]byte, error) {
			head.Type, head.Seq = draw.LeafDelayed, seq
			return draw.LeafBytes(draw.Delayed{Head: head, Round: w.Round})
		})
		if err != nil {
			return fmt.Errorf("write that the round is late: %w", err)
		}
		s.said(ctx, w.ID, "delayed", slog.Uint64("round", w.Round))
	}
	chain := s.d.Beacon.Chain()
	if now.Before(due.Add(newChainAfter)) || has(draw.LeafNewChain) || chain.ChainHash == w.Beacon.ChainHash {
		return nil
	}
	round := draw.AttemptRound(now, draw.Delays{Round: int64(newChainAhead / time.Second)}, chain, 0)
	err = s.d.Ledger.Note(ctx, w.ID, draw.LeafNewChain, &chain, round, func(seq int64) ([]byte, error) {
		head.Type, head.Seq = draw.LeafNewChain, seq
		return draw.LeafBytes(draw.NewChain{Head: head, Round: round, Beacon: chain})
	})
	if err != nil {
		return fmt.Errorf("name another chain: %w", err)
	}
	s.said(ctx, w.ID, "new chain", slog.Uint64("round", round))
	return nil
}
