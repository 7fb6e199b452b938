package wavetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/wave"
)

// weightsOfStandby: who lost in the parent draw weighs the same in a standby draw, carried or entered anew.
func weightsOfStandby(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann, bob, eve := person(), person(), person()
	for _, who := range []uuid.UUID{ann, bob, eve} {
		w.Enter(t, Ask(v.ID, who), "")
	}
	_, o := w.Draw(t, v, ann)
	_, err := w.Waves.DeclineOffer(t.Context(), o.Awards[0].Offer, ann, booking.System())
	bookingtest.WantCode(t, err, "")
	s := w.Standby(t, 0)
	anew := Ask(s.ID, eve)
	anew.Leaves = v.ID
	if e := w.Enter(t, anew, ""); e.W != 1 {
		t.Fatalf("entered anew with weight %d", e.W)
	}
	for _, e := range w.Close(t, s).Entries {
		if e.W != 1 {
			t.Fatalf("weight %d in the standby draw", e.W)
		}
	}
	w.wantLosses(t, eve, 1)
}

// weightAfterOffer: a weight that was fixed in an entry that was left does not outlive the offer of a seat elsewhere.
func weightAfterOffer(t *testing.T, w *World) {
	ann := person()
	w.Publish(t, 0, booking.PoolDraw, 4)
	lost := w.Announce(t, 0, 1)
	w.Enter(t, Ask(lost.ID, ann), "")
	w.Draw(t, lost)
	for week := 1; week < 3; week++ {
		w.Publish(t, week, booking.PoolDraw, 4)
	}
	short := w.Announce(t, 1, 1)
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	planned[0].Seats = w.planned(t, 2)
	p := w.Plan(planned[0], wave.KindMain, 1)
	p.Wave.Closes = p.Wave.Closes.Add(72 * time.Hour)
	long, err := w.Waves.Announce(t.Context(), p)
	bookingtest.WantCode(t, err, "")
	first := Ask(long.ID, ann)
	first.Leaves = lost.ID
	if e := w.Enter(t, first, ""); e.W != 2 || e.G != 1 {
		t.Fatalf("with one loss: %+v", e)
	}
	other := Ask(short.ID, ann)
	other.Leaves = long.ID
	w.Enter(t, other, "")
	_, o := w.Draw(t, short, ann)
	_, err = w.Waves.DeclineOffer(t.Context(), o.Awards[0].Offer, ann, booking.System())
	bookingtest.WantCode(t, err, "")
	back := Ask(long.ID, ann)
	back.Rev = 2
	if e := w.Enter(t, back, ""); e.W != 1 || e.G != 0 {
		t.Fatalf("after an offer: weight %d, guarantee %d", e.W, e.G)
	}
}

// revisions: each has its own time; there is an end to changing, and none to leaving.
func revisions(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	e := w.Enter(t, Ask(v.ID, ann), "")
	for rev := 2; rev <= wave.MaxRevisions; rev++ {
		w.Clock.Add(time.Minute)
		a := Ask(v.ID, ann)
		a.Rev = rev
		e = w.Enter(t, a, "")
		if got, err := w.Waves.Entry(t.Context(), v.ID, ann); err != nil || !e.AcceptedAt.Equal(w.Clock.Now()) || !got.AcceptedAt.Equal(e.AcceptedAt) {
			t.Fatalf("revision %d: %v and %v at %v, %v", rev, e.AcceptedAt, got.AcceptedAt, w.Clock.Now(), err)
		}
	}
	more := Ask(v.ID, ann)
	more.Rev = wave.MaxRevisions + 1
	w.Enter(t, more, booking.CodeChangesUsedUp)
	w.Clock.Add(time.Minute)
	left, err := w.Waves.Leave(t.Context(), Leaving(e))
	if err != nil || left.State != wave.EntryLeft || !left.AcceptedAt.Equal(w.Clock.Now()) {
		t.Fatalf("left: %+v, %v", left, err)
	}
}

// holdBeforeEntry: a hold that was taken before the entry cannot be confirmed while the entry lives.
func holdBeforeEntry(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	open := w.Publish(t, 1, booking.PoolOpen, 1)[0]
	ann := person()
	held := bookingtest.Sign(bookingtest.MakeHold(open, ann))
	e := w.Enter(t, Ask(v.ID, ann), "")
	_, err := w.Bookings.Confirm(t.Context(), held)
	bookingtest.WantCode(t, err, booking.CodeLiveEntry)
	_, err = w.Waves.Leave(t.Context(), Leaving(e))
	bookingtest.WantCode(t, err, "")
	_, err = w.Bookings.Confirm(t.Context(), held)
	bookingtest.WantCode(t, err, "")
}

// unsignedInTurns: two who take turns to declare for a third leave her two unsigned offers, and pause her.
func unsignedInTurns(t *testing.T, w *World) {
	mother, father, child := person(), person(), person()
	for week, declarer := range []uuid.UUID{mother, father} {
		w.Publish(t, week, booking.PoolDraw, 4)
		v := w.Announce(t, week, 0)
		w.Enter(t, Ask(v.ID, declarer, child), "")
		_, o := w.Draw(t, v, declarer)
		w.Clock.Set(o.OfferUntil)
		_, err := w.Waves.ExpireOffers(t.Context(), 14*24*time.Hour, 10)
		bookingtest.WantCode(t, err, "")
		w.Clock.Set(NewClock().Now())
	}
	for who, paused := range map[uuid.UUID]bool{mother: false, father: false, child: true} {
		s, err := w.Waves.Standing(t.Context(), who, Group)
		if err != nil || s.PausedUntil.After(w.Clock.Now()) != paused {
			t.Fatalf("paused until %v, want paused: %v, %v", s.PausedUntil, paused, err)
		}
	}
}
