package wavetest

import (
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/wave"
)

// lossesCount: a lost main draw counts once for a group and week, if the entry says that it counts; a seat that is offered
// sets everything back; 24 months forget.
func lossesCount(t *testing.T, w *World) {
	ann, bob, eve := person(), person(), person()
	for week := range 3 {
		w.Publish(t, week, booking.PoolDraw, 4)
		v := w.Announce(t, week, 2)
		a := Ask(v.ID, ann)
		if week > 0 {
			a.Leaves = prior(w, t, week)
		}
		e := w.Enter(t, a, "")
		if e.W != week+1 || e.G != map[bool]int{true: 1, false: 0}[week >= 2] {
			t.Fatalf("week %d: w = %d, g = %d", week, e.W, e.G)
		}
		b := Ask(v.ID, bob)
		b.CountsLoss = false
		if week > 0 {
			b.Leaves = a.Leaves
		}
		w.Enter(t, b, "")
		w.Draw(t, v)
		w.wantLosses(t, ann, week+1)
		w.wantLosses(t, bob, 0)
		w.Clock.Set(NewClock().Now())
	}
	d, err := w.Waves.Demand(t.Context(), Post, Group)
	bookingtest.WantCode(t, err, "")
	if d.Waves != 3 || d.Seats != 12 || d.NewEntrants != 2 || d.Losers != 4 || d.GaveUp != 0 || d.Losses[3] != 1 || d.Losses[0] != 1 {
		t.Fatalf("demand: %+v", d)
	}
	// A family has the smallest weight of its members, also of one who is added later.
	w.Publish(t, 3, booking.PoolDraw, 4)
	v := w.Announce(t, 3, 2)
	a := Ask(v.ID, ann)
	a.Leaves = prior(w, t, 3)
	if e := w.Enter(t, a, ""); e.W != 4 || e.G != 1 {
		t.Fatalf("alone: %+v", e)
	}
	a = Ask(v.ID, ann, ann, eve)
	a.Rev = 2
	if e := w.Enter(t, a, ""); e.W != 1 || e.G != 0 {
		t.Fatalf("with a child: %+v", e)
	}
	w.Draw(t, v, ann)
	w.wantLosses(t, ann, 0)
	w.wantLosses(t, eve, 0)
	w.Clock.Set(w.Clock.Now().AddDate(2, 0, 1))
	w.wantLosses(t, bob, 0)
}

// prior is the wave of the week before.
func prior(w *World, t *testing.T, week int) wave.ID {
	t.Helper()
	list, err := w.Waves.Waves(t.Context(), wave.Filter{Consulate: Post, Group: Group})
	bookingtest.WantCode(t, err, "")
	for _, v := range list {
		if v.ISOWeek == Week(week-1) && v.Kind == wave.KindMain {
			return v.ID
		}
	}
	t.Fatalf("no wave in week %d", week-1)
	return ""
}

// lossesOfOneWeek: two lost draws for seats of one week count once.
func lossesOfOneWeek(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	w.Enter(t, Ask(v.ID, ann), "")
	f, _ := w.Draw(t, v)
	for _, s := range f.Seats { // what was left over is held and let go: a standby draw follows
		w.open(t)
		h := bookingtest.MakeHold(w.SeatState(t, 0, s.ID), person())
		bookingtest.WantCode(t, w.Bookings.ReturnSeats(t.Context(), []booking.EndedHold{bookingtest.EndOf(h, booking.EndReleased)}, []time.Time{{}}), "")
	}
	s := w.Standby(t, 0)
	w.Draw(t, s)
	w.wantLosses(t, ann, 1)
}

// open re-opens what is due.
func (w *World) open(t testing.TB) {
	t.Helper()
	_, err := w.Bookings.ReopenDue(t.Context(), w.Clock.Now().Add(2*time.Hour), 1000)
	bookingtest.WantCode(t, err, "")
}

