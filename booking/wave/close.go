package wave

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"chesna/booking"
	"chesna/booking/draw"
)

// Reasons of cancelled and voided draws, as the leaves have them.
const (
	reasonNoSeats      = "no-seats"        // all seats were withdrawn
	reasonNotClosed    = "not-closed"      // the close could not be written before the round was known
	reasonCosignatures = "cosignatures"    // not enough witnesses cosigned in time
	reasonUnproved     = "unproved"        // neither cosigned nor voided in time
	reasonVoidLate     = "void-not-proved" // the void leaf was not cosigned before the round that it makes void
)

// close freezes a wave and writes its files and its close leaf. Entries end by the ledger's clock, whatever happens here:
// an authority that does not answer delays the close, and nothing else. But files that were frozen after the round is
// known would prove nothing; such a wave is cancelled, and its seats and entries go to the family's next standby draw.
func (s *Scheduler) close(ctx context.Context, w Wave) error {
	f, err := s.d.Ledger.Freeze(ctx, w.ID)
	if booking.CodeOf(err) == booking.CodeTooEarly {
		return nil
	}
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	if len(f.Seats) == 0 {
		return s.cancel(ctx, w, reasonNoSeats)
	}
	if !s.d.Now().Before(roundTime(w.Beacon, w.Round)) {
		return s.cancel(ctx, w, reasonNotClosed)
	}
	post, err := s.d.Catalogue.Consulate(w.Consulate)
	if err != nil {
		return err
	}
	files, leaf, err := freeze(post, f)
	if err != nil {
		return err
	}
	if files.Authority, err = s.d.Authority.Attest(ctx, statement(f, files)); err != nil {
		return fmt.Errorf("ask the authority to attest: %w", err)
	}
	files.Policy = s.d.Trust.Policy() // the ledger keeps the announced one
	compose := func(seq int64) ([]byte, error) {
		l := leaf
		l.Seq = seq
		return draw.LeafBytes(l)
	}
	if err := s.d.Ledger.Close(ctx, w.ID, files, compose); err != nil {
		return fmt.Errorf("write the close: %w", err)
	}
	s.said(ctx, w.ID, "closed", slog.Int("entries", leaf.N))
	return nil
}

// participant is an entry as it stands in the files of a draw: a standby draw has no guarantee pass.
func participant(w Wave, e Entry) Entry {
	if w.Kind == KindStandby {
		e.G = 0
	}
	return e
}

// freeze writes the files of what takes part and reads them back: what breaks the grammar is not closed. The manifest
// must be the announced one.
func freeze(post booking.Consulate, f Frozen) (Files, draw.Close, error) {
	var files Files
	w := f.Wave
	leaf := draw.Close{Head: draw.Head{Type: draw.LeafClose, DrawID: string(w.ID)}, Closed: draw.At(w.Closes)}
	var m *draw.Manifest
	var err error
	if files.Manifest, m, err = manifest(post, f.Seats); err != nil {
		return files, leaf, err
	}
	if m.Root != w.ManifestRoot {
		return files, leaf, errors.New("the seats are not those that were announced")
	}
	entries := slices.Clone(f.Entries)
	slices.SortFunc(entries, func(a, b Entry) int { return bytes.Compare(a.NF[:], b.NF[:]) })
	var lines, bindings bytes.Buffer
	var persons []string
	for _, e := range entries {
		e = participant(w, e)
		fmt.Fprintln(&lines, e.Line())
		fmt.Fprintf(&bindings, "%x\n", e.Commitment)
		for _, p := range e.Members {
			persons = append(persons, fmt.Sprintf("%x %x\n", p.PersonNF, e.NF))
		}
	}
	slices.Sort(persons)
	for i := range persons {
		if i > 0 && persons[i][:64] == persons[i-1][:64] {
			return files, leaf, errors.New("a person is in two entries")
		}
	}
	files.Entries, files.Bindings, files.Persons = lines.Bytes(), bindings.Bytes(), joined(persons)
	parsed, err := draw.ParseEntries(files.Entries)
	if err != nil {
		return files, leaf, fmt.Errorf("write the entries: %w", err)
	}
	for _, row := range parsed.Rows {
		leaf.SumW += int64(row.Weight)
		leaf.Weights[row.Weight-1]++
	}
	leaf.N, leaf.EntriesRoot, leaf.ManifestRoot = len(parsed.Rows), parsed.Root, m.Root
	leaf.EntriesSHA256 = sha256.Sum256(files.Entries)
	leaf.BindingsSHA256, leaf.PersonsSHA256 = sha256.Sum256(files.Bindings), sha256.Sum256(files.Persons)
	return files, leaf, nil
}

func joined(lines []string) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		b.WriteString(l)
	}
	return b.Bytes()
}

// statement is what the authority attests: every name with its person and the draw under which it was issued, in the
// order of the files.
func statement(f Frozen, files Files) Statement {
	s := Statement{
		DrawID: string(f.Wave.ID), EntriesSHA256: sha256.Sum256(files.Entries),
		BindingsSHA256: sha256.Sum256(files.Bindings), PersonsSHA256: sha256.Sum256(files.Persons),
	}
	for _, e := range f.Entries {
		s.Entries = append(s.Entries, Issued{NF: e.NF, Person: e.Declarer, DrawID: string(e.Wave)})
		for _, p := range e.Members {
			s.Persons = append(s.Persons, IssuedPerson{PersonNF: p.PersonNF, EntryNF: e.NF, Person: p.Applicant, DrawID: string(e.Wave)})
		}
	}
	slices.SortFunc(s.Entries, func(a, b Issued) int { return bytes.Compare(a.NF[:], b.NF[:]) })
	slices.SortFunc(s.Persons, func(a, b IssuedPerson) int {
		return cmp.Or(bytes.Compare(a.PersonNF[:], b.PersonNF[:]), bytes.Compare(a.EntryNF[:], b.EntryNF[:]))
	})
	return s
}

// cancel ends a wave without a result.
func (s *Scheduler) cancel(ctx context.Context, w Wave, reason string) error {
	leaf := func(seq int64) ([]byte, error) {
		return draw.LeafBytes(draw.Cancelled{Head: draw.Head{Type: draw.LeafCancelled, Seq: seq, DrawID: string(w.ID)}, Reason: reason})
	}
	if err := s.d.Ledger.Cancel(ctx, w.ID, reason, leaf); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	s.said(ctx, w.ID, "cancelled", slog.String("reason", reason))
	return nil
}

// roundTime is when a round of a chain is due.
func roundTime(b draw.BeaconInfo, round uint64) time.Time {
	if round < 1 {
		round = 1
	}
	return time.Unix(b.Genesis+b.Period*int64(round-1), 0).UTC()
}
