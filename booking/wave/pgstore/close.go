package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Freeze waits for running entries to end, writes down what takes part, and reads it; called again it reads the same.
// CodeTooEarly before Closes. A wave that is beyond its close is read as it was frozen.
func (s *Store) Freeze(ctx context.Context, id wave.ID) (wave.Frozen, error) {
	var out wave.Frozen
	err := s.write(ctx, "freeze a wave", func(w *work) error {
		row, err := s.alone(ctx, w, id)
		if err != nil {
			return err
		}
		if row.FrozenAt == nil {
			if row.State != string(wave.StateAnnounced) {
				return booking.Refuse(booking.CodeNotPublished, "the wave ended before its close")
			}
			if w.now.Before(row.Closes) {
				return booking.Refuse(booking.CodeTooEarly, "entries are still taken")
			}
			freeze := rows.FreezeTakersParams{Wave: row.ID, Family: row.Family, Grp: row.Grp}
			if row.Kind == string(wave.KindStandby) { // a main wave carries nobody
				freeze.Mask = row.WindowsMask
			}
			n, err := w.FreezeTakers(ctx, freeze)
			if err != nil {
				return fmt.Errorf("write down what takes part: %w", err)
			}
			if err := w.SetFrozen(ctx, rows.SetFrozenParams{At: w.now, Entries: int32(n), ID: row.ID}); err != nil {
				return fmt.Errorf("mark the wave: %w", err)
			}
			row.FrozenAt, row.Entries = &w.now, int32(n)
		}
		out, err = frozen(ctx, w.Queries, row)
		return err
	})
	return out, err
}

// alone waits until nobody enters or leaves the wave's family, locks the wave, and tells the time after.
func (s *Store) alone(ctx context.Context, w *work, id wave.ID) (rows.BookingWave, error) {
	row, err := absent1(w.WaveByID(ctx, string(id)))
	if err != nil {
		return row, err
	}
	if err := w.LockFamily(ctx, row.Family); err != nil {
		return row, fmt.Errorf("wait for running entries: %w", err)
	}
	return s.locked(ctx, w, id)
}

// locked locks the wave and tells the time after.
func (s *Store) locked(ctx context.Context, w *work, id wave.ID) (rows.BookingWave, error) {
	row, err := absent1(w.LockWave(ctx, string(id)))
	if err != nil {
		return row, err
	}
	return row, s.tell(ctx, w)
}

// step runs fn on the locked wave if it is in the state; a wave beyond it is left as it is. A wave that has not come so
// far is CodeTooEarly.
func (s *Store) step(ctx context.Context, what string, id wave.ID, from wave.State, fn func(w *work, row rows.BookingWave) error) error {
	return s.write(ctx, what, func(w *work) error {
		row, err := s.locked(ctx, w, id)
		if err != nil {
			return err
		}
		switch state := wave.State(row.State); {
		case state == from:
			return fn(w, row)
		case order(state) < order(from):
			return booking.Refuse(booking.CodeTooEarly, "the wave has not come so far")
		}
		return nil
	})
}

func order(s wave.State) int {
	for i, x := range []wave.State{wave.StateAnnounced, wave.StateClosed, wave.StateStanding, wave.StateDrawn, wave.StateFinished} {
		if x == s {
			return i
		}
	}
	return 9 // cancelled: beyond everything
}

// Close writes the files of a frozen wave and its close leaf: announced → closed. CodeTooEarly when it is not frozen.
func (s *Store) Close(ctx context.Context, id wave.ID, f wave.Files, leaf wave.LeafFunc) error {
	return s.step(ctx, "close a wave", id, wave.StateAnnounced, func(w *work, row rows.BookingWave) error {
		if row.FrozenAt == nil {
			return booking.Refuse(booking.CodeTooEarly, "the wave is not frozen")
		}
		if err := putFiles(ctx, w, row.ID, map[string][]byte{
			fileManifest: f.Manifest, fileEntries: f.Entries, fileBindings: f.Bindings, filePersons: f.Persons,
			fileAuthority: f.Authority, filePolicy: f.Policy,
		}); err != nil {
			return err
		}
		if err := w.SetState(ctx, rows.SetStateParams{State: string(wave.StateClosed), ID: row.ID}); err != nil {
			return fmt.Errorf("close the wave: %w", err)
		}
		if err := s.jobs.Step(ctx, w.tx, id, wave.StepStand, w.now); err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
		return s.leaf(ctx, w, id, draw.LeafClose, leaf)
	})
}

// putFiles keeps files; a nil one, and one that is there already, is left.
func putFiles(ctx context.Context, w *work, id string, files map[string][]byte) error {
	for name, content := range files {
		if content == nil {
			continue
		}
		if err := w.PutFile(ctx, rows.PutFileParams{Wave: id, Name: name, Content: content}); err != nil {
			return fmt.Errorf("keep the file %s: %w", name, err)
		}
	}
	return nil
}

