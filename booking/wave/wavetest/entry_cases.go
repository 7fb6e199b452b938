package wavetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/wave"
)

func announce(t *testing.T, w *World) {
	seats := w.Publish(t, 0, booking.PoolDraw, 8)
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	if len(planned) != 1 || len(planned[0].Seats) != 8 || planned[0].Family != "waw-passport-2041w02" || planned[0].Main != "" || planned[0].Busy {
		t.Fatalf("planned: %+v", planned)
	}
	v := w.Announce(t, 0, 3)
	if v.State != wave.StateAnnounced || v.Seats != 8 || len(v.Windows) != 2 || v.Guarantee.T != 3 || v.Beacon != beacon {
		t.Fatalf("announced: %+v", v)
	}
	w.WantSeat(t, 0, seats[0].ID, booking.SeatInDraw)
	got, err := w.Waves.Wave(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	if got.Closes != v.Closes || got.ManifestRoot != v.ManifestRoot {
		t.Fatalf("read back: %+v", got)
	}
	leaves, err := w.Waves.Leaves(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	if len(leaves) != 1 || leaves[0].Type != draw.LeafAnnouncement || leaves[0].Seq != 0 {
		t.Fatalf("leaves: %v", leaves)
	}
	f, err := w.Waves.Files(t.Context(), v.ID)
	bookingtest.WantCode(t, err, "")
	if string(f.Policy) != `{"k":1}` || f.Entries != nil {
		t.Fatalf("files: %+v", f)
	}
	list, err := w.Waves.Waves(t.Context(), wave.Filter{Consulate: Post, States: []wave.State{wave.StateAnnounced}})
	bookingtest.WantCode(t, err, "")
	if len(list) != 1 || list[0].ID != v.ID {
		t.Fatalf("listed: %v", list)
	}
	_, err = w.Waves.Wave(t.Context(), "nothing")
	bookingtest.WantCode(t, err, booking.CodeDrawAbsent)
	if later, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now()); err != nil || len(later) != 0 {
		t.Fatalf("still planned: %v, %v", later, err)
	}
}

func announceStale(t *testing.T, w *World) {
	seats := w.Publish(t, 0, booking.PoolDraw, 4)
	planned, err := w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	p := w.Plan(planned[0], wave.KindMain, 0)
	w.PublishWeek(t, booking.WeekChange{ISOWeek: Week(0), Remove: []booking.SeatID{seats[1].ID}}, "")
	_, err = w.Waves.Announce(t.Context(), p)
	bookingtest.WantCode(t, err, booking.CodeStale)
	w.WantSeat(t, 0, seats[0].ID, booking.SeatPlanned)
	v := w.Announce(t, 0, 0)
	_, err = w.Waves.Announce(t.Context(), p)
	bookingtest.WantCode(t, err, booking.CodeStale)
	w.Publish(t, 1, booking.PoolDraw, 4)
	planned, err = w.Waves.Planned(t.Context(), booking.PoolDraw, w.Clock.Now())
	bookingtest.WantCode(t, err, "")
	b := planned[0]
	if b.Predecessor != v.ID || !b.PredecessorOpen || b.Seats != nil {
		t.Fatalf("predecessor: %+v", b)
	}
	b.Seats = w.planned(t, 1)
	p = w.Plan(b, wave.KindMain, 0)
	p.Wave.Predecessor = "" // there is a first of the chain already
	_, err = w.Waves.Announce(t.Context(), p)
	bookingtest.WantCode(t, err, booking.CodeStale)
}

func enterReviseLeave(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 8)
	v := w.Announce(t, 0, 0)
	ann, child := person(), person()
	a := Ask(v.ID, ann)
	e := w.Enter(t, a, "")
	if e.Rev != 1 || e.W != 1 || e.G != 0 || e.State != wave.EntryLive || !e.CountsLoss || e.NF != a.NF || e.AcceptedAt.IsZero() {
		t.Fatalf("accepted: %+v", e)
	}
	if again := w.Enter(t, a, ""); again.Rev != 1 || !bytes.Equal(again.Request, a.Request) {
		t.Fatalf("the same request again: %+v", again)
	}
	bookingtest.WantCode(t, w.Waves.SetReceipt(t.Context(), v.ID, ann, 1, []byte("receipt 1")), "")
	b := Ask(v.ID, ann, ann, child)
	b.Rev, b.Windows, b.NF = 2, 2, e.NF
	e = w.Enter(t, b, "")
	if e.Rev != 2 || e.Size() != 2 || e.Windows != 2 || e.NF != a.NF {
		t.Fatalf("revised: %+v", e)
	}
	bookingtest.WantCode(t, w.Waves.SetReceipt(t.Context(), v.ID, ann, 1, []byte("late")), "")
	got, err := w.Waves.Entry(t.Context(), v.ID, ann)
	bookingtest.WantCode(t, err, "")
	if got.Rev != 2 || got.Receipt != nil || got.Opening != b.Opening || len(got.Members) != 2 || got.Members[1].Applicant != child {
		t.Fatalf("read back: %+v", got)
	}
	live, ok, err := w.Waves.LiveEntry(t.Context(), child, Group)
	if err != nil || !ok || live.Declarer != ann {
		t.Fatalf("the child's live entry: %+v, %v, %v", live, ok, err)
	}
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), child, Group), booking.CodeLiveEntry)
	if now, err := w.Waves.Wave(t.Context(), v.ID); err != nil || now.Entries != 1 {
		t.Fatalf("counted: %d, %v", now.Entries, err)
	}
	l := Leaving(got)
	left, err := w.Waves.Leave(t.Context(), l)
	bookingtest.WantCode(t, err, "")
	if left.State != wave.EntryLeft || left.Rev != 3 || len(left.Members) != 2 || left.Commitment != l.Commitment {
		t.Fatalf("left: %+v", left)
	}
	if again, err := w.Waves.Leave(t.Context(), l); err != nil || again.Rev != 3 {
		t.Fatalf("the same request to leave again: %+v, %v", again, err)
	}
	bookingtest.WantCode(t, w.Waves.Blocked(t.Context(), child, Group), "")
	c := Ask(v.ID, ann)
	c.Rev = 4
	if e = w.Enter(t, c, ""); e.State != wave.EntryLive || e.NF != a.NF {
		t.Fatalf("came back: %+v", e)
	}
	list, err := w.Waves.EntriesOf(t.Context(), ann)
	if err != nil || len(list) != 1 || list[0].Rev != 4 {
		t.Fatalf("her entries: %+v, %v", list, err)
	}
}

