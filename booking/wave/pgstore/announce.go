package pgstore

import (
	"context"
	"encoding/json"
	"fmt"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Announce makes the wave with its seats, windows, leaf and first job. CodeStale when the wave or its predecessor's
// successor is there already, another standby wave of its family is under way, or a seat is not planned or returned any
// more.
func (s *Store) Announce(ctx context.Context, p wave.Plan) (wave.Wave, error) {
	row, err := waveRow(p)
	if err != nil {
		return wave.Wave{}, err
	}
	var out wave.Wave
	err = s.write(ctx, "announce a wave", func(w *work) error {
		n, err := w.InsertWave(ctx, row)
		if err != nil {
			return fmt.Errorf("write the wave: %w", err)
		}
		if n != 1 {
			return booking.Refuse(booking.CodeStale, "the wave, or another one in its place, has been announced meanwhile")
		}
		if err := w.InsertWindows(ctx, windowRows(p.Wave)); err != nil {
			return fmt.Errorf("write the windows: %w", err)
		}
		if err := s.takeSeats(ctx, w, p); err != nil {
			return err
		}
		if len(p.Policy) > 0 {
			if err := w.PutFile(ctx, rows.PutFileParams{Wave: row.ID, Name: filePolicy, Content: p.Policy}); err != nil {
				return fmt.Errorf("keep the trust policy: %w", err)
			}
		}
		if err := s.jobs.Step(ctx, w.tx, p.Wave.ID, wave.StepClose, p.Wave.Closes); err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
		if err := s.leaf(ctx, w, p.Wave.ID, draw.LeafAnnouncement, p.Leaf); err != nil {
			return err
		}
		found, err := w.WaveByID(ctx, row.ID)
		if err != nil {
			return err
		}
		list, err := s.assemble(ctx, w.Queries, []rows.BookingWave{found})
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

// takeSeats moves the seats into the draw; the names of who gave them back stay with the wave.
func (s *Store) takeSeats(ctx context.Context, w *work, p wave.Plan) error {
	take := rows.TakeIntoDrawParams{
		Wave: string(p.Wave.ID), Consulate: string(p.Wave.Consulate), Grp: string(p.Wave.Group), IsoWeek: p.Wave.ISOWeek,
	}
	events := make([]booking.Event, 0, len(p.Seats))
	for _, seat := range p.Seats {
		take.Ids = append(take.Ids, string(seat.ID))
		take.Windows = append(take.Windows, int32(seat.Window))
		events = append(events, seatEvent(booking.EventSeatInDraw, p.Wave.Consulate, string(seat.ID), ""))
	}
	if _, err := w.LockSeats(ctx, take.Ids); err != nil {
		return fmt.Errorf("lock the seats: %w", err)
	}
	taken, err := w.TakeIntoDraw(ctx, take)
	if err != nil {
		return fmt.Errorf("take the seats: %w", err)
	}
	if len(taken) != len(p.Seats) {
		return booking.Refuse(booking.CodeStale, "a seat of the wave is not what it was")
	}
	if err := w.InsertReturners(ctx, take.Wave); err != nil {
		return fmt.Errorf("write who gave seats back: %w", err)
	}
	return s.record(ctx, w, events)
}

// leaf composes the leaf, queues it, and notes it with the wave. It is called late: numbers are given out one transaction
// at a time.
func (s *Store) leaf(ctx context.Context, w *work, id wave.ID, t draw.LeafType, leaf wave.LeafFunc) error {
	seq, err := s.journal.AppendDraws(ctx, w.tx, leaf)
	if err != nil {
		return fmt.Errorf("write the leaf: %w", err)
	}
	if err := w.InsertLeaf(ctx, rows.InsertLeafParams{Seq: seq, Wave: string(id), Type: string(t)}); err != nil {
		return fmt.Errorf("note the leaf: %w", err)
	}
	return nil
}

func waveRow(p wave.Plan) (rows.InsertWaveParams, error) {
	w := p.Wave
	row := rows.InsertWaveParams{
		ID: string(w.ID), Family: string(w.Family), Kind: string(w.Kind), Parent: string(w.Parent), Predecessor: string(w.Predecessor),
		Consulate: string(w.Consulate), Grp: string(w.Group), Pool: string(w.Pool), IsoWeek: w.ISOWeek, Announced: w.Announced,
		Opens: w.Opens, Closes: w.Closes, Seats: int32(len(p.Seats)), ManifestRoot: w.ManifestRoot[:], Round: int64(w.Round),
	}
	if p.Leaf == nil || len(p.Seats) == 0 || !w.Opens.Before(w.Closes) {
		return row, booking.Refuse(booking.CodeInvalid, "a wave needs seats, a time to enter, and its leaf")
	}
	for _, seat := range p.Seats {
		if seat.Window < 0 || seat.Window >= draw.MaxWindows {
			return row, booking.Refuse(booking.CodeInvalid, "a seat of the wave has no window")
		}
		row.WindowsMask |= int64(1) << seat.Window
	}
	for to, from := range map[*[]byte]any{&row.Beacon: w.Beacon, &row.Delays: w.Delays, &row.Guarantee: w.Guarantee} {
		b, err := json.Marshal(from)
		if err != nil {
			return row, fmt.Errorf("write the wave: %w", err)
		}
		*to = b
	}
	return row, nil
}

func windowRows(w wave.Wave) rows.InsertWindowsParams {
	p := rows.InsertWindowsParams{Wave: string(w.ID)}
	for _, x := range w.Windows {
		p.Numbers = append(p.Numbers, int32(x.Number))
		p.LastHalves = append(p.LastHalves, int32(x.LastHalf))
		p.Labels = append(p.Labels, x.Label)
		p.Froms = append(p.Froms, x.From)
		p.Tos = append(p.Tos, x.To)
		p.Seats = append(p.Seats, int32(x.Seats))
	}
	return p
}
