package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/journal"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Leave ends a live entry by a signed request: CodeEntryAbsent, CodeStale, CodeEntryFrozen while a draw has it,
// CodeSignatureReused. The same request again answers the entry as it stands.
func (s *Store) Leave(ctx context.Context, l wave.Leaving) (wave.Entry, error) {
	var out wave.Entry
	key := wave.EntryKey{Wave: l.Wave, Declarer: l.Declarer}
	err := s.write(ctx, "leave", func(w *work) error {
		waves := map[wave.ID]rows.BookingWave{}
		if err := s.gatherWaves(ctx, w, []wave.Acceptance{{Wave: l.Wave}}, waves); err != nil {
			return err
		}
		if err := s.tell(ctx, w); err != nil {
			return err
		}
		known, err := mayLeave(ctx, w, l)
		if err != nil {
			return err
		}
		if !known {
			if err := s.leave(ctx, w, l, waves[l.Wave]); err != nil {
				return err
			}
		}
		found, err := entriesByKeys(ctx, w.Queries, []wave.EntryKey{key})
		out = found[key]
		return err
	})
	return out, err
}

// mayLeave locks the entry and refuses, or tells that the request has been carried out before.
func mayLeave(ctx context.Context, w *work, l wave.Leaving) (known bool, err error) {
	locked, err := w.LockEntries(ctx, rows.LockEntriesParams{Waves: []string{string(l.Wave)}, Declarers: []uuid.UUID{l.Declarer}})
	if err != nil {
		return false, fmt.Errorf("lock the entry: %w", err)
	}
	if len(locked) == 0 {
		return false, booking.Refuse(booking.CodeEntryAbsent, "there is no entry in this draw")
	}
	requests, err := w.KnownRequests(ctx, [][]byte{l.Signature[:]})
	if err != nil {
		return false, fmt.Errorf("look for the signature: %w", err)
	}
	if len(requests) > 0 {
		if r := requests[0]; r.Wave == string(l.Wave) && r.Declarer == l.Declarer && int(r.Rev) == l.Rev {
			return true, nil
		}
		return false, booking.Refuse(booking.CodeSignatureReused, "this signature has been accepted before")
	}
	switch entry := locked[0]; {
	case entry.State != string(wave.EntryLive):
		return false, booking.Refuse(booking.CodeEntryAbsent, "the entry has ended")
	case l.Rev != int(entry.Rev)+1:
		return false, booking.Refuse(booking.CodeStale, "the entry has been changed meanwhile; look at it again")
	}
	drawn, err := w.InDraws(ctx, rows.InDrawsParams{
		NowAt: w.now, Numbers: []int64{0}, Waves: []string{string(l.Wave)}, Declarers: []uuid.UUID{l.Declarer},
	})
	if err == nil && len(drawn) > 0 {
		err = booking.Refuse(booking.CodeEntryFrozen, "the entry is in a draw now; wait for its result")
	}
	return false, err
}

func (s *Store) leave(ctx context.Context, w *work, l wave.Leaving, row rows.BookingWave) error {
	entry, err := entriesByKeys(ctx, w.Queries, []wave.EntryKey{{Wave: l.Wave, Declarer: l.Declarer}})
	if err != nil {
		return err
	}
	id, declarer := string(l.Wave), l.Declarer
	n, err := w.LeaveEntry(ctx, rows.LeaveEntryParams{Rev: int32(l.Rev), Commitment: l.Commitment[:], Wave: id, Declarer: declarer, Before: int32(l.Rev - 1)})
	if err != nil || n != 1 {
		return errors.Join(err, errors.New("a locked entry changed"))
	}
	if _, err := w.InsertRevisions(ctx, rows.InsertRevisionsParams{
		Leaves: true, At: w.now, Waves: []string{id}, Declarers: []uuid.UUID{declarer}, Revs: []int32{int32(l.Rev)},
		Windows:     []int64{int64(entry[wave.EntryKey{Wave: l.Wave, Declarer: declarer}].Windows)},
		Commitments: [][]byte{l.Commitment[:]}, Openings: [][]byte{l.Opening[:]}, Requests: [][]byte{l.Request},
		Evidences: [][]byte{l.Evidence}, Signatures: [][]byte{l.Signature[:]},
	}); err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	if err := w.CopyMembers(ctx, rows.CopyMembersParams{Wave: id, Declarer: declarer, Rev: int32(l.Rev - 1)}); err != nil {
		return fmt.Errorf("keep the members: %w", err)
	}
	if err := w.DropClaims(ctx, rows.DropClaimsParams{Waves: []string{id}, Declarers: []uuid.UUID{declarer}}); err != nil {
		return fmt.Errorf("drop the claims: %w", err)
	}
	if err := s.journal.Append(ctx, w.tx, journal.NameJournal, entryLeaf(l.Commitment)); err != nil {
		return fmt.Errorf("write the leaf: %w", err)
	}
	return s.record(ctx, w, []booking.Event{entryEvent(booking.EventEntryLeft, l.Actor, row, declarer, l.Wave, l.Rev)})
}

// SetReceipt keeps the receipt of the revision. A revision's first receipt stays; each revision has its own.
func (s *Store) SetReceipt(ctx context.Context, id wave.ID, declarer uuid.UUID, rev int, receipt []byte) error {
	_, err := s.query.SetReceipt(ctx, rows.SetReceiptParams{Receipt: receipt, Wave: string(id), Declarer: declarer, Rev: int32(rev)})
	return bookingstore.MapError("keep a receipt", err)
}