func enterRefuses(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann := person()
	w.Enter(t, Ask("nothing", ann), booking.CodeDrawAbsent)
	stale := Ask(v.ID, ann)
	stale.Rev = 2
	w.Enter(t, stale, booking.CodeStale)
	twice := Ask(v.ID, ann, ann, ann)
	w.Enter(t, twice, booking.CodeInvalid)
	nine := Ask(v.ID, ann, person(), person(), person(), person(), person(), person(), person(), person(), person())
	w.Enter(t, nine, booking.CodeInvalid)
	first := Ask(v.ID, ann)
	w.Enter(t, first, "")
	stolen := Ask(v.ID, person())
	stolen.Signature = first.Signature
	w.Enter(t, stolen, booking.CodeSignatureReused)
	w.Enter(t, Ask(v.ID, ann), booking.CodeStale)
	_, err := w.Waves.Leave(t.Context(), Leaving(wave.Entry{Wave: v.ID, Declarer: person()}))
	bookingtest.WantCode(t, err, booking.CodeEntryAbsent)
	_, err = w.Waves.Leave(t.Context(), Leaving(wave.Entry{Wave: v.ID, Declarer: ann, Rev: 3}))
	bookingtest.WantCode(t, err, booking.CodeStale)
	_, err = w.Waves.Entry(t.Context(), v.ID, person())
	bookingtest.WantCode(t, err, booking.CodeEntryAbsent)
	open := w.Publish(t, 1, booking.PoolOpen, 1)[0]
	booked := person()
	_, err = w.Bookings.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(open, booked)))
	bookingtest.WantCode(t, err, "")
	w.Enter(t, Ask(v.ID, booked), booking.CodeAlreadyBooked)
	w.Enter(t, Ask(v.ID, person(), booked), booking.CodeAlreadyBooked)
	w.Enter(t, Ask(v.ID, booked, person()), "") // she declares, she does not come
	w.Clock.Set(v.Opens.Add(-time.Nanosecond))
	w.Enter(t, Ask(v.ID, person()), booking.CodeEntryClosed)
	w.Clock.Set(v.Closes)
	w.Enter(t, Ask(v.ID, person()), booking.CodeEntryClosed)
	_, err = w.Waves.Leave(t.Context(), Leaving(wave.Entry{Wave: v.ID, Declarer: ann, Rev: 1}))
	bookingtest.WantCode(t, err, booking.CodeEntryFrozen)
}

func enterOnce(t *testing.T, w *World) {
	w.Publish(t, 0, booking.PoolDraw, 4)
	w.Publish(t, 1, booking.PoolDraw, 4)
	first, second := w.Announce(t, 0, 0), w.Announce(t, 1, 0)
	mother, father, child := person(), person(), person()
	w.Enter(t, Ask(first.ID, mother, child), "")
	w.Enter(t, Ask(first.ID, father, child), booking.CodeAlreadyEntered)
	w.Enter(t, Ask(second.ID, father, child), booking.CodeAlreadyEntered)
	w.Enter(t, Ask(second.ID, mother), booking.CodeAlreadyEntered)
	move := Ask(second.ID, mother, child, mother)
	move.Leaves = first.ID
	e := w.Enter(t, move, "")
	if e.Wave != second.ID || e.Size() != 2 {
		t.Fatalf("moved: %+v", e)
	}
	if old, err := w.Waves.Entry(t.Context(), first.ID, mother); err != nil || old.State != wave.EntryLeft {
		t.Fatalf("the old entry: %+v, %v", old, err)
	}
	w.Close(t, second)
	third := Ask(first.ID, mother, child)
	third.Rev = 2
	third.Leaves = second.ID
	w.Clock.Set(first.Opens)
	w.Enter(t, third, booking.CodeEntryFrozen)
	w.Enter(t, Ask(first.ID, uuid.New()), "")
}
