package jobs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
)

func TestAnExpiredHoldsSeatComesBackLater(t *testing.T) {
	w := newWorld(t, 2, nil)
	w.mustHold(uuid.New())
	w.run("sweep before the expiry", 0, w.sweep)
	w.clock.Advance(10*time.Minute + time.Second)
	w.run("sweep", 1, w.sweep)
	w.run("sweep again", 0, w.sweep)
	w.wantStates(map[booking.SeatState]int{booking.SeatReturned: 1, booking.SeatOpen: 1})
	w.wantFree(1) // not at once: releasing for a waiting friend would be a trade
	w.run("reopen before its time", 0, w.service.Reopen)
	w.clock.Advance(reopenAfter)
	w.run("reopen", 1, w.service.Reopen)
	w.wantFree(2)
	w.wantStates(map[booking.SeatState]int{booking.SeatOpen: 2})
	w.check()
}

func TestAReportThatIsRepeatedCountsOnce(t *testing.T) {
	w := newWorld(t, 1, nil)
	h := w.mustHold(uuid.New())
	if err := w.inventory.Release(t.Context(), h.ID); err != nil {
		t.Fatal(err)
	}
	w.inventory.fails("Acknowledge", true) // the process dies after telling the ledger
	if _, err := w.sweep(t.Context()); !errors.Is(err, errFault) {
		t.Fatalf("sweep: %v", err)
	}
	w.wantStates(map[booking.SeatState]int{booking.SeatReturned: 1})
	w.clock.Advance(reopenAfter)
	w.run("reopen", 1, w.service.Reopen) // the inventory still knows the seat as ended
	w.wantFree(0)
	w.inventory.fails("Acknowledge", false)
	w.run("sweep again", 1, w.sweep)
	w.wantStates(map[booking.SeatState]int{booking.SeatOpen: 1})
	if err := w.service.Repair(t.Context(), post); err != nil {
		t.Fatal(err)
	}
	w.wantFree(1)
	w.check()
}

func TestReconcile(t *testing.T) {
	w := newWorld(t, 3, nil)
	known := w.booked(uuid.New())
	lost := w.pinned(uuid.New())
	w.run("reconcile too young", 0, w.reconcile)
	w.clock.Advance(31 * time.Second)
	w.run("reconcile the known", 1, w.reconcile)
	if _, err := w.inventory.Find(t.Context(), known.Hold); booking.CodeOf(err) != booking.CodeHoldNotFound {
		t.Fatalf("the settled hold: %v", err)
	}
	if _, err := w.hold(known.Person); booking.CodeOf(err) != booking.CodeAlreadyBooked {
		t.Fatalf("a booked applicant holds again: %v", err)
	}
	w.clock.Advance(lost.LastExpiry.Sub(w.clock.Time()) - time.Second)
	w.run("reconcile before the last expiry", 0, w.reconcile)
	w.clock.Advance(2 * time.Second)
	w.run("reconcile the lost", 1, w.reconcile)
	w.run("sweep", 1, w.sweep)
	w.wantStates(map[booking.SeatState]int{booking.SeatReturned: 1, booking.SeatBooked: 1, booking.SeatOpen: 1})
	_, err := w.ledger.Confirm(t.Context(), bookingtest.Sign(lost)) // its confirmation was only slow
	bookingtest.WantCode(t, err, booking.CodeSeatTaken)
	w.check()
}

