package pgstore_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/wave"
	"chesna/booking/wave/wavetest"
)

// TestReceiptsAreKeptWithEntries: a receipt that is made on acceptance is of the entry as accepted, is kept with it, and is
// the same when the request comes again; who has none because it could not be made has no entry either.
func TestReceiptsAreKeptWithEntries(t *testing.T) {
	w := openWorld(t, servers.Database(t, migrate), nil)
	w.Publish(t, 0, booking.PoolDraw, 4)
	v := w.Announce(t, 0, 0)
	ann, bob := uuid.New(), uuid.New()
	a := wavetest.Ask(v.ID, ann)
	a.Receipt = func(e wave.Entry) ([]byte, error) { return []byte(wave.ReceiptText(e)), nil }
	e, err := w.Waves.Enter(t.Context(), a)
	if err != nil || string(e.Receipt) != wave.ReceiptText(e) {
		t.Fatalf("receipt %q of %+v, %v", e.Receipt, e, err)
	}
	a.Receipt = func(wave.Entry) ([]byte, error) { return []byte("another"), nil }
	again, err := w.Waves.Enter(t.Context(), a)
	if err != nil || string(again.Receipt) != string(e.Receipt) {
		t.Errorf("again: receipt %q, %v", again.Receipt, err)
	}
	if err := w.Waves.SetReceipt(t.Context(), v.ID, ann, 1, []byte("late")); err != nil {
		t.Error(err)
	}
	kept, err := w.Waves.Entry(t.Context(), v.ID, ann)
	if err != nil || string(kept.Receipt) != string(e.Receipt) || wave.ReceiptText(kept) != string(e.Receipt) {
		t.Errorf("kept: receipt %q, %v", kept.Receipt, err)
	}
	b := wavetest.Ask(v.ID, bob)
	b.Receipt = func(wave.Entry) ([]byte, error) { return nil, errors.New("no key") }
	if _, err := w.Waves.Enter(t.Context(), b); err == nil {
		t.Error("accepted without its receipt")
	}
	if _, err := w.Waves.Entry(t.Context(), v.ID, bob); booking.CodeOf(err) != booking.CodeEntryAbsent {
		t.Error("an entry without its receipt:", err)
	}
	w.Check(t)
}
