package wave

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
)

// week is the step of the calendar: main waves of a post and group close one a week.
const week = 7 * 24 * time.Hour

// FamilyID is the identifier of the main wave of a post, group and week, and of their family:
// "waw-passport-2026w50".
func FamilyID(c booking.ConsulateID, g booking.GroupID, w capacity.ISOWeek) ID {
	return ID(fmt.Sprintf("%s-%s-%04dw%02d", c, g, w.Year, w.Week))
}

// Plan announces the main and standby waves that can be announced now, and tells how many. What another process was
// faster with is left to it; a batch that fails does not hold up the others.
func (s *Scheduler) Plan(ctx context.Context) (announced int, err error) {
	now := s.d.Now()
	var errs []error
	pass := func(kind Kind, batches []Batch, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("list the seats of %s waves: %w", kind, err))
			return
		}
		n, err := s.pass(ctx, kind, now, batches)
		announced += n
		errs = append(errs, err)
	}
	planned, err := s.d.Ledger.Planned(ctx, booking.PoolDraw, now)
	pass(KindMain, planned, err)
	returned, err := s.d.Ledger.Returned(ctx, now)
	pass(KindStandby, returned, err)
	return announced, errors.Join(errs...)
}

// line is whose waves of one kind follow one another.
type line struct {
	consulate booking.ConsulateID
	group     booking.GroupID
	pool      booking.Pool
}

// pass announces what it can of one kind, earliest week first. Main waves of a line follow one another, each after the
// draw of the one before; standby waves name the one before.
func (s *Scheduler) pass(ctx context.Context, kind Kind, now time.Time, batches []Batch) (announced int, err error) {
	slices.SortStableFunc(batches, func(a, b Batch) int { return cmp.Compare(a.ISOWeek, b.ISOWeek) })
	latest, blocked := map[line]ID{}, map[line]bool{}
	var errs []error
	for _, b := range batches {
		if announced == announceLimit {
			break // the steps of other waves wait behind this; the next tick goes on
		}
		of := line{b.Consulate, b.Group, b.Pool}
		if kind == KindStandby {
			of.pool = booking.PoolDraw
		}
		if blocked[of] {
			continue
		}
		if id, ok := latest[of]; ok {
			b.Predecessor = id
		}
		p, ok, err := s.plan(ctx, kind, now, b)
		if ok && err == nil {
			_, err = s.d.Ledger.Announce(ctx, p)
		}
		switch {
		case err == nil && ok:
			announced++
			latest[of] = p.Wave.ID
			blocked[of] = kind == KindMain
			s.said(ctx, p.Wave.ID, "announced", slog.Int("seats", p.Wave.Seats), slog.Time("closes", p.Wave.Closes))
		case booking.CodeOf(err) == booking.CodeStale:
			blocked[of] = true // the batches were read before somebody else's announcement
		case err != nil:
			errs = append(errs, fmt.Errorf("announce the %s wave of %s: %w", kind, b.Family, err))
		}
	}
	return announced, errors.Join(errs...)
}

// plan makes the batch's wave, if there can be one now.
func (s *Scheduler) plan(ctx context.Context, kind Kind, now time.Time, b Batch) (Plan, bool, error) {
	post, err := s.d.Catalogue.Consulate(b.Consulate)
	if err != nil {
		return Plan{}, false, err
	}
	isoWeek, err := capacity.ParseISOWeek(b.ISOWeek)
	if err != nil {
		return Plan{}, false, err
	}
	w := Wave{
		Family: FamilyID(b.Consulate, b.Group, isoWeek), Kind: kind, Predecessor: b.Predecessor, Consulate: b.Consulate,
		Group: b.Group, Pool: booking.PoolDraw, ISOWeek: b.ISOWeek, State: StateAnnounced, Announced: now.UTC().Truncate(time.Second),
		Beacon: s.d.Beacon.Chain(), Delays: s.d.Policy.Delays,
	}
	var due bool
	if kind == KindMain {
		due = s.mainTimes(&w, b, isoWeek, post)
	} else {
		due = s.standbyTimes(&w, b)
	}
	if !due {
		return Plan{}, false, nil
	}
	seats := slices.DeleteFunc(slices.Clone(b.Seats), func(seat Seat) bool { return !seat.Start.After(w.Closes.Add(s.afterClose())) })
	if seats, w.Windows, err = assign(post, isoWeek, b.Windows, seats); err != nil || len(seats) == 0 {
		return Plan{}, false, err
	}
	return s.complete(ctx, w, post, seats)
}

