package pgstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/internal/coalesce"
	"chesna/booking/journal"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Enter accepts an entry or its next revision; see wave.Citizens. It waits for its batch. Besides the refusals there:
// CodeReturnedSeat (a person gave back a seat of this draw), CodeNotActive (the appointment to be replaced has ended or is
// not hers), CodeSignatureReused, CodeInvalid. The same signed request again answers the entry as it stands.
func (s *Store) Enter(ctx context.Context, a wave.Acceptance) (wave.Entry, error) {
	if err := complete(a); err != nil {
		return wave.Entry{}, err
	}
	if err := ctx.Err(); err != nil {
		return wave.Entry{}, bookingstore.MapError("enter", err)
	}
	e, err := s.batch.Submit(ctx, a)
	return e, bookingstore.QueueError("wait for the ledger", err)
}

func complete(a wave.Acceptance) error {
	people := map[uuid.UUID]bool{}
	for _, m := range a.Members {
		people[m.Applicant] = true
	}
	switch {
	case a.Declarer == uuid.Nil, a.Rev < 1, a.Windows == 0, a.NF == [32]byte{}, a.Signature == [32]byte{}, len(a.Request) == 0, len(a.Evidence) == 0:
		return booking.Refuse(booking.CodeInvalid, "the entry is incomplete")
	case len(a.Members) == 0, len(a.Members) > wave.MaxSize, len(people) != len(a.Members), people[uuid.Nil]:
		return booking.Refuse(booking.CodeInvalid, "an entry has one to eight persons, each once")
	case a.Reschedules != uuid.Nil && len(a.Members) != 1:
		return booking.Refuse(booking.CodeInvalid, "one appointment of one person can be replaced")
	case a.Leaves == a.Wave:
		return booking.Refuse(booking.CodeInvalid, "an entry cannot leave its own wave for it")
	}
	return nil
}

// errConflict says that somebody else was faster with something in the batch; the transaction was rolled back.
var errConflict = errors.New("a claim was taken meanwhile")

const maxAttempts = 4

// verdict is what the ledger says to one entry.
type verdict struct {
	entry wave.Entry
	err   error
}

// answer gives every request of a batch its verdict.
func (s *Store) answer(ctx context.Context, batch []*coalesce.Request[wave.Acceptance, wave.Entry]) {
	as := make([]wave.Acceptance, len(batch))
	for i, r := range batch {
		as[i] = r.Of
	}
	for i, v := range s.acceptAll(ctx, as) {
		batch[i].Answer(v.entry, v.err)
	}
}

// acceptAll takes a batch in rounds: whoever meets a person of an earlier request of the same batch waits for the next
// one, so that the ledger's facts hold for both.
func (s *Store) acceptAll(ctx context.Context, as []wave.Acceptance) []verdict {
	out := make([]verdict, len(as))
	todo := make([]int, len(as))
	for i := range todo {
		todo[i] = i
	}
	for len(todo) > 0 {
		var now, later []int
		met := map[uuid.UUID]bool{}
		for _, i := range todo {
			if apart(met, as[i]) {
				now = append(now, i)
			} else {
				later = append(later, i)
			}
		}
		round := make([]wave.Acceptance, len(now))
		for k, i := range now {
			round[k] = as[i]
		}
		for k, v := range s.accept(ctx, round) {
			out[now[k]] = v
		}
		todo = later
	}
	return out
}

// apart tells that nobody of the entry was met before, and meets them.
func apart(met map[uuid.UUID]bool, a wave.Acceptance) bool {
	people := peopleOf(a)
	for _, p := range people {
		if met[p] {
			return false
		}
	}
	for _, p := range people {
		met[p] = true
	}
	return true
}

// peopleOf are the members and the declarer, each once.
func peopleOf(a wave.Acceptance) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(a.Members)+1)
	self := false
	for _, m := range a.Members {
		out = append(out, m.Applicant)
		self = self || m.Applicant == a.Declarer
	}
	if !self {
		out = append(out, a.Declarer)
	}
	return out
}

// accept judges a batch in one transaction, again when somebody else was faster with something; a batch that fails for a
// reason of its content is redone row by row, so that one bad row costs the others time and nothing else.
func (s *Store) accept(ctx context.Context, as []wave.Acceptance) []verdict {
	var verdicts []verdict
	err := errConflict
	for i := 0; errors.Is(err, errConflict) && i < maxAttempts; i++ {
		err = s.write(ctx, "accept entries", func(w *work) error {
			var err error
			verdicts, err = s.tryAccept(ctx, w, as)
			return err
		})
	}
	switch {
	case err == nil:
		return verdicts
	case len(as) == 1 || booking.CodeOf(err) == booking.CodeUnavailable || ctx.Err() != nil:
		if errors.Is(err, errConflict) {
			err = booking.Refuse(booking.CodeUnavailable, "others are faster; try again")
		}
		return slices.Repeat([]verdict{{err: err}}, len(as))
	}
	s.log.LogAttrs(ctx, slog.LevelWarn, "accepting entries row by row", slog.Int("batch", len(as)), slog.Any("cause", err))
	verdicts = nil
	for i := range as {
		verdicts = append(verdicts, s.accept(ctx, as[i:i+1])...)
	}
	return verdicts
}

