package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/draw"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

const listLimit = 200

// Wave returns one wave with its windows and counts, or CodeDrawAbsent.
func (s *Store) Wave(ctx context.Context, id wave.ID) (wave.Wave, error) {
	var out wave.Wave
	err := s.read(ctx, "read a wave", func(q *rows.Queries) error {
		found, err := absent1(q.WaveByID(ctx, string(id)))
		if err != nil {
			return err
		}
		list, err := s.assemble(ctx, q, []rows.BookingWave{found})
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

func absent1(w rows.BookingWave, err error) (rows.BookingWave, error) {
	return absent(w, err, booking.CodeDrawAbsent, "no such draw")
}

// Waves lists waves, latest close first.
func (s *Store) Waves(ctx context.Context, f wave.Filter) ([]wave.Wave, error) {
	p := rows.ListWavesParams{
		Consulate: string(f.Consulate), Grp: string(f.Group), Family: string(f.Family), States: []string{},
		MaxRows: clamp(f.Limit, listLimit),
	}
	if f.Limit == 0 {
		p.MaxRows = listLimit
	}
	if !f.Before.IsZero() {
		p.Before = &f.Before
	}
	for _, state := range f.States {
		p.States = append(p.States, string(state))
	}
	var out []wave.Wave
	err := s.read(ctx, "list waves", func(q *rows.Queries) error {
		found, err := q.ListWaves(ctx, p)
		if err == nil {
			out, err = s.assemble(ctx, q, found)
		}
		return err
	})
	return out, err
}

// assemble adds windows and counts to rows of waves; those that are not frozen are counted by takers.
func (s *Store) assemble(ctx context.Context, q *rows.Queries, found []rows.BookingWave) ([]wave.Wave, error) {
	out, err := assemble(ctx, q, found)
	if err != nil {
		return nil, err
	}
	var unfrozen []string
	for i, r := range found {
		if r.FrozenAt == nil && out[i].State == wave.StateAnnounced {
			unfrozen = append(unfrozen, r.ID)
		}
	}
	if len(unfrozen) == 0 {
		return out, nil
	}
	entries, err := s.takers(ctx, q, unfrozen)
	for i, r := range found {
		if n, ok := entries[r.ID]; ok {
			out[i].Entries = n
		}
	}
	return out, err
}

// assemble adds windows and what became of offers to rows of waves.
func assemble(ctx context.Context, q *rows.Queries, found []rows.BookingWave) ([]wave.Wave, error) {
	out := make([]wave.Wave, len(found))
	byID := map[string]*wave.Wave{}
	var ids []string
	for i, r := range found {
		w, err := waveOf(r)
		if err != nil {
			return nil, err
		}
		out[i], byID[r.ID] = w, &out[i]
		ids = append(ids, r.ID)
	}
	windows, err := q.WindowsOf(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the windows: %w", err)
	}
	for _, r := range windows {
		w := byID[r.Wave]
		w.Windows = append(w.Windows, wave.Window{
			Number: int(r.Number), LastHalf: int(r.LastHalf), Label: r.Label, From: r.FromAt.UTC(), To: r.ToAt.UTC(), Seats: int(r.Seats),
		})
	}
	counts, err := q.OfferCounts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("count the offers: %w", err)
	}
	for _, r := range counts {
		count(&byID[r.Wave].Offers, wave.OfferState(r.State), int(r.Offers))
	}
	return out, nil
}

func count(c *wave.OfferCounts, state wave.OfferState, n int) {
	switch state {
	case wave.OfferOpen:
		c.Open = n
	case wave.OfferSigned:
		c.Signed = n
	case wave.OfferDeclined:
		c.Declined = n
	case wave.OfferExpired:
		c.Expired = n
	case wave.OfferWithheld:
		c.Withheld = n
	}
}

func waveOf(r rows.BookingWave) (wave.Wave, error) {
	w := wave.Wave{
		ID: wave.ID(r.ID), Family: wave.ID(r.Family), Kind: wave.Kind(r.Kind), Parent: wave.ID(r.Parent),
		Predecessor: wave.ID(r.Predecessor), Consulate: booking.ConsulateID(r.Consulate), Group: booking.GroupID(r.Grp),
		Pool: booking.Pool(r.Pool), ISOWeek: r.IsoWeek, State: wave.State(r.State), Attempt: int(r.Attempt),
		Announced: r.Announced.UTC(), Opens: r.Opens.UTC(), Closes: r.Closes.UTC(), OfferUntil: orZero(r.OfferUntil),
		Drawn: orZero(r.Drawn), Seats: int(r.Seats), ManifestRoot: [32]byte(r.ManifestRoot), Round: uint64(r.Round),
		Entries: int(r.Entries), Served: int(r.Served), Leftover: int(r.Leftover),
	}
	for _, part := range []struct {
		from []byte
		to   any
	}{{r.Beacon, &w.Beacon}, {r.Delays, &w.Delays}, {r.Guarantee, &w.Guarantee}} {
		if err := json.Unmarshal(part.from, part.to); err != nil {
			return wave.Wave{}, fmt.Errorf("read wave %s: %w", r.ID, err)
		}
	}
	return w, nil
}

// Names of files in wave_files.
const (
	fileManifest  = "manifest"
	fileEntries   = "entries"
	fileBindings  = "bindings"
	filePersons   = "persons"
	fileResult    = "result"
	fileAuthority = "authority"
	filePolicy    = "policy.json"
	fileBeacon    = "beacon.json"
)

// Files returns the wave's public files: before the close only the trust policy, before the draw no result.
func (s *Store) Files(ctx context.Context, id wave.ID) (wave.Files, error) {
	if _, err := absent1(s.query.WaveByID(ctx, string(id))); err != nil {
		return wave.Files{}, bookingstore.MapError("read a wave", err)
	}
	found, err := s.query.FilesOf(ctx, string(id))
	if err != nil {
		return wave.Files{}, bookingstore.MapError("read the files of a wave", err)
	}
	var f wave.Files
	places := map[string]*[]byte{
		fileManifest: &f.Manifest, fileEntries: &f.Entries, fileBindings: &f.Bindings, filePersons: &f.Persons,
		fileResult: &f.Result, fileAuthority: &f.Authority, filePolicy: &f.Policy, fileBeacon: &f.Beacon,
	}
	for _, r := range found {
		if to := places[r.Name]; to != nil {
			*to = r.Content
		}
	}
	return f, nil
}

// File reads one of the wave's files; nil when it is not there.
func (s *Store) File(ctx context.Context, id wave.ID, name string) ([]byte, error) {
	b, err := s.query.FileOf(ctx, rows.FileOfParams{Wave: string(id), Name: name})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return b, bookingstore.MapError("read a file of a wave", err)
}

// Leaves lists the wave's leaves in the order of the log.
func (s *Store) Leaves(ctx context.Context, id wave.ID) ([]wave.Leaf, error) {
	found, err := s.query.LeavesOf(ctx, string(id))
	if err != nil {
		return nil, bookingstore.MapError("list the leaves of a wave", err)
	}
	out := make([]wave.Leaf, len(found))
	for i, r := range found {
		out[i] = wave.Leaf{Seq: r.Seq, Type: draw.LeafType(r.Type)}
	}
	return out, nil
}

// Frozen reads what took part in a wave whose entries are frozen; CodeNotPublished before. Of the entries it has what a
// draw needs, as they were when the wave was frozen: no request, opening or receipt; State tells live or served here.
func (s *Store) Frozen(ctx context.Context, id wave.ID) (wave.Frozen, error) {
	var out wave.Frozen
	err := s.read(ctx, "read what takes part", func(q *rows.Queries) error {
		found, err := absent1(q.WaveByID(ctx, string(id)))
		if err != nil {
			return err
		}
		if found.FrozenAt == nil {
			return booking.Refuse(booking.CodeNotPublished, "entries are still taken")
		}
		out, err = frozen(ctx, q, found)
		return err
	})
	return out, err
}

func frozen(ctx context.Context, q *rows.Queries, r rows.BookingWave) (wave.Frozen, error) {
	list, err := assemble(ctx, q, []rows.BookingWave{r})
	if err != nil {
		return wave.Frozen{}, err
	}
	out := wave.Frozen{Wave: list[0]}
	seats, err := q.SeatsOfWave(ctx, r.ID)
	if err != nil {
		return wave.Frozen{}, fmt.Errorf("read the seats: %w", err)
	}
	for _, x := range seats {
		out.Seats = append(out.Seats, wave.Seat{Window: int(x.Win), ReturnedBy: x.ReturnedBy, Seat: booking.Seat{
			ID: booking.SeatID(x.Seat), Consulate: booking.ConsulateID(x.Consulate), Counter: booking.CounterID(x.Counter),
			Group: booking.GroupID(x.Grp), Pool: booking.Pool(x.Pool), Start: x.StartAt.UTC(), Minutes: int(x.Minutes),
			State: booking.SeatState(x.State),
		}})
	}
	entries, err := q.FrozenEntries(ctx, r.ID)
	if err != nil {
		return wave.Frozen{}, fmt.Errorf("read the entries: %w", err)
	}
	index := make(map[wave.EntryKey]int, len(entries))
	out.Entries = make([]wave.Entry, len(entries))
	of := rows.FrozenMembersParams{Wave: r.ID, Waves: []string{}}
	for i, e := range entries {
		key := wave.EntryKey{Wave: wave.ID(e.EntryWave), Declarer: e.Declarer}
		index[key] = i
		if !slices.Contains(of.Waves, e.EntryWave) {
			of.Waves = append(of.Waves, e.EntryWave)
		}
		out.Entries[i] = wave.Entry{
			Wave: key.Wave, Declarer: key.Declarer, Rev: int(e.Rev), State: wave.EntryLive, NF: [32]byte(e.Nf),
			W: int(e.W), G: int(e.G), Windows: uint64(e.Windows), CountsLoss: e.CountsLoss, Reschedules: e.Reschedules.UUID,
			Commitment: [32]byte(e.Commitment), AcceptedAt: e.AcceptedAt.UTC(),
		}
		if e.Served {
			out.Entries[i].State, out.Entries[i].ServedIn = wave.EntryServed, wave.ID(r.ID)
		}
	}
	if err := q.PreferHashJoins(ctx); err != nil {
		return wave.Frozen{}, fmt.Errorf("set up the reading: %w", err)
	}
	members, err := q.FrozenMembers(ctx, of)
	if err != nil {
		return wave.Frozen{}, fmt.Errorf("read the members: %w", err)
	}
	if err := q.AllowNestedLoops(ctx); err != nil { // what follows in the transaction looks up single rows
		return wave.Frozen{}, fmt.Errorf("end the reading: %w", err)
	}
	for _, m := range members {
		e := &out.Entries[index[wave.EntryKey{Wave: wave.ID(m.Wave), Declarer: m.Declarer}]]
		e.Members = append(e.Members, wave.Member{Applicant: m.Applicant, Service: booking.ServiceID(m.Service), PersonNF: [32]byte(m.PersonNf)})
	}
	return out, nil
}
