package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// evidence is what the ledger knows of a batch of entries, read under the locks of families and entries. Claims of persons
// are checked again when they are written.
type evidence struct {
	now          time.Time
	waves        map[wave.ID]rows.BookingWave
	targets      map[wave.ID]int
	entries      map[wave.EntryKey]rows.BookingEntry
	before       map[wave.EntryKey]map[uuid.UUID]bool // members of the revisions in force
	inDraw       map[wave.EntryKey]bool
	requests     map[[32]byte]request
	persons      [][]rows.PersonFactsRow // by place in the batch, in the order of peopleOf
	appointments map[uuid.UUID]rows.AppointmentsRow
}

// request is an accepted signature.
type request struct {
	key wave.EntryKey
	rev int
}

// sentence is the judge's word on one entry: refused, known from before, or to be written.
type sentence struct {
	refusal *booking.Error
	known   bool
	write   bool
	fresh   bool // the first revision
	leaves  bool // a live entry elsewhere ends
	entry   wave.Entry
}

// gather takes the locks and reads the facts.
func (s *Store) gather(ctx context.Context, w *work, as []wave.Acceptance) (evidence, error) {
	e := evidence{
		waves: map[wave.ID]rows.BookingWave{}, targets: map[wave.ID]int{}, entries: map[wave.EntryKey]rows.BookingEntry{},
		before: map[wave.EntryKey]map[uuid.UUID]bool{}, inDraw: map[wave.EntryKey]bool{}, requests: map[[32]byte]request{},
		appointments: map[uuid.UUID]rows.AppointmentsRow{},
	}
	if err := s.gatherWaves(ctx, w, as, e.waves); err != nil {
		return e, err
	}
	if err := s.tell(ctx, w); err != nil {
		return e, err
	}
	e.now = w.now
	for id, row := range e.waves {
		var g draw.GuaranteeInfo
		if err := json.Unmarshal(row.Guarantee, &g); err != nil {
			return e, fmt.Errorf("read wave %s: %w", id, err)
		}
		e.targets[id] = g.T
	}
	if err := gatherEntries(ctx, w, as, &e); err != nil {
		return e, err
	}
	if err := gatherPersons(ctx, w, as, &e); err != nil {
		return e, err
	}
	return e, gatherActs(ctx, w, as, &e)
}

