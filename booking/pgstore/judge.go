package pgstore

import (
	"bytes"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// evidence is what the ledger holds against a batch of confirmations, read under the locks of their seats. Facts
// that were not asked for speak for nobody and against nobody: the write finds the conflict then.
type evidence struct {
	seats map[string]rows.LockSeatsRow
	facts []rows.ConfirmFactsRow // by place in the batch
	known map[string]booking.Appointment
}

// sentence is the judge's word on one confirmation: refused, the same as another appointment, or to be written.
type sentence struct {
	refusal  *booking.Error
	existing *booking.Appointment // confirmed earlier with the same signature
	twin     int                  // place of the earlier confirmation of this batch that answers this one too; -1: none
	write    bool
}

// docket is what the batch itself has taken so far: a later confirmation loses to an earlier one exactly as if
// each had its own transaction.
type docket struct {
	holds      map[booking.HoldID]int
	seats      map[booking.SeatID]bool
	persons    map[claimant]bool
	signatures map[[32]byte]bool
	nonces     map[string]bool
	names      map[string]bool
}

type claimant struct {
	applicant uuid.UUID
	group     booking.GroupID
}

// judge decides about a batch in order of arrival. It is pure: same batch and evidence, same sentences.
func judge(batch []booking.Confirmation, e evidence) []sentence {
	d := docket{
		holds: map[booking.HoldID]int{}, seats: map[booking.SeatID]bool{}, persons: map[claimant]bool{},
		signatures: map[[32]byte]bool{}, nonces: map[string]bool{}, names: map[string]bool{},
	}
	out := make([]sentence, len(batch))
	for i, r := range batch {
		out[i] = d.decide(batch, r, e.facts[i], e)
		if out[i].write {
			d.enter(i, r)
		}
	}
	return out
}

func (d docket) decide(batch []booking.Confirmation, c booking.Confirmation, f rows.ConfirmFactsRow, e evidence) sentence {
	if twin, ok := d.holds[c.Hold.ID]; ok {
		if batch[twin].SignatureDigest == c.SignatureDigest {
			return sentence{twin: twin}
		}
		return refuse(booking.CodeAlreadyConfirmed, "the hold has been confirmed with another signature")
	}
	if f.Confirmed {
		known, ok := e.known[string(c.Hold.ID)]
		if ok && bytes.Equal(known.SignatureDigest[:], c.SignatureDigest[:]) {
			return sentence{existing: &known, twin: -1}
		}
		return refuse(booking.CodeAlreadyConfirmed, "the hold has been confirmed with another signature")
	}
	switch {
	case f.SignatureKnown || d.signatures[c.SignatureDigest] || f.NonceKnown || d.nonces[c.Hold.Nonce]:
		return refuse(booking.CodeSignatureReused, "this signature has been accepted before")
	case f.PersonClaimed || d.persons[claimantOf(c)]:
		return refuse(booking.CodeAlreadyBooked, "there is an active appointment in this group of services")
	case f.LiveEntry:
		return refuse(booking.CodeLiveEntry, "a live entry in a draw bars bookings in this group of services")
	case f.Ended:
		return refuse(booking.CodeSeatTaken, "the hold has ended and its seat was given back")
	case f.SeatClaimed || d.seats[c.Hold.Seat] || !bookable(e.seats[string(c.Hold.Seat)], c.Hold):
		return refuse(booking.CodeSeatTaken, "the seat is no longer open")
	case f.NameKnown || d.names[c.Reference] || d.names[c.Appointment.String()]:
		s := refuse(booking.CodeInvalid, "the reference is in use; choose another")
		s.refusal.Fields = []booking.FieldError{{Pointer: "/reference", Code: "taken", Detail: "in use"}}
		return s
	}
	return sentence{write: true, twin: -1}
}

// bookable tells whether the row is the open seat that the hold, and so the signed document, speaks of.
func bookable(row rows.LockSeatsRow, h booking.Hold) bool {
	return row.State == string(booking.SeatOpen) && row.ID == string(h.Seat) &&
		row.Consulate == string(h.Consulate) && row.Grp == string(h.Group) &&
		row.StartAt.Equal(h.Start) && int(row.Minutes) == h.Minutes
}

func (d docket) enter(i int, c booking.Confirmation) {
	d.holds[c.Hold.ID] = i
	d.seats[c.Hold.Seat] = true
	d.persons[claimantOf(c)] = true
	d.signatures[c.SignatureDigest] = true
	d.nonces[c.Hold.Nonce] = true
	d.names[c.Reference] = true
	d.names[c.Appointment.String()] = true
}

func claimantOf(c booking.Confirmation) claimant { return claimant{c.Hold.Applicant, c.Hold.Group} }

func refuse(code booking.Code, detail string) sentence {
	return sentence{refusal: booking.Refuse(code, detail), twin: -1}
}
