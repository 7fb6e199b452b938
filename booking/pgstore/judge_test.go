package pgstore

import (
	"testing"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/pgstore/rows"
)

// bench gathers requests and the facts of a ledger that knows their seats as open and nothing else.
func bench(seats []booking.Seat, cs ...booking.Confirmation) ([]booking.Confirmation, evidence) {
	e := evidence{seats: map[string]rows.LockSeatsRow{}, known: map[string]booking.Appointment{}}
	for _, s := range seats {
		e.seats[string(s.ID)] = rows.LockSeatsRow{
			ID: string(s.ID), Consulate: string(s.Consulate), Grp: string(s.Group), State: string(booking.SeatOpen),
			StartAt: s.Start, Minutes: int32(s.Minutes),
		}
	}
	var batch []booking.Confirmation
	for _, c := range cs {
		batch = append(batch, c)
		e.facts = append(e.facts, rows.ConfirmFactsRow{})
	}
	return batch, e
}

func wantCodes(t *testing.T, got []sentence, want ...booking.Code) {
	t.Helper()
	for i, s := range got {
		code := booking.Code("")
		if s.refusal != nil {
			code = s.refusal.Code
		}
		if code != want[i] {
			t.Errorf("sentence %d: %q, want %q", i, code, want[i])
		}
	}
}

func TestJudgeInOrderOfArrival(t *testing.T) {
	seats := bookingtest.MakeSeats("waw", bookingtest.TestMonday(), 3)
	ann, bob, eve := uuid.New(), uuid.New(), uuid.New()
	annFirst := bookingtest.Sign(bookingtest.MakeHold(seats[0], ann))
	annSecond := bookingtest.Sign(bookingtest.MakeHold(seats[1], ann)) // loses to her first
	bobLate := bookingtest.Sign(bookingtest.MakeHold(seats[0], bob))   // loses the seat to Ann
	bobOther := bookingtest.Sign(bookingtest.MakeHold(seats[1], bob))  // seat 1 is free: Ann did not get it
	eveLate := bookingtest.Sign(bookingtest.MakeHold(seats[1], eve))
	batch, e := bench(seats, annFirst, annSecond, bobLate, bobOther, eveLate)
	got := judge(batch, e)
	wantCodes(t, got, "", booking.CodeAlreadyBooked, booking.CodeSeatTaken, "", booking.CodeSeatTaken)
	if !got[0].write || !got[3].write || got[1].write || got[2].write || got[4].write {
		t.Errorf("winners: %+v", got)
	}
}

func TestJudgeOneHoldTwiceInABatch(t *testing.T) {
	seats := bookingtest.MakeSeats("waw", bookingtest.TestMonday(), 1)
	first := bookingtest.Sign(bookingtest.MakeHold(seats[0], uuid.New()))
	same := first
	same.Appointment, same.Reference = uuid.New(), "WAW-RETRY"
	batch, e := bench(seats, first, same, bookingtest.Sign(first.Hold))
	got := judge(batch, e)
	wantCodes(t, got, "", "", booking.CodeAlreadyConfirmed)
	if !got[0].write || got[1].write || got[1].twin != 0 {
		t.Errorf("the same signature: %+v", got[1])
	}
}

func TestJudgeAgainstTheLedger(t *testing.T) {
	seats := bookingtest.MakeSeats("waw", bookingtest.TestMonday(), 1)
	c := bookingtest.Sign(bookingtest.MakeHold(seats[0], uuid.New()))
	for name, tc := range map[string]struct {
		change func(*rows.ConfirmFactsRow, evidence)
		want   booking.Code
	}{
		"nothing against it":  {func(*rows.ConfirmFactsRow, evidence) {}, ""},
		"seat claimed":        {func(f *rows.ConfirmFactsRow, _ evidence) { f.SeatClaimed = true }, booking.CodeSeatTaken},
		"hold ended":          {func(f *rows.ConfirmFactsRow, _ evidence) { f.Ended = true }, booking.CodeSeatTaken},
		"person claimed":      {func(f *rows.ConfirmFactsRow, _ evidence) { f.PersonClaimed = true }, booking.CodeAlreadyBooked},
		"signature known":     {func(f *rows.ConfirmFactsRow, _ evidence) { f.SignatureKnown = true }, booking.CodeSignatureReused},
		"nonce known":         {func(f *rows.ConfirmFactsRow, _ evidence) { f.NonceKnown = true }, booking.CodeSignatureReused},
		"reference known":     {func(f *rows.ConfirmFactsRow, _ evidence) { f.NameKnown = true }, booking.CodeInvalid},
		"confirmed otherwise": {func(f *rows.ConfirmFactsRow, _ evidence) { f.Confirmed = true }, booking.CodeAlreadyConfirmed},
		"seat unknown":        {func(_ *rows.ConfirmFactsRow, e evidence) { clear(e.seats) }, booking.CodeSeatTaken},
		"confirmed by the same": {func(f *rows.ConfirmFactsRow, e evidence) {
			f.Confirmed, f.SeatClaimed, f.PersonClaimed, f.SignatureKnown, f.NonceKnown = true, true, true, true, true
			e.known[string(c.Hold.ID)] = booking.Appointment{SignatureDigest: c.SignatureDigest}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			batch, e := bench(seats, c)
			tc.change(&e.facts[0], e)
			wantCodes(t, judge(batch, e), tc.want)
		})
	}
}
