package wavetest

import (
	"slices"
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

// standby: a seat that came back goes to a standby draw. Losers who accept its window are in it without an act of theirs;
// whoever gave it back is not, nor can she enter; a loss there counts nothing.
func standby(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 1)
	ann, bob, eve, zoe := person(), person(), person(), person()
	w.Enter(t, Ask(v.ID, ann), "")
	w.Enter(t, Ask(v.ID, bob), "")
	other := Ask(v.ID, eve)
	other.Windows = 1 << 5 // no seat of the standby draw is in this window
	w.Enter(t, other, "")
	_, o := w.Draw(t, v, ann)
	_, err := w.Waves.DeclineOffer(t.Context(), o.Awards[0].Offer, ann, booking.Actor{Person: ann, Role: "citizen"})
	bookingtest.WantCode(t, err, "")
	back, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	if len(back) != 1 || len(back[0].Seats) != 1 || !slices.Contains(back[0].Seats[0].ReturnedBy, ann) || back[0].Main != v.ID || back[0].Seats[0].Window != 0 || len(back[0].Windows) != 2 {
		t.Fatalf("returned: %+v", back)
	}
	s := w.Standby(t, 0)
	if s.Kind != wave.KindStandby || s.Parent != v.ID || s.Entries != 1 {
		t.Fatalf("standby: %+v", s)
	}
	w.Enter(t, Ask(s.ID, ann), booking.CodeReturnedSeat)
	w.Enter(t, Ask(s.ID, zoe, ann), booking.CodeReturnedSeat)
	w.Enter(t, Ask(s.ID, bob), booking.CodeAlreadyEntered)
	mine := w.Enter(t, Ask(s.ID, zoe), "")
	if mine.G != 0 || mine.CountsLoss {
		t.Fatalf("an entry of a standby wave: %+v", mine)
	}
	f := w.Close(t, s)
	if len(f.Entries) != 2 || f.Entries[0].G+f.Entries[1].G != 0 {
		t.Fatalf("in the standby draw: %+v", f.Entries)
	}
	carried, err := w.Waves.Entry(t.Context(), v.ID, bob)
	bookingtest.WantCode(t, err, "")
	_, err = w.Waves.Leave(t.Context(), Leaving(carried))
	bookingtest.WantCode(t, err, booking.CodeEntryFrozen)
	free, err := w.Waves.Entry(t.Context(), v.ID, eve)
	bookingtest.WantCode(t, err, "")
	_, err = w.Waves.Leave(t.Context(), Leaving(free))
	bookingtest.WantCode(t, err, "")
	w.Clock.Add(time.Hour)
	out := w.Outcome(f, bob)
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), s.ID, out), "")
	won, err := w.Waves.Entry(t.Context(), v.ID, bob)
	if err != nil || won.State != wave.EntryServed || won.ServedIn != s.ID {
		t.Fatalf("served: %+v, %v", won, err)
	}
	w.wantLosses(t, bob, 0)
	w.wantLosses(t, zoe, 0)
	w.Sign(t, out.Awards[0].Offer, bob, 1, "")
	now, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	if err != nil || len(now) != 0 {
		t.Fatalf("returned: %+v, %v", now, err)
	}
}

// reschedule: an entry that would replace an appointment keeps it until the new seat is signed for.
func reschedule(t *testing.T, w *World) {
	open := w.Publish(t, 1, booking.PoolOpen, 1)[0]
	ann := person()
	old, err := w.Bookings.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(open, ann)))
	bookingtest.WantCode(t, err, "")
	for change := range 3 {
		week := 2 + change
		w.Publish(t, week, booking.PoolDraw, 4)
		v := w.Announce(t, week, 1)
		a := Ask(v.ID, ann)
		w.Enter(t, a, booking.CodeAlreadyBooked)
		a = Ask(v.ID, ann)
		a.Reschedules = person()
		w.Enter(t, a, booking.CodeAlreadyBooked)
		a = Ask(v.ID, ann)
		a.Reschedules = old.ID
		e := w.Enter(t, a, "")
		if e.W != 1 || e.G != 0 || e.CountsLoss || e.Reschedules != old.ID {
			t.Fatalf("entered to reschedule: %+v", e)
		}
		_, o := w.Draw(t, v, ann)
		if change == 2 {
			w.Sign(t, o.Awards[0].Offer, ann, 1, booking.CodeChangesUsedUp)
			break
		}
		made := w.Sign(t, o.Awards[0].Offer, ann, 1, "")
		got, err := w.Bookings.Appointment(t.Context(), old.ID)
		if err != nil || got.State != booking.AppointmentCancelled || made[0].Changes != change+1 {
			t.Fatalf("rescheduled: %+v, %+v, %v", got, made, err)
		}
		w.WantSeat(t, week-1, got.Seat, booking.SeatReturned)
		w.wantReturnedBy(t, week-1, got.Seat, ann)
		old = made[0]
		w.Clock.Set(NewClock().Now())
	}
	if s, err := w.Waves.Standing(t.Context(), ann, Group); err != nil || !s.PausedUntil.IsZero() {
		t.Fatalf("paused: %+v, %v", s, err)
	}
}

func (w *World) wantReturnedBy(t *testing.T, week int, seat booking.SeatID, who [16]byte) {
	t.Helper()
	back, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	for _, b := range back {
		for _, s := range b.Seats {
			if s.ID == seat && b.ISOWeek == Week(week) && slices.Contains(s.ReturnedBy, who) {
				return
			}
		}
	}
	t.Fatalf("seat %s is not returned by %x: %+v", seat, who, back)
}

