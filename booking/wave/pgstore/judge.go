package pgstore

import (
	"time"

	"github.com/google/uuid"

	"chesna/booking"
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
	if a.Rev > wave.MaxRevisions {
		return refuse(booking.CodeChangesUsedUp, "the entry has been changed as often as it can be; leaving is possible")
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
		s.entry.NF = [32]byte(current.Nf)
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
// is added later can only lower them, and so can what became of her own standing before an entry that was left is made
// again: an offer elsewhere has set it back.
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
		if before[m.Applicant] && current.State == string(wave.EntryLive) {
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
