package wavetest

import (
	"testing"
	"time"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

func freezeCloseStand(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	w.Enter(t, Ask(v.ID, ann), "")
	_, err := w.Waves.Freeze(t.Context(), v.ID)
	bookingtest.WantCode(t, err, booking.CodeTooEarly)
	_, err = w.Waves.Frozen(t.Context(), v.ID)
	bookingtest.WantCode(t, err, booking.CodeNotPublished)
	if due, err := w.Waves.Due(t.Context(), 10); err != nil || len(due) != 0 {
		t.Fatalf("due before the close: %v, %v", due, err)
	}
	bookingtest.WantCode(t, w.Waves.Close(t.Context(), v.ID, wave.Files{}, leafOf(draw.LeafClose, v.ID)), booking.CodeTooEarly)
	bookingtest.WantCode(t, w.Waves.Stand(t.Context(), v.ID, 0), booking.CodeTooEarly)
	w.Clock.Set(v.Closes)
	w.wantDue(t, v.ID, wave.StepClose)
	f := w.Close(t, v)
	if len(f.Entries) != 1 || len(f.Seats) != 4 || f.Entries[0].Declarer != ann || f.Wave.Entries != 1 || f.Seats[3].Window != 1 {
		t.Fatalf("frozen: %+v", f)
	}
	if due, err := w.Waves.Due(t.Context(), 10); err != nil || len(due) != 0 {
		t.Fatalf("due before the round: %v, %v", due, err)
	}
	w.Clock.Add(10*time.Minute + 2*time.Second)
	w.wantDue(t, v.ID, wave.StepDraw)
	got, err := w.Waves.Files(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	one, err := w.Waves.File(t.Context(), v.ID, wave.FileEntries)
	if none, e := w.Waves.File(t.Context(), v.ID, wave.FileResult); err != nil || e != nil || none != nil || string(one) != string(got.Entries) {
		t.Fatalf("one file: %q, %v; %q, %v", one, err, none, e)
	}
	if string(got.Entries) != f.Entries[0].Line()+"\n" || got.Result != nil || string(got.Policy) != `{"k":1}` {
		t.Fatalf("files: %+v", got)
	}
}

func (w *World) wantDue(t *testing.T, id wave.ID, step wave.Step) {
	t.Helper()
	due, err := w.Waves.Due(t.Context(), 10)
	bookingtest.WantCode(t, err, "")
	if len(due) != 1 || due[0].ID != id || due[0].Step != step {
		t.Fatalf("due: %v, want %s of %s", due, step, id)
	}
}

func drawAndSign(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann, child, bob, eve := person(), person(), person(), person()
	w.Enter(t, Ask(v.ID, ann, ann, child), "")
	w.Enter(t, Ask(v.ID, bob), "")
	w.Enter(t, Ask(v.ID, eve), "")
	f, o := w.Draw(t, v, ann, bob)
	got, err := w.Waves.Wave(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	if got.State != wave.StateDrawn || got.Served != 2 || got.Offers != (wave.OfferCounts{Open: 2}) || got.Leftover != 1 || got.Drawn.IsZero() {
		t.Fatalf("drawn: %+v", got)
	}
	w.wantLosses(t, eve, 1)
	w.wantLosses(t, ann, 0)
	w.WantSeat(t, 0, f.Seats[0].ID, booking.SeatOffered)
	if left := w.SeatState(t, 0, f.Seats[3].ID); left.State != booking.SeatReturned || left.Pool != booking.PoolOpen || left.PublishedAs != booking.PoolDraw {
		t.Fatalf("left over: %+v", left)
	}
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), child, Group), booking.CodeOfferOpen)
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), eve, Group), booking.CodeLiveEntry)
	offers, err := w.Waves.OffersOf(t.Context(), ann)
	bookingtest.WantCode(t, err, "")
	if len(offers) != 1 || len(offers[0].Seats) != 2 || offers[0].Seats[1].Applicant != child || offers[0].State != wave.OfferOpen {
		t.Fatalf("offers: %+v", offers)
	}
	w.Sign(t, offers[0].ID, bob, 2, booking.CodeOfferAbsent)
	w.Sign(t, offers[0].ID, ann, 1, booking.CodeInvalid)
	sign := Signing(offers[0].ID, ann, 2)
	made, err := w.Waves.SignOffer(t.Context(), sign)
	bookingtest.WantCode(t, err, "")
	if len(made) != 2 || made[0].Applicant != ann || made[1].Applicant != child || made[0].Seat != f.Seats[offerAt(o, offers[0])].ID {
		t.Fatalf("appointments: %+v", made)
	}
	again, err := w.Waves.SignOffer(t.Context(), sign)
	if err != nil || len(again) != 2 || again[1].ID != made[1].ID {
		t.Fatalf("the same signature again: %+v, %v", again, err)
	}
	w.Sign(t, offers[0].ID, ann, 2, booking.CodeOfferEnded)
	w.WantSeat(t, 0, made[0].Seat, booking.SeatBooked)
	his, err := w.Waves.OffersOf(t.Context(), bob)
	bookingtest.WantCode(t, err, "")
	reused := Signing(his[0].ID, bob, 1)
	reused.SignatureDigest = sign.SignatureDigest
	_, err = w.Waves.SignOffer(t.Context(), reused)
	bookingtest.WantCode(t, err, booking.CodeSignatureReused)
	declined, err := w.Waves.DeclineOffer(t.Context(), his[0].ID, bob, booking.Actor{Person: bob, Role: "citizen"})
	if err != nil || declined.State != wave.OfferDeclined {
		t.Fatalf("declined: %+v, %v", declined, err)
	}
	w.WantSeat(t, 0, his[0].Seats[0].Seat.ID, booking.SeatReturned)
	if n, err := w.Waves.Finish(t.Context(), 10); err != nil || n != 1 {
		t.Fatalf("finished %d, %v", n, err)
	}
}