// rescheduleLate counts as a late cancellation; when the old appointment has ended the offer cannot be signed.
func rescheduleLate(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	open := w.Publish(t, 1, booking.PoolOpen, 2)
	v := w.Announce(t, 0, 0)
	ann, bob := person(), person()
	var old [2]booking.Appointment
	for i, who := range []*[16]byte{(*[16]byte)(&ann), (*[16]byte)(&bob)} {
		var err error
		old[i], err = w.Bookings.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(open[i], *who)))
		bookingtest.WantCode(t, err, "")
		a := Ask(v.ID, *who)
		a.Reschedules = old[i].ID
		w.Enter(t, a, "")
	}
	f := w.Close(t, v)
	o := w.Outcome(f, ann, bob)
	o.OfferUntil = old[0].Start
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), v.ID, o), "")
	_, err := w.Bookings.Cancel(t.Context(), booking.Cancellation{Appointment: old[1].ID, Person: bob, Now: w.Clock.Now()})
	bookingtest.WantCode(t, err, "")
	for _, a := range o.Awards {
		if a.Entry.Declarer == bob {
			w.Sign(t, a.Offer, bob, 1, booking.CodeNotActive)
			continue
		}
		w.Clock.Set(old[0].Start.Add(-47 * time.Hour))
		w.Sign(t, a.Offer, ann, 1, "")
	}
	if s, err := w.Waves.Standing(t.Context(), ann, Group); err != nil || s.PausedUntil.IsZero() {
		t.Fatalf("not paused: %+v, %v", s, err)
	}
}

// voids: an attempt that does not stand passes the wave to the next round; notes are written once; a cancelled wave gives its
// seats back and leaves its entries.
func voids(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	w.Enter(t, Ask(v.ID, ann), "")
	w.Clock.Set(v.Closes)
	f, err := w.Waves.Freeze(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	bookingtest.WantCode(t, w.Waves.Close(t.Context(), v.ID, files(f), leafOf(draw.LeafClose, v.ID)), "")
	for range 2 {
		bookingtest.WantCode(t, w.Waves.Void(t.Context(), v.ID, 1, v.Round+86400, leafOf(draw.LeafVoid, v.ID)), "")
	}
	bookingtest.WantCode(t, w.Waves.Void(t.Context(), v.ID, 2, v.Round+2*86400, leafOf(draw.LeafVoid, v.ID)), "")
	bookingtest.WantCode(t, w.Waves.Stand(t.Context(), v.ID, 1), "") // of an attempt that is void
	for range 2 {
		bookingtest.WantCode(t, w.Waves.Note(t.Context(), v.ID, draw.LeafDelayed, nil, 0, leafOf(draw.LeafDelayed, v.ID)), "")
	}
	chain := beacon
	chain.ID = "another"
	bookingtest.WantCode(t, w.Waves.Note(t.Context(), v.ID, draw.LeafNewChain, &chain, 77, leafOf(draw.LeafNewChain, v.ID)), "")
	got, err := w.Waves.Wave(t.Context(), v.ID)
	if err != nil || got.State != wave.StateClosed || got.Attempt != 2 || got.Round != 77 || got.Beacon != chain {
		t.Fatalf("after two voids: %+v, %v", got, err)
	}
	leaves, err := w.Waves.Leaves(t.Context(), v.ID)
	if err != nil || len(leaves) != 6 {
		t.Fatalf("leaves: %v, %v", leaves, err)
	}
	bookingtest.WantCode(t, w.Waves.Stand(t.Context(), v.ID, 2), "")
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), v.ID, w.Outcome(f, ann)), booking.CodeStale) // of attempt 0
	for range 2 {
		bookingtest.WantCode(t, w.Waves.Cancel(t.Context(), v.ID, "witnesses", leafOf(draw.LeafCancelled, v.ID)), "")
	}
	w.WantSeat(t, 0, f.Seats[0].ID, booking.SeatReturned)
	s := w.Standby(t, 0)
	if s.Entries != 1 || s.Parent != v.ID {
		t.Fatalf("the family's next draw: %+v", s)
	}
	w.Draw(t, s, ann)
}

// flowsOn: unused seats of other channels go to a standby draw, and entries end with their family's last seat.
func flowsOn(t *testing.T, w *World) {
	kiosk := w.Publish(t, 0, booking.PoolKiosk, 4)
	before := kiosk[0].Start
	if n, err := w.Waves.FlowOn(t.Context(), before.Add(-time.Second), 10); err != nil || n != 0 {
		t.Fatalf("flowed on too early: %d, %v", n, err)
	}
	if n, err := w.Waves.FlowOn(t.Context(), before, 3); err != nil || n != 3 {
		t.Fatalf("flowed on: %d, %v", n, err)
	}
	back, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	if err != nil || len(back) != 1 || len(back[0].Seats) != 3 || back[0].Pool != booking.PoolDraw || back[0].Main != "" || back[0].Seats[0].Window != -1 {
		t.Fatalf("returned: %+v, %v", back, err)
	}
	s := w.Standby(t, 0)
	_, err = w.Waves.Announce(t.Context(), w.Plan(back[0], wave.KindStandby, 0))
	bookingtest.WantCode(t, err, booking.CodeStale)
	ann := person()
	w.Enter(t, Ask(s.ID, ann), "")
	w.Draw(t, s)
	if n, err := w.Waves.Finish(t.Context(), 10); err != nil || n != 1 {
		t.Fatalf("finished %d, %v", n, err)
	}
	w.Clock.Set(before)
	if n, err := w.Waves.Finish(t.Context(), 10); err != nil || n != 1 {
		t.Fatalf("ended %d families, %v", n, err)
	}
	if e, err := w.Waves.Entry(t.Context(), s.ID, ann); err != nil || e.State != wave.EntryEnded {
		t.Fatalf("her entry: %+v, %v", e, err)
	}
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), ann, Group), "")
}