// Stand records that the attempt stands: closed → standing. Another attempt than the current one changes nothing.
func (s *Store) Stand(ctx context.Context, id wave.ID, attempt int) error {
	return s.step(ctx, "let a wave stand", id, wave.StateClosed, func(w *work, row rows.BookingWave) error {
		if int(row.Attempt) != attempt {
			return nil
		}
		if err := w.SetState(ctx, rows.SetStateParams{State: string(wave.StateStanding), ID: row.ID}); err != nil {
			return fmt.Errorf("let the wave stand: %w", err)
		}
		at, err := roundTime(row)
		if err != nil {
			return err
		}
		if err := s.jobs.Step(ctx, w.tx, id, wave.StepDraw, at); err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
		return nil
	})
}

// roundTime is when the beacon gives the wave's round.
func roundTime(row rows.BookingWave) (time.Time, error) {
	var b draw.BeaconInfo
	if err := json.Unmarshal(row.Beacon, &b); err != nil {
		return time.Time{}, fmt.Errorf("read wave %s: %w", row.ID, err)
	}
	return time.Unix(b.Genesis+b.Period*(row.Round-1), 0).UTC(), nil
}

// Void records that the attempt before next does not stand. Called again it changes nothing.
func (s *Store) Void(ctx context.Context, id wave.ID, next int, round uint64, leaf wave.LeafFunc) error {
	return s.step(ctx, "void an attempt", id, wave.StateClosed, func(w *work, row rows.BookingWave) error {
		if int(row.Attempt) != next-1 {
			return nil
		}
		if err := w.SetAttempt(ctx, rows.SetAttemptParams{Attempt: int32(next), Round: int64(round), ID: row.ID}); err != nil {
			return fmt.Errorf("set the attempt: %w", err)
		}
		if err := s.jobs.Step(ctx, w.tx, id, wave.StepStand, w.now); err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
		return s.leaf(ctx, w, id, draw.LeafVoid, leaf)
	})
}

// Note writes a leaf about a closed or standing wave, once a type; a chain is taken with its round.
func (s *Store) Note(ctx context.Context, id wave.ID, t draw.LeafType, chain *draw.BeaconInfo, round uint64, leaf wave.LeafFunc) error {
	return s.write(ctx, "note a leaf", func(w *work) error {
		row, err := s.locked(ctx, w, id)
		if err != nil {
			return err
		}
		written, err := w.LeafWritten(ctx, rows.LeafWrittenParams{Wave: row.ID, Type: string(t)})
		if err != nil || written || (row.State != string(wave.StateClosed) && row.State != string(wave.StateStanding)) {
			return err
		}
		if chain != nil {
			b, err := json.Marshal(chain)
			if err != nil {
				return fmt.Errorf("write the chain: %w", err)
			}
			if err := w.SetChain(ctx, rows.SetChainParams{Beacon: b, Round: int64(round), ID: row.ID}); err != nil {
				return fmt.Errorf("take the chain: %w", err)
			}
		}
		return s.leaf(ctx, w, id, t, leaf)
	})
}

// Cancel ends a wave that is not drawn: its seats are returned for the family's next draw, its entries stay live.
func (s *Store) Cancel(ctx context.Context, id wave.ID, reason string, leaf wave.LeafFunc) error {
	return s.write(ctx, "cancel a wave", func(w *work) error {
		row, err := s.alone(ctx, w, id)
		if err != nil || order(wave.State(row.State)) >= order(wave.StateDrawn) {
			return err
		}
		seats, err := w.LockSeatsOfWave(ctx, row.ID)
		if err != nil {
			return fmt.Errorf("lock the seats: %w", err)
		}
		back := rows.ReturnDrawnParams{}
		for _, x := range seats {
			back.Ids = append(back.Ids, x.ID)
			back.Opens = append(back.Opens, time.Time{})
		}
		returned, err := w.ReturnDrawn(ctx, back)
		if err != nil {
			return fmt.Errorf("return the seats: %w", err)
		}
		events := make([]booking.Event, len(returned))
		for i, seat := range returned {
			events[i] = seatEvent(booking.EventSeatBack, booking.ConsulateID(row.Consulate), seat, reason)
		}
		if err := s.record(ctx, w, events); err != nil {
			return err
		}
		if err := w.SetState(ctx, rows.SetStateParams{State: string(wave.StateCancelled), ID: row.ID}); err != nil {
			return fmt.Errorf("cancel the wave: %w", err)
		}
		return s.leaf(ctx, w, id, draw.LeafCancelled, leaf)
	})
}