// mainTimes sets when a main wave closes: by the weekly calendar if there is time for it, else as soon as notice allows.
// It is announced when it is the next of its line to close, a week ahead, and the one before is drawn: so no wave waits
// for one of a later week that was published first.
func (s *Scheduler) mainTimes(w *Wave, b Batch, isoWeek capacity.ISOWeek, post booking.Consulate) bool {
	if b.Main != "" || b.PredecessorOpen {
		return false
	}
	p := s.d.Policy
	w.ID = w.Family
	monday, _ := isoWeek.Span(post.Location)
	calendar := ceilSecond(monday.Add(-p.Lead)).Add(spread(w.ID, p.Spread))
	if now := w.Announced; calendar.Sub(now) > max(week, p.Notice+week/7) {
		return false
	}
	w.Closes = calendar
	// The announcement must be cosigned before the notice begins to run. By the standard delays there is an hour for that.
	soonest := ceilSecond(w.Announced.Add(time.Second + p.Notice + seconds(p.Delays.Fallback/24)))
	if w.Closes.Before(soonest) {
		w.Closes = soonest.Add(spread(w.ID, p.Spread))
	}
	// Entry begins when the announcement has stood for what the notice has more than the entry, and lasts to the close: a
	// longer entry helps those who hear of it late, and gives nobody anything else.
	w.Opens = soonest.Add(-p.Entry)
	return true
}

// standbyTimes sets when a standby wave closes.
func (s *Scheduler) standbyTimes(w *Wave, b Batch) bool {
	p := s.d.Policy
	if b.Busy || (!b.LastStandby.IsZero() && w.Announced.Before(b.LastStandby.Add(p.StandbyEvery))) {
		return false
	}
	w.ID = ID(fmt.Sprintf("%s-s%d", w.Family, b.Standbys+1))
	w.Parent = b.Main
	w.Opens = w.Announced.Add(time.Second) // not before the ledger has it
	w.Closes = ceilSecond(w.Opens.Add(p.StandbyEntry)).Add(spread(w.ID, p.StandbyEntry/10))
	return true
}

// spread is a time within the span that the wave's name decides, in whole seconds: closes do not share a minute.
func spread(id ID, span time.Duration) time.Duration {
	n := uint64(span / time.Second)
	if n == 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(id))
	return seconds(int64(binary.BigEndian.Uint64(sum[:8]) % (n + 1)))
}

// complete adds what follows from the seats: the manifest, the round, the guarantee, the announcement.
func (s *Scheduler) complete(ctx context.Context, w Wave, post booking.Consulate, seats []Seat) (Plan, bool, error) {
	if err := draw.CheckDrawID(string(w.ID)); err != nil {
		return Plan{}, false, fmt.Errorf("%q: %w", w.ID, err)
	}
	_, m, err := manifest(post, seats)
	if err != nil {
		return Plan{}, false, err
	}
	demand, err := s.d.Ledger.Demand(ctx, w.Consulate, w.Group)
	if err != nil {
		return Plan{}, false, fmt.Errorf("read the demand: %w", err)
	}
	w.Seats, w.ManifestRoot = len(seats), m.Root
	w.Round = draw.AttemptRound(w.Closes, w.Delays, w.Beacon, 0)
	w.Guarantee = guarantee(demand, len(seats))
	if w.Kind == KindStandby { // it has no guarantee pass
		w.Guarantee.T, w.Guarantee.Entries, w.Guarantee.Draws = 0, 0, 0
	}
	policy := s.d.Trust.Policy()
	leaf := func(seq int64) ([]byte, error) { return draw.LeafBytes(announcement(w, sha256.Sum256(policy), seq)) }
	return Plan{Wave: w, Seats: seats, Leaf: leaf, Policy: policy}, true, nil
}

func announcement(w Wave, policy [32]byte, seq int64) draw.Announcement {
	a := draw.Announcement{
		Head: draw.Head{Type: draw.LeafAnnouncement, Seq: seq, DrawID: string(w.ID)}, Rule: draw.Rule, Kind: string(w.Kind),
		Parent: string(w.Parent), Predecessor: string(w.Predecessor), Consulate: string(w.Consulate), Group: string(w.Group),
		Pool: string(w.Pool), ISOWeek: w.ISOWeek, Announced: draw.At(w.Announced), Opens: draw.At(w.Opens),
		Closes: draw.At(w.Closes), ManifestRoot: w.ManifestRoot, Round: w.Round, Beacon: w.Beacon, Delays: w.Delays,
		Guarantee: w.Guarantee, Policy: policy,
	}
	for _, x := range w.Windows {
		a.Windows = append(a.Windows, draw.WindowInfo{Number: x.Number, Label: x.Label, From: draw.At(x.From), To: draw.At(x.To), Seats: x.Seats})
	}
	return a
}