// tryAccept gives all verdicts, or an error and nothing written.
func (s *Store) tryAccept(ctx context.Context, w *work, as []wave.Acceptance) ([]verdict, error) {
	e, err := s.gather(ctx, w, as)
	if err != nil {
		return nil, err
	}
	sentences := judge(as, e)
	if err := s.carryOut(ctx, w, as, sentences, e); err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(as))
	var again []wave.EntryKey
	for i, sent := range sentences {
		switch {
		case sent.refusal != nil:
			verdicts[i].err = sent.refusal
		case sent.known:
			again = append(again, wave.EntryKey{Wave: as[i].Wave, Declarer: as[i].Declarer})
		default:
			verdicts[i].entry = sent.entry
		}
	}
	if len(again) == 0 {
		return verdicts, nil
	}
	known, err := entriesByKeys(ctx, w.Queries, again)
	if err != nil {
		return nil, err
	}
	for i, sent := range sentences {
		if sent.known {
			verdicts[i].entry = known[wave.EntryKey{Wave: as[i].Wave, Declarer: as[i].Declarer}]
		}
	}
	return verdicts, nil
}

// carryOut writes the winners.
func (s *Store) carryOut(ctx context.Context, w *work, as []wave.Acceptance, sentences []sentence, e evidence) error {
	var x writes
	x.revisions.At, x.fresh.At = w.now, w.now
	var events []booking.Event
	for i, sent := range sentences {
		if !sent.write {
			continue
		}
		if as[i].Receipt != nil {
			var err error
			if sent.entry.Receipt, err = as[i].Receipt(sent.entry); err != nil {
				return fmt.Errorf("make a receipt: %w", err)
			}
			sentences[i].entry.Receipt = sent.entry.Receipt
		}
		events = append(events, x.add(as[i], sent, e)...)
	}
	if len(events) == 0 {
		return nil
	}
	fresh, err := w.InsertEntries(ctx, x.fresh)
	if err != nil {
		return fmt.Errorf("write the entries: %w", err)
	}
	var revised []uuid.UUID
	if len(x.revised.Waves) > 0 {
		if revised, err = w.ReviseEntries(ctx, x.revised); err != nil {
			return fmt.Errorf("revise the entries: %w", err)
		}
	}
	if len(fresh) != len(x.fresh.Waves) || len(revised) != len(x.revised.Waves) {
		return errConflict
	}
	if len(x.left.Waves) > 0 {
		if _, err := w.EndEntries(ctx, x.left); err != nil {
			return fmt.Errorf("end the entries that are left: %w", err)
		}
	}
	if len(x.dropped.Waves) > 0 {
		if err := w.DropClaims(ctx, x.dropped); err != nil {
			return fmt.Errorf("drop the claims: %w", err)
		}
	}
	if err := s.writeRest(ctx, w, x); err != nil {
		return err
	}
	return s.record(ctx, w, events)
}

// writeRest writes revisions, members, claims and leaves. What somebody else was faster with is a conflict.
func (s *Store) writeRest(ctx context.Context, w *work, x writes) error {
	revisions, err := w.InsertAccepted(ctx, x.revisions)
	if err != nil {
		return fmt.Errorf("write the requests: %w", err)
	}
	claimed, err := w.InsertClaims(ctx, x.claims)
	if err != nil {
		return fmt.Errorf("claim the persons: %w", err)
	}
	if len(revisions) != len(x.revisions.Waves) || int(claimed) != len(x.claims.Applicants) {
		return errConflict
	}
	if err := w.InsertMembers(ctx, x.members); err != nil {
		return fmt.Errorf("write the members: %w", err)
	}
	offered, err := w.OfferedNow(ctx, rows.OfferedNowParams{Numbers: numbers(len(x.claims.Applicants)), Applicants: x.claims.Applicants, Grps: x.claims.Grps})
	if err != nil {
		return fmt.Errorf("look for offers: %w", err)
	}
	if len(offered) > 0 {
		return errConflict
	}
	if err := s.journal.Append(ctx, w.tx, journal.NameJournal, x.leaves...); err != nil {
		return fmt.Errorf("write the leaves: %w", err)
	}
	return nil
}