// TestConfirmedWhileItWasAbandoned: the ledger's word stands, the report of the end changes nothing.
func TestConfirmedWhileItWasAbandoned(t *testing.T) {
	w := newWorld(t, 1, nil)
	h := w.pinned(uuid.New())
	if err := w.inventory.Abandon(t.Context(), h.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ledger.Confirm(t.Context(), bookingtest.Sign(h)); err != nil {
		t.Fatal(err)
	}
	w.run("sweep", 1, w.sweep)
	w.wantStates(map[booking.SeatState]int{booking.SeatBooked: 1})
	w.wantFree(0)
	w.check()
}

func TestEnsureRebuildsWhatRedisLost(t *testing.T) {
	w := newWorld(t, 4, nil)
	a := w.booked(uuid.New())
	w.mustHold(uuid.New())
	w.ensure(false)
	w.lose()
	if _, err := w.hold(uuid.New()); booking.CodeOf(err) != booking.CodeNoInventory {
		t.Fatalf("an emptied inventory answers %v", err)
	}
	if err := w.service.Repair(t.Context(), post); err != nil {
		t.Fatalf("repair without an epoch: %v", err)
	}
	w.ensure(true)
	w.wantFree(3) // the lost hold's seat is free again, the booked one is not
	if _, err := w.hold(a.Person); booking.CodeOf(err) != booking.CodeAlreadyBooked {
		t.Fatalf("a booked applicant after the rebuild: %v", err)
	}
	w.check()
}

func TestRepairPublishesWhatReopenCouldNot(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.cancel(w.settled(uuid.New()))
	w.clock.Advance(reopenAfter)
	w.inventory.fails("Publish", true)
	if _, err := w.service.Reopen(t.Context()); !errors.Is(err, errFault) {
		t.Fatalf("reopen: %v", err)
	}
	w.inventory.fails("Publish", false)
	w.run("reopen again", 0, w.service.Reopen)
	w.wantFree(0)
	for range 2 {
		if err := w.service.Repair(t.Context(), post); err != nil {
			t.Fatal(err)
		}
		w.wantFree(1)
	}
	w.mustHold(uuid.New())
	if err := w.service.Repair(t.Context(), post); err != nil {
		t.Fatal(err)
	}
	w.wantFree(0) // a held seat is open in the ledger, and stays held
	w.check()
}

func (w *world) settled(person uuid.UUID) booking.Appointment {
	w.Helper()
	a := w.booked(person)
	if err := w.service.SettleAppointment(w.Context(), a.ID); err != nil {
		w.Fatalf("settle: %v", err)
	}
	return a
}

func TestSettleAndForget(t *testing.T) {
	w := newWorld(t, 2, nil)
	ann := uuid.New()
	a := w.settled(ann)
	if err := w.service.SettleAppointment(t.Context(), a.ID); err != nil {
		t.Fatalf("settle again: %v", err)
	}
	if err := w.service.ForgetAppointment(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.hold(ann); booking.CodeOf(err) != booking.CodeAlreadyBooked {
		t.Fatalf("forgetting an active appointment freed her: %v", err)
	}
	w.cancel(a)
	if err := w.service.ForgetAppointment(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	w.mustHold(ann)
	w.wantFree(0)
	w.clock.Advance(reopenAfter)
	w.run("reopen", 1, w.service.Reopen)
	w.wantFree(1)
	if err := w.service.SettleAppointment(t.Context(), a.ID); err != nil { // a job that comes late
		t.Fatal(err)
	}
	w.wantFree(1)
	if err := w.service.SettleAppointment(t.Context(), uuid.New()); booking.CodeOf(err) != booking.CodeAppointmentAbsent {
		t.Fatalf("settle what does not exist: %v", err)
	}
	w.check()
}

// TestSettleAfterACancellation: the hold of a cancelled appointment is still confirming.
func TestSettleAfterACancellation(t *testing.T) {
	w := newWorld(t, 2, nil)
	ann := uuid.New()
	a := w.booked(ann)
	w.cancel(a)
	if err := w.service.SettleAppointment(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.inventory.Find(t.Context(), a.Hold); booking.CodeOf(err) != booking.CodeHoldNotFound {
		t.Fatalf("the hold: %v", err)
	}
	w.mustHold(ann)
	w.check()
}

func TestLapse(t *testing.T) {
	w := newWorld(t, 2, nil)
	a := w.settled(uuid.New())
	w.clock.Advance(a.Start.Sub(w.clock.Time()) + 72*time.Hour)
	w.run("lapse too early", 0, w.service.Lapse)
	w.clock.Advance(time.Second)
	w.run("lapse", 1, w.service.Lapse)
	w.wantStates(map[booking.SeatState]int{booking.SeatLapsed: 1})
	w.check()
}