// Entry returns the declarer's entry of the wave in its current revision, or CodeEntryAbsent.
func (s *Store) Entry(ctx context.Context, id wave.ID, declarer uuid.UUID) (wave.Entry, error) {
	key := wave.EntryKey{Wave: id, Declarer: declarer}
	var out wave.Entry
	err := s.read(ctx, "read an entry", func(q *rows.Queries) error {
		found, err := entriesByKeys(ctx, q, []wave.EntryKey{key})
		if err != nil {
			return err
		}
		var ok bool
		if out, ok = found[key]; !ok {
			return booking.Refuse(booking.CodeEntryAbsent, "there is no entry in this draw")
		}
		return nil
	})
	return out, err
}

// EntriesOf lists the declarer's entries, newest first, at most 200.
func (s *Store) EntriesOf(ctx context.Context, declarer uuid.UUID) ([]wave.Entry, error) {
	// Most of those who come in a rush have none: one question is enough to know.
	if found, err := s.query.EntriesOf(ctx, declarer); err != nil || len(found) == 0 {
		return nil, bookingstore.MapError("list a person's entries", err)
	}
	var out []wave.Entry
	err := s.read(ctx, "list a person's entries", func(q *rows.Queries) error {
		found, err := q.EntriesOf(ctx, declarer)
		if err != nil {
			return err
		}
		keys := make([]wave.EntryKey, len(found))
		for i, r := range found {
			keys[i] = wave.EntryKey{Wave: wave.ID(r.Wave), Declarer: r.Declarer}
		}
		entries, err := entriesByKeys(ctx, q, keys)
		out = make([]wave.Entry, len(keys))
		for i, k := range keys {
			out[i] = entries[k]
		}
		return err
	})
	return out, err
}

// LiveEntry is the live entry of which the applicant is a member or the declarer, if there is one.
func (s *Store) LiveEntry(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (wave.Entry, bool, error) {
	var out wave.Entry
	var ok bool
	err := s.read(ctx, "look for a live entry", func(q *rows.Queries) error {
		claim, err := q.ClaimOf(ctx, rows.ClaimOfParams{Applicant: applicant, Grp: string(g)})
		if errors.Is(err, pgx.ErrNoRows) {
			out, ok = wave.Entry{}, false
			return nil
		}
		if err != nil {
			return err
		}
		key := wave.EntryKey{Wave: wave.ID(claim.Wave), Declarer: claim.Declarer}
		found, err := entriesByKeys(ctx, q, []wave.EntryKey{key})
		out, ok = found[key], true
		return err
	})
	return out, ok, err
}

// Blocked is CodeLiveEntry or CodeOfferOpen when the applicant, as a member or a declarer, has one of them in the group.
func (s *Store) Blocked(ctx context.Context, applicant uuid.UUID, g booking.GroupID) error {
	return s.read(ctx, "look for bars", func(q *rows.Queries) error {
		_, err := q.ClaimOf(ctx, rows.ClaimOfParams{Applicant: applicant, Grp: string(g)})
		if err == nil {
			return booking.Refuse(booking.CodeLiveEntry, "a live entry in a draw bars bookings in this group of services")
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		offered, err := q.HasOpenOffer(ctx, rows.HasOpenOfferParams{Applicant: applicant, Grp: string(g)})
		if err == nil && offered {
			err = booking.Refuse(booking.CodeOfferOpen, "an offer waits for a signature")
		}
		return err
	})
}

// Standing is what the applicant's lost draws are worth now.
func (s *Store) Standing(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (wave.Standing, error) {
	var out wave.Standing
	err := s.read(ctx, "read a standing", func(q *rows.Queries) error {
		now, err := s.time(ctx, q)
		if err != nil {
			return err
		}
		r, err := q.Standing(ctx, rows.StandingParams{Applicant: applicant, Grp: string(g), Since: lossesSince(now)})
		if err != nil {
			return err
		}
		out = wave.Standing{Losses: int(r.Losses), PausedUntil: r.PausedUntil.UTC()}
		return nil
	})
	return out, err
}

// entriesByKeys reads entries in their current revisions.
func entriesByKeys(ctx context.Context, q *rows.Queries, keys []wave.EntryKey) (map[wave.EntryKey]wave.Entry, error) {
	var p rows.EntriesByKeysParams
	for _, k := range keys {
		p.Waves = append(p.Waves, string(k.Wave))
		p.Declarers = append(p.Declarers, k.Declarer)
	}
	found, err := q.EntriesByKeys(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read the entries: %w", err)
	}
	members, err := q.MembersOf(ctx, rows.MembersOfParams(p))
	if err != nil {
		return nil, fmt.Errorf("read the members: %w", err)
	}
	out := make(map[wave.EntryKey]wave.Entry, len(found))
	for _, r := range found {
		out[wave.EntryKey{Wave: wave.ID(r.Wave), Declarer: r.Declarer}] = wave.Entry{
			Wave: wave.ID(r.Wave), Declarer: r.Declarer, Rev: int(r.Rev), State: wave.EntryState(r.State), NF: [32]byte(r.Nf),
			W: int(r.W), G: int(r.G), Windows: uint64(r.Windows), CountsLoss: r.CountsLoss, Reschedules: r.Reschedules.UUID,
			Commitment: [32]byte(r.Commitment), Opening: [32]byte(r.Opening), Request: r.Request, Receipt: r.Receipt,
			AcceptedAt: r.AcceptedAt.UTC(), ServedIn: wave.ID(r.ServedIn),
		}
	}
	for _, m := range members {
		key := wave.EntryKey{Wave: wave.ID(m.Wave), Declarer: m.Declarer}
		e := out[key]
		e.Members = append(e.Members, wave.Member{Applicant: m.Applicant, Service: booking.ServiceID(m.Service), PersonNF: [32]byte(m.PersonNf)})
		out[key] = e
	}
	return out, nil
}