// offerAt is the place of the offer's first seat in the manifest.
func offerAt(o wave.Outcome, offer wave.Offer) int {
	at := 0
	for _, a := range o.Awards {
		if a.Offer == offer.ID {
			return at
		}
		at += len(a.Seats)
	}
	return -1
}

func stepsTwice(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann, bob := person(), person()
	w.Enter(t, Ask(v.ID, ann), "")
	w.Enter(t, Ask(v.ID, bob), "")
	f, o := w.Draw(t, v, ann)
	again, err := w.Waves.Freeze(t.Context(), v.ID)
	if err != nil || len(again.Entries) != len(f.Entries) {
		t.Fatalf("frozen again: %+v, %v", again, err)
	}
	bookingtest.WantCode(t, w.Waves.Close(t.Context(), v.ID, wave.Files{}, leafOf(draw.LeafClose, v.ID)), "")
	bookingtest.WantCode(t, w.Waves.Stand(t.Context(), v.ID, 0), "")
	bookingtest.WantCode(t, w.Waves.Void(t.Context(), v.ID, 1, 5, leafOf(draw.LeafVoid, v.ID)), "")
	other := w.Outcome(f, bob)
	bookingtest.WantCode(t, w.Waves.Draw(t.Context(), v.ID, other), "")
	bookingtest.WantCode(t, w.Waves.Cancel(t.Context(), v.ID, "late", leafOf(draw.LeafCancelled, v.ID)), "")
	leaves, err := w.Waves.Leaves(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	if len(leaves) != 3 {
		t.Fatalf("leaves: %v", leaves)
	}
	if _, err := w.Waves.Offer(t.Context(), o.Awards[0].Offer); err != nil {
		t.Fatalf("the offer of the first draw: %v", err)
	}
	_, err = w.Waves.Offer(t.Context(), other.Awards[0].Offer)
	bookingtest.WantCode(t, err, booking.CodeOfferAbsent)
	w.wantLosses(t, bob, 1)
}