// gatherWaves locks the families of all waves that are entered or left, and reads the waves after.
func (s *Store) gatherWaves(ctx context.Context, w *work, as []wave.Acceptance, into map[wave.ID]rows.BookingWave) error {
	var ids []string
	for _, a := range as {
		ids = append(ids, string(a.Wave))
		if a.Leaves != "" {
			ids = append(ids, string(a.Leaves))
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := w.WavesByIDs(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the waves: %w", err)
	}
	var families []string
	for _, r := range found {
		families = append(families, r.Family)
	}
	slices.Sort(families)
	if err := w.LockFamiliesShared(ctx, slices.Compact(families)); err != nil {
		return fmt.Errorf("share the families: %w", err)
	}
	if found, err = w.WavesByIDs(ctx, ids); err != nil {
		return fmt.Errorf("read the waves: %w", err)
	}
	for _, r := range found {
		into[wave.ID(r.ID)] = r
	}
	return nil
}

// gatherEntries locks the entries that are there already.
func gatherEntries(ctx context.Context, w *work, as []wave.Acceptance, e *evidence) error {
	var lock rows.LockEntriesParams
	var left rows.InDrawsParams
	var leavers []wave.EntryKey
	for _, a := range as {
		lock.Waves = append(lock.Waves, string(a.Wave))
		lock.Declarers = append(lock.Declarers, a.Declarer)
		if a.Leaves != "" {
			lock.Waves = append(lock.Waves, string(a.Leaves))
			lock.Declarers = append(lock.Declarers, a.Declarer)
			left.Numbers = append(left.Numbers, int64(len(leavers)))
			left.Waves = append(left.Waves, string(a.Leaves))
			left.Declarers = append(left.Declarers, a.Declarer)
			leavers = append(leavers, wave.EntryKey{Wave: a.Leaves, Declarer: a.Declarer})
		}
	}
	locked, err := w.LockEntries(ctx, lock)
	if err != nil {
		return fmt.Errorf("lock the entries: %w", err)
	}
	var of rows.MembersOfParams
	for _, r := range locked {
		e.entries[wave.EntryKey{Wave: wave.ID(r.Wave), Declarer: r.Declarer}] = r
		of.Waves = append(of.Waves, r.Wave)
		of.Declarers = append(of.Declarers, r.Declarer)
	}
	if len(leavers) > 0 {
		left.NowAt = w.now
		found, err := w.InDraws(ctx, left)
		if err != nil {
			return fmt.Errorf("look for draws: %w", err)
		}
		for _, n := range found {
			e.inDraw[leavers[n]] = true
		}
	}
	if len(locked) == 0 {
		return nil
	}
	members, err := w.MembersOf(ctx, of)
	if err != nil {
		return fmt.Errorf("read the members: %w", err)
	}
	for _, m := range members {
		key := wave.EntryKey{Wave: wave.ID(m.Wave), Declarer: m.Declarer}
		if e.before[key] == nil {
			e.before[key] = map[uuid.UUID]bool{}
		}
		e.before[key][m.Applicant] = true
	}
	return nil
}

func gatherPersons(ctx context.Context, w *work, as []wave.Acceptance, e *evidence) error {
	p := rows.PersonFactsParams{NowAt: w.now, Since: lossesSince(w.now)}
	type place struct{ entry, person int }
	var places []place
	e.persons = make([][]rows.PersonFactsRow, len(as))
	for i, a := range as {
		row, ok := e.waves[a.Wave]
		if !ok {
			continue
		}
		people := peopleOf(a)
		e.persons[i] = make([]rows.PersonFactsRow, len(people))
		for k, person := range people {
			p.Numbers = append(p.Numbers, int64(len(places)))
			p.Applicants = append(p.Applicants, person)
			p.Grps = append(p.Grps, row.Grp)
			p.Consulates = append(p.Consulates, row.Consulate)
			p.Waves = append(p.Waves, row.ID)
			places = append(places, place{i, k})
		}
	}
	found, err := w.PersonFacts(ctx, p)
	if err != nil {
		return fmt.Errorf("read what is known of the persons: %w", err)
	}
	for _, f := range found {
		at := places[f.N]
		e.persons[at.entry][at.person] = f
	}
	return nil
}

// gatherActs reads what is known of the signatures, and the appointments to be replaced.
func gatherActs(ctx context.Context, w *work, as []wave.Acceptance, e *evidence) error {
	var signatures [][]byte
	var ids []uuid.UUID
	for _, a := range as {
		signatures = append(signatures, a.Signature[:])
		if a.Reschedules != uuid.Nil {
			ids = append(ids, a.Reschedules)
		}
	}
	known, err := w.KnownRequests(ctx, signatures)
	if err != nil {
		return fmt.Errorf("look for the signatures: %w", err)
	}
	for _, r := range known {
		e.requests[[32]byte(r.Signature)] = request{wave.EntryKey{Wave: wave.ID(r.Wave), Declarer: r.Declarer}, int(r.Rev)}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := w.Appointments(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the appointments: %w", err)
	}
	for _, r := range found {
		e.appointments[r.ID] = r
	}
	return nil
}

// judge decides about a batch in which nobody appears twice. It is pure: same batch and evidence, same sentences.
func judge(as []wave.Acceptance, e evidence) []sentence {
	out := make([]sentence, len(as))
	for i, a := range as {
		out[i] = decide(a, e, e.persons[i])
	}
	return out
}

func decide(a wave.Acceptance, e evidence, persons []rows.PersonFactsRow) sentence {
	w, ok := e.waves[a.Wave]
	if !ok {
		return refuse(booking.CodeDrawAbsent, "no such draw")
	}
	key := wave.EntryKey{Wave: a.Wave, Declarer: a.Declarer}
	if r, ok := e.requests[a.Signature]; ok {
		if r.key == key && r.rev == a.Rev {
			return sentence{known: true}
		}
		return refuse(booking.CodeSignatureReused, "this signature has been accepted before")
	}
	if w.State != string(wave.StateAnnounced) || e.now.Before(w.Opens) || !e.now.Before(w.Closes) {
		return refuse(booking.CodeEntryClosed, "entry is not open, or is over")
	}
	current, there := e.entries[key]
	if a.Rev != int(current.Rev)+1 {
		return refuse(booking.CodeStale, "the entry has been changed meanwhile; look at it again")
	}
	old, leaves := e.entries[wave.EntryKey{Wave: a.Leaves, Declarer: a.Declarer}]
	leaves = leaves && old.State == string(wave.EntryLive)
	if leaves && e.inDraw[wave.EntryKey{Wave: a.Leaves, Declarer: a.Declarer}] {
		return refuse(booking.CodeEntryFrozen, "the entry is in a draw now; wait for its result")
	}
	for n, p := range persons {
		if s := decidePerson(a, key, p, n < len(a.Members), leaves); s != nil {
			return *s
		}
	}
	if s := decideReplaced(a, e, w); s != nil {
		return *s
	}
	s := sentence{write: true, fresh: !there, leaves: leaves, entry: wave.Entry{
		Wave: a.Wave, Declarer: a.Declarer, Rev: a.Rev, State: wave.EntryLive, NF: a.NF, Windows: a.Windows, Members: a.Members,
		CountsLoss:  a.CountsLoss && a.Reschedules == uuid.Nil && w.Kind == string(wave.KindMain) && w.Pool == string(booking.PoolDraw),
		Reschedules: a.Reschedules, Commitment: a.Commitment, Opening: a.Opening, Request: a.Request, AcceptedAt: e.now,
	}}
	if there {
		s.entry.NF, s.entry.AcceptedAt = [32]byte(current.Nf), current.AcceptedAt.UTC()
	}
	s.entry.W, s.entry.G = weigh(a, e, w, current, there, persons)
	return s
}

// decidePerson says what speaks against one person of the entry.
func decidePerson(a wave.Acceptance, key wave.EntryKey, p rows.PersonFactsRow, member, leaves bool) *sentence {
	against := func(c booking.Code, detail string) *sentence { s := refuse(c, detail); return &s }
	claim := wave.EntryKey{Wave: wave.ID(p.ClaimWave), Declarer: p.ClaimDeclarer}
	mine := claim == key || (leaves && claim == wave.EntryKey{Wave: a.Leaves, Declarer: a.Declarer})
	switch {
	case p.Offered:
		return against(booking.CodeOfferOpen, "an offer waits for a signature")
	case p.ClaimWave != "" && !mine:
		return against(booking.CodeAlreadyEntered, "a person has one live entry in a group of services")
	case p.Paused:
		return against(booking.CodePaused, "online entry is paused")
	case p.GaveBack:
		return against(booking.CodeReturnedSeat, "a seat of this draw was given back by a person of the entry")
	case member && p.Booked != uuid.Nil && p.Booked != a.Reschedules:
		return against(booking.CodeAlreadyBooked, "there is an active appointment in this group of services")
	}
	return nil
}

// decideReplaced checks the appointment that the entry would replace.
func decideReplaced(a wave.Acceptance, e evidence, w rows.BookingWave) *sentence {
	if a.Reschedules == uuid.Nil {
		return nil
	}
	old, ok := e.appointments[a.Reschedules]
	active := booking.AppointmentState(old.State) == booking.AppointmentBooked || booking.AppointmentState(old.State) == booking.AppointmentDisplaced
	if !ok || !active || old.Person != a.Declarer || old.Grp != w.Grp || old.Applicant != a.Members[0].Applicant {
		s := refuse(booking.CodeNotActive, "no such appointment to replace")
		return &s
	}
	return nil
}

// weigh is the weight and the guarantee: the smallest of the members', fixed when the entry is first accepted. A person who
// is added later can only lower them.
func weigh(a wave.Acceptance, e evidence, w rows.BookingWave, current rows.BookingEntry, there bool, persons []rows.PersonFactsRow) (weight, g int) {
	if a.Reschedules != uuid.Nil {
		return 1, 0
	}
	weight, g = wave.MaxWeight, 1
	if there {
		weight, g = int(current.W), int(current.G)
	}
	if w.Kind != string(wave.KindMain) {
		g = 0
	}
	before := e.before[wave.EntryKey{Wave: a.Wave, Declarer: a.Declarer}]
	for n, m := range a.Members {
		if before[m.Applicant] {
			continue
		}
		standing := wave.Standing{Losses: int(persons[n].Losses)}
		weight = min(weight, standing.Weight())
		if !persons[n].Promised {
			g = min(g, standing.Guaranteed(e.targets[a.Wave]))
		}
	}
	return weight, g
}

func refuse(code booking.Code, detail string) sentence {
	return sentence{refusal: booking.Refuse(code, detail)}
}
