package wavetest

import (
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/wave"
)

// withdrawn: a seat can be taken out of a draw; who wins it is guaranteed in the next one; it is not published anew before
// the draw is over.
func withdrawn(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 5)
	ann, bob, eve := person(), person(), person()
	w.Enter(t, Ask(v.ID, ann, ann, eve), "")
	w.Enter(t, Ask(v.ID, bob), "")
	f := w.Close(t, v)
	gone := f.Seats[0]
	o := w.Outcome(f, ann, bob)
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Remove: []booking.SeatID{o.Awards[annAt(o, ann)].Seats[0]}}, "")
	anew := w.seatOf(f, o.Awards[annAt(o, ann)].Seats[0])
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Add: []booking.Seat{anew}}, booking.CodeSeatsTaken)
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), v.ID, o), "")
	offer, err := w.Waves.Offer(t.Context(), o.Awards[annAt(o, ann)].Offer)
	if err != nil || offer.State != wave.OfferWithheld {
		t.Fatalf("the offer of a withdrawn seat: %+v, %v", offer, err)
	}
	w.Sign(t, offer.ID, ann, 2, booking.CodeOfferEnded)
	w.WantSeat(t, 0, o.Awards[annAt(o, ann)].Seats[1], booking.SeatReturned)
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Add: []booking.Seat{anew}}, "")
	w.WantSeat(t, 0, anew.ID, booking.SeatPlanned)
	w.Clock.Set(NewClock().Now())
	w.Publish(t, 1, booking.PoolDraw, 4)
	next := w.Announce(t, 1, 5)
	if e := w.Enter(t, Ask(next.ID, ann), ""); e.G != 1 || e.W != 1 {
		t.Fatalf("her next entry: %+v", e)
	}
	w.Draw(t, next)
	w.Publish(t, 2, booking.PoolDraw, 4)
	w.Clock.Set(NewClock().Now())
	last := w.Announce(t, 2, 5)
	a := Ask(last.ID, ann)
	a.Leaves = next.ID
	if e := w.Enter(t, a, ""); e.G != 0 {
		t.Fatalf("the guarantee holds for one draw: %+v", e)
	}
	_ = gone
}

func annAt(o wave.Outcome, ann [16]byte) int {
	for i, a := range o.Awards {
		if a.Entry.Declarer == ann {
			return i
		}
	}
	return -1
}

// seatOf is the frozen seat as it would be published.
func (w *World) seatOf(f wave.Frozen, id booking.SeatID) booking.Seat {
	for _, s := range f.Seats {
		if s.ID == id {
			return s.Seat
		}
	}
	return booking.Seat{}
}

// withheld: a winner who has booked meanwhile is not offered a seat; a family is offered all its seats or none.
func withheld(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	open := w.Publish(t, 1, booking.PoolOpen, 1)[0]
	ann, child, bob := person(), person(), person()
	w.Enter(t, Ask(v.ID, ann, ann, child), "")
	w.Enter(t, Ask(v.ID, bob), "")
	w.Unseen(t, child, func() {
		_, err := w.Bookings.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(open, child)))
		bookingtest.WantCode(t, err, "")
	})
	_, o := w.Draw(t, v, ann, bob)
	got, err := w.Waves.Wave(t.Context(), v.ID)
	if err != nil || got.Offers != (wave.OfferCounts{Open: 1, Withheld: 1}) {
		t.Fatalf("offers: %+v, %v", got.Offers, err)
	}
	w.WantSeat(t, 0, o.Awards[annAt(o, ann)].Seats[0], booking.SeatReturned)
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), ann, Group), "")
	back, err := w.Waves.Returned(t.Context(), w.Clock.Now())
	if err != nil || len(back) != 1 || len(back[0].Seats) != 2 {
		t.Fatalf("returned: %+v, %v", back, err)
	}
}

// publishedAnew: a drawn seat that came back, was withdrawn and published anew waits for a draw, and still knows who gave it
// back.
func publishedAnew(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	w.Enter(t, Ask(v.ID, ann), "")
	f, o := w.Draw(t, v, ann)
	made := w.Sign(t, o.Awards[0].Offer, ann, 1, "")
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Remove: []booking.SeatID{made[0].Seat}}, booking.CodeSeatsTaken)
	_, err := w.Bookings.Cancel(t.Context(), booking.Cancellation{Appointment: made[0].ID, Person: ann, Now: w.Clock.Now()})
	bookingtest.WantCode(t, err, "")
	w.wantReturnedBy(t, 0, made[0].Seat, ann)
	seat := w.seatOf(f, made[0].Seat)
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Remove: []booking.SeatID{seat.ID}}, "")
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Add: []booking.Seat{seat}, ReopenAt: []time.Time{w.Clock.Now()}}, "")
	w.open(t)
	w.WantSeat(t, 0, seat.ID, booking.SeatReturned)
	w.wantReturnedBy(t, 0, seat.ID, ann)
	s := w.Standby(t, 0)
	w.Enter(t, Ask(s.ID, ann), booking.CodeReturnedSeat)
}