// faults: a late cancellation and a no-show set the weight back and pause online entry; two unsigned offers pause it.
func faults(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann, bob, eve := person(), person(), person()
	for _, p := range []*[16]byte{(*[16]byte)(&ann), (*[16]byte)(&bob)} {
		w.Enter(t, Ask(v.ID, *p), "")
	}
	w.Draw(t, v)
	w.wantLosses(t, ann, 1)
	s := w.Clock.Now()
	open := w.Publish(t, 1, booking.PoolOpen, 2)
	for i, who := range []*[16]byte{(*[16]byte)(&ann), (*[16]byte)(&bob)} {
		e, _, err := w.Waves.LiveEntry(t.Context(), *who, Group)
		bookingtest.WantCode(t, err, "")
		_, err = w.Waves.Leave(t.Context(), Leaving(e))
		bookingtest.WantCode(t, err, "")
		a, err := w.Bookings.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(open[i], *who)))
		bookingtest.WantCode(t, err, "")
		pause := w.Clock.Now().AddDate(0, 0, 14)
		if i == 0 {
			_, err = w.Bookings.Cancel(t.Context(), booking.Cancellation{
				Appointment: a.ID, Person: a.Person, Now: s, Late: true, PauseUntil: pause, Actor: booking.Actor{Person: a.Person, Role: "citizen"},
			})
		} else {
			_, err = w.Bookings.RecordOutcome(t.Context(), booking.OutcomeRecord{
				Appointment: a.ID, Consulate: Post, Outcome: booking.OutcomeNoShow, Now: a.Start, PauseUntil: pause,
			})
		}
		bookingtest.WantCode(t, err, "")
		got, err := w.Waves.Standing(t.Context(), *who, Group)
		if err != nil || got.Losses != 0 || !got.PausedUntil.Equal(pause) {
			t.Fatalf("standing %d: %+v, %v", i, got, err)
		}
	}
	w.Publish(t, 2, booking.PoolDraw, 4)
	next := w.Announce(t, 2, 0)
	w.Enter(t, Ask(next.ID, ann), booking.CodePaused)
	w.Enter(t, Ask(next.ID, eve, bob), booking.CodePaused)
	w.Clock.Add(15 * 24 * time.Hour)
	for _, who := range []*[16]byte{(*[16]byte)(&ann), (*[16]byte)(&bob)} {
		if got, err := w.Waves.Standing(t.Context(), *who, Group); err != nil || got.PausedUntil.After(w.Clock.Now()) {
			t.Fatalf("still paused: %+v, %v", got, err)
		}
	}
}

// unsigned: an offer that is not signed sends its seats to the next standby draw; the second one pauses the declarer.
func unsigned(t *testing.T, w *World) {
	ann, child := person(), person()
	for week := range 2 {
		w.Publish(t, week, booking.PoolDraw, 4)
		v := w.Announce(t, week, 0)
		w.Enter(t, Ask(v.ID, ann, child, ann), "")
		_, o := w.Draw(t, v, ann)
		if n, err := w.Waves.ExpireOffers(t.Context(), 14*24*time.Hour, 10); err != nil || n != 0 {
			t.Fatalf("expired too early: %d, %v", n, err)
		}
		w.Clock.Set(o.OfferUntil)
		w.Sign(t, o.Awards[0].Offer, ann, 2, booking.CodeOfferEnded)
		if n, err := w.Waves.ExpireOffers(t.Context(), 14*24*time.Hour, 10); err != nil || n != 1 {
			t.Fatalf("expired %d, %v", n, err)
		}
		w.WantSeat(t, week, o.Awards[0].Seats[0], booking.SeatReturned)
		s, err := w.Waves.Standing(t.Context(), ann, Group)
		if err != nil || s.PausedUntil.IsZero() == (week == 1) {
			t.Fatalf("after %d unsigned offers: %+v, %v", week+1, s, err)
		}
		if _, err := w.Waves.DeclineOffer(t.Context(), o.Awards[0].Offer, ann, booking.System()); booking.CodeOf(err) != booking.CodeOfferEnded {
			t.Fatalf("declined an expired offer: %v", err)
		}
		w.Clock.Set(NewClock().Now())
	}
	if n, err := w.Waves.ExpireOffers(t.Context(), time.Hour, 10); err != nil || n != 0 {
		t.Fatalf("expired again: %d, %v", n, err)
	}
}
