package pgstore

import (
	"fmt"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// writes is what a batch writes, column by column.
type writes struct {
	fresh     rows.InsertEntriesParams
	revised   rows.ReviseEntriesParams
	left      rows.EndEntriesParams
	dropped   rows.DropClaimsParams
	revisions rows.InsertAcceptedParams
	members   rows.InsertMembersParams
	claims    rows.InsertClaimsParams
	leaves    [][]byte
}

func (x *writes) add(a wave.Acceptance, sent sentence, e evidence) []booking.Event {
	w := e.waves[a.Wave]
	key, entry := string(a.Wave), sent.entry
	if sent.fresh {
		x.fresh.Waves = append(x.fresh.Waves, key)
		x.fresh.Declarers = append(x.fresh.Declarers, a.Declarer)
		x.fresh.Families = append(x.fresh.Families, w.Family)
		x.fresh.Grps = append(x.fresh.Grps, w.Grp)
		x.fresh.Revs = append(x.fresh.Revs, int32(entry.Rev))
		x.fresh.Nfs = append(x.fresh.Nfs, a.NF[:])
		x.fresh.Ws = append(x.fresh.Ws, int16(entry.W))
		x.fresh.Gs = append(x.fresh.Gs, int16(entry.G))
		x.fresh.Windows = append(x.fresh.Windows, int64(a.Windows))
		x.fresh.Commitments = append(x.fresh.Commitments, a.Commitment[:])
		x.fresh.CountsLosses = append(x.fresh.CountsLosses, entry.CountsLoss)
		x.fresh.Reschedules = append(x.fresh.Reschedules, a.Reschedules)
	} else {
		x.revised.Waves = append(x.revised.Waves, key)
		x.revised.Declarers = append(x.revised.Declarers, a.Declarer)
		x.revised.Revs = append(x.revised.Revs, int32(entry.Rev))
		x.revised.Ws = append(x.revised.Ws, int16(entry.W))
		x.revised.Gs = append(x.revised.Gs, int16(entry.G))
		x.revised.Windows = append(x.revised.Windows, int64(a.Windows))
		x.revised.Commitments = append(x.revised.Commitments, a.Commitment[:])
		x.revised.CountsLosses = append(x.revised.CountsLosses, entry.CountsLoss)
		x.revised.Reschedules = append(x.revised.Reschedules, a.Reschedules)
		x.dropped.Waves = append(x.dropped.Waves, key)
		x.dropped.Declarers = append(x.dropped.Declarers, a.Declarer)
	}
	x.revisions.Waves = append(x.revisions.Waves, key)
	x.revisions.Declarers = append(x.revisions.Declarers, a.Declarer)
	x.revisions.Revs = append(x.revisions.Revs, int32(a.Rev))
	x.revisions.Windows = append(x.revisions.Windows, int64(a.Windows))
	x.revisions.Commitments = append(x.revisions.Commitments, a.Commitment[:])
	x.revisions.Openings = append(x.revisions.Openings, a.Opening[:])
	x.revisions.Requests = append(x.revisions.Requests, a.Request)
	x.revisions.Evidences = append(x.revisions.Evidences, a.Evidence)
	x.revisions.Signatures = append(x.revisions.Signatures, a.Signature[:])
	x.revisions.Receipts = append(x.revisions.Receipts, entry.Receipt)
	x.leaves = append(x.leaves, entryLeaf(a.Commitment))
	x.addPeople(a, w.Grp)
	events := []booking.Event{entryEvent(booking.EventEntered, a.Actor, w, a.Declarer, a.Wave, a.Rev)}
	if sent.leaves {
		x.left.State = string(wave.EntryLeft)
		x.left.Waves = append(x.left.Waves, string(a.Leaves))
		x.left.Declarers = append(x.left.Declarers, a.Declarer)
		x.dropped.Waves = append(x.dropped.Waves, string(a.Leaves))
		x.dropped.Declarers = append(x.dropped.Declarers, a.Declarer)
		events = append(events, entryEvent(booking.EventEntryLeft, a.Actor, w, a.Declarer, a.Leaves, 0))
	}
	return events
}

func (x *writes) addPeople(a wave.Acceptance, group string) {
	for n, m := range a.Members {
		x.members.Waves = append(x.members.Waves, string(a.Wave))
		x.members.Declarers = append(x.members.Declarers, a.Declarer)
		x.members.Revs = append(x.members.Revs, int32(a.Rev))
		x.members.Ns = append(x.members.Ns, int16(n))
		x.members.Applicants = append(x.members.Applicants, m.Applicant)
		x.members.Services = append(x.members.Services, string(m.Service))
		x.members.PersonNfs = append(x.members.PersonNfs, m.PersonNF[:])
	}
	for _, p := range peopleOf(a) {
		x.claims.Applicants = append(x.claims.Applicants, p)
		x.claims.Grps = append(x.claims.Grps, group)
		x.claims.Waves = append(x.claims.Waves, string(a.Wave))
		x.claims.Declarers = append(x.claims.Declarers, a.Declarer)
	}
}

// entryLeaf is what the journal says of a request: its commitment and nothing else.
func entryLeaf(c [32]byte) []byte { return fmt.Appendf(nil, `{"c":"%x","type":"entry"}`, c) }

func entryEvent(t booking.EventType, by booking.Actor, w rows.BookingWave, declarer uuid.UUID, id wave.ID, rev int) booking.Event {
	e := booking.Event{
		Type: t, Actor: by, Subject: declarer, Consulate: booking.ConsulateID(w.Consulate),
		Data: map[string]string{"wave": string(id), "group": w.Grp},
	}
	if rev > 0 {
		e.Data["rev"] = fmt.Sprint(rev)
	}
	return e
}

func numbers(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}
