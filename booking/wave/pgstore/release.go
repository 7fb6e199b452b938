package pgstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"chesna/booking"
	"chesna/booking/capacity"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// familyOf is the name of the family of a post, group and week; the kiosk's and today's own draws are families beside it.
func familyOf(consulate, group, isoWeek string, pool booking.Pool) (wave.ID, error) {
	week, err := capacity.ParseISOWeek(isoWeek)
	if err != nil {
		return "", fmt.Errorf("week %q: %w", isoWeek, err)
	}
	id := wave.FamilyID(booking.ConsulateID(consulate), booking.GroupID(group), week)
	if pool != booking.PoolDraw {
		id += wave.ID("-" + strings.ToLower(string(pool)))
	}
	return id, nil
}

// Planned lists where there are planned seats of the pool that start after the instant, by post, group and week, with the
// seats where they can make a main wave now: the family has none yet, and the one before is drawn. A seat that was in no
// wave has window -1.
func (s *Store) Planned(ctx context.Context, pool booking.Pool, after time.Time) ([]wave.Batch, error) {
	var out []wave.Batch
	err := s.read(ctx, "list planned seats", func(q *rows.Queries) error {
		out = nil
		weeks, err := q.PlannedWeeks(ctx, rows.PlannedWeeksParams{Pool: string(pool), After: after})
		if err != nil {
			return err
		}
		for _, r := range weeks {
			b, err := batch(r.Consulate, r.Grp, r.IsoWeek, pool)
			if err != nil {
				return err
			}
			out = append(out, b)
		}
		if err := describe(ctx, q, pool, wave.KindMain, out); err != nil {
			return err
		}
		return fill(ctx, q, pool, after, out)
	})
	return out, err
}

// fill adds the seats to those batches that can make a main wave now: tens of thousands are not read every second for
// the few that can.
func fill(ctx context.Context, q *rows.Queries, pool booking.Pool, after time.Time, list []wave.Batch) error {
	p := rows.PlannedSeatsParams{Pool: string(pool), After: after}
	type key struct{ consulate, group, week string }
	byKey := map[key]*wave.Batch{}
	for i := range list {
		b := &list[i]
		if b.Main != "" || b.PredecessorOpen {
			continue
		}
		k := key{string(b.Consulate), string(b.Group), b.ISOWeek}
		byKey[k] = b
		p.Consulates, p.Grps, p.IsoWeeks = append(p.Consulates, k.consulate), append(p.Grps, k.group), append(p.IsoWeeks, k.week)
	}
	if len(byKey) == 0 {
		return nil
	}
	found, err := q.PlannedSeats(ctx, p)
	if err != nil {
		return fmt.Errorf("read the seats: %w", err)
	}
	for _, r := range found {
		b := byKey[key{r.Consulate, r.Grp, r.IsoWeek}]
		b.Seats = append(b.Seats, seatOf(r))
	}
	return nil
}

func seatOf(r rows.PlannedSeatsRow) wave.Seat {
	return wave.Seat{Window: int(r.Win), ReturnedBy: r.ReturnedBy, Seat: booking.Seat{
		ID: booking.SeatID(r.ID), Consulate: booking.ConsulateID(r.Consulate), Counter: booking.CounterID(r.Counter),
		Group: booking.GroupID(r.Grp), Pool: booking.Pool(r.Pool), Start: r.StartAt.UTC(), Minutes: int(r.Minutes),
		State: booking.SeatState(r.State),
	}}
}

func batch(consulate, group, isoWeek string, pool booking.Pool) (wave.Batch, error) {
	family, err := familyOf(consulate, group, isoWeek, pool)
	return wave.Batch{
		Family: family, Consulate: booking.ConsulateID(consulate), Group: booking.GroupID(group), Pool: pool, ISOWeek: isoWeek,
	}, err
}

// Returned lists returned seats without a time to re-open that start after the instant, by family. A seat that was in no
// wave has window -1.
func (s *Store) Returned(ctx context.Context, after time.Time) ([]wave.Batch, error) {
	var out []wave.Batch
	err := s.read(ctx, "list returned seats", func(q *rows.Queries) error {
		found, err := q.ReturnedSeats(ctx, after)
		if err != nil {
			return err
		}
		same := make([]rows.PlannedSeatsRow, len(found))
		for i, r := range found {
			same[i] = rows.PlannedSeatsRow(r)
		}
		out, err = batches(ctx, q, booking.PoolDraw, wave.KindStandby, same)
		return err
	})
	return out, err
}

// batches groups seats, which come sorted by post, group and week, and adds what is known of their families.
func batches(ctx context.Context, q *rows.Queries, pool booking.Pool, kind wave.Kind, seats []rows.PlannedSeatsRow) ([]wave.Batch, error) {
	var out []wave.Batch
	for _, r := range seats {
		last := len(out) - 1
		if last < 0 || string(out[last].Consulate) != r.Consulate || string(out[last].Group) != r.Grp || out[last].ISOWeek != r.IsoWeek {
			b, err := batch(r.Consulate, r.Grp, r.IsoWeek, pool)
			if err != nil {
				return nil, err
			}
			out = append(out, b)
			last++
		}
		out[last].Seats = append(out[last].Seats, seatOf(r))
	}
	return out, describe(ctx, q, pool, kind, out)
}

