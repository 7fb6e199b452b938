package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

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
			p.Without = append(p.Without, ownWeek(row))
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

// ownWeek is the week whose losses weigh nothing in the wave: who lost in the parent draw has the same weight in a standby
// draw, whether her entry was carried there or made anew.
func ownWeek(w rows.BookingWave) string {
	if w.Kind == string(wave.KindStandby) {
		return w.IsoWeek
	}
	return ""
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