// describe fills in what the families had before.
func describe(ctx context.Context, q *rows.Queries, pool booking.Pool, kind wave.Kind, list []wave.Batch) error {
	if len(list) == 0 {
		return nil
	}
	names := make([]string, len(list))
	byName := map[string]*wave.Batch{}
	type line struct{ consulate, group string }
	lines := map[line][]*wave.Batch{}
	latest := rows.TailsParams{Pool: string(pool), Kind: string(kind)}
	for i := range list {
		b := &list[i]
		names[i] = string(b.Family)
		byName[names[i]] = b
		of := line{string(b.Consulate), string(b.Group)}
		if lines[of] == nil {
			latest.Consulates, latest.Grps = append(latest.Consulates, of.consulate), append(latest.Grps, of.group)
		}
		lines[of] = append(lines[of], b)
	}
	facts, err := q.FamilyFacts(ctx, names)
	if err != nil {
		return fmt.Errorf("read the families: %w", err)
	}
	for _, f := range facts {
		b := byName[f.Family]
		b.Main, b.Standbys, b.LastStandby, b.Busy = wave.ID(f.Main), int(f.Standbys), f.LastStandby.UTC(), f.Busy
	}
	names = slices.DeleteFunc(names, func(name string) bool { // these can make no wave now
		b := byName[name]
		return b.Busy || kind == wave.KindMain && b.Main != ""
	})
	windows, err := q.FamilyWindows(ctx, names)
	if err != nil {
		return fmt.Errorf("read the families' windows: %w", err)
	}
	for _, w := range windows {
		b := byName[w.Family]
		b.Windows = append(b.Windows, wave.Window{
			Number: int(w.Number), LastHalf: int(w.LastHalf), Label: w.Label, From: w.FromAt.UTC(), To: w.ToAt.UTC(), Seats: int(w.Seats),
		})
	}
	tails, err := q.Tails(ctx, latest)
	if err != nil {
		return fmt.Errorf("read the latest waves: %w", err)
	}
	for _, t := range tails {
		for _, b := range lines[line{t.Consulate, t.Grp}] {
			b.Predecessor, b.PredecessorOpen = wave.ID(t.ID), t.Open
		}
	}
	return nil
}

// FlowOn turns planned seats of the kiosk, today and draw pools that start between now and the instant into returned
// ones, at most limit (1000). Several callers share the work.
func (s *Store) FlowOn(ctx context.Context, before time.Time, limit int) (int, error) {
	n := 0
	err := s.write(ctx, "let seats flow on", func(w *work) error {
		if err := s.tell(ctx, w); err != nil {
			return err
		}
		found, err := w.FlowOn(ctx, rows.FlowOnParams{NowAt: w.now, Before: before, MaxRows: clamp(limit, 1000)})
		if err != nil {
			return err
		}
		n = len(found)
		events := make([]booking.Event, n)
		for i, r := range found {
			events[i] = seatEvent(booking.EventSeatBack, booking.ConsulateID(r.Consulate), r.ID, "unused")
		}
		return s.record(ctx, w, events)
	})
	return n, err
}

// Demand is what the last twelve drawn main waves of the post's group showed, and who waits now.
func (s *Store) Demand(ctx context.Context, c booking.ConsulateID, g booking.GroupID) (wave.Demand, error) {
	var out wave.Demand
	err := s.read(ctx, "measure the demand", func(q *rows.Queries) error {
		d, err := q.Demand(ctx, rows.DemandParams{Consulate: string(c), Grp: string(g)})
		if err != nil {
			return err
		}
		now, err := s.time(ctx, q)
		if err != nil {
			return err
		}
		waiting, err := q.WaitingLosses(ctx, rows.WaitingLossesParams{Consulate: string(c), Grp: string(g), Since: lossesSince(now)})
		if err != nil {
			return err
		}
		out = wave.Demand{
			Waves: int(d.Waves), Seats: int(d.Seats), NewEntrants: int(d.NewEntrants), Losers: int(d.Losers), GaveUp: int(d.GaveUp),
		}
		for _, r := range waiting {
			out.Losses[min(int(r.Losses), len(out.Losses)-1)] += int(r.Persons)
		}
		return nil
	})
	return out, err
}

// Due lists waves with a step whose time has come, oldest close first, at most limit (1000). A draw's time is that of its
// round.
func (s *Store) Due(ctx context.Context, limit int) ([]wave.Due, error) {
	now, err := s.time(ctx, s.query)
	if err != nil {
		return nil, bookingstore.MapError("ask the time", err)
	}
	found, err := s.query.DueWaves(ctx, rows.DueWavesParams{NowAt: now, MaxRows: clamp(limit, 1000)})
	if err != nil {
		return nil, bookingstore.MapError("list due waves", err)
	}
	out := make([]wave.Due, len(found))
	for i, r := range found {
		out[i] = wave.Due{ID: wave.ID(r.ID), Step: wave.Step(r.Step)}
	}
	return out, nil
}
