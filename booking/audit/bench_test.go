package audit_test

import (
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// BenchmarkVerify audits a draw of 100,000 entries and 500 seats.
func BenchmarkVerify(b *testing.B) {
	w := world(b, audittest.Options{Stamper: stamper()})
	o, err := w.Announce(audittest.Spec{
		ID: "large", Kind: "main", Consulate: "waw", Group: "passport", Pool: "draw", ISOWeek: "2026-W50", Seats: w.Seats("s", 500, 10),
	})
	must(b, err)
	for _, p := range w.People(100_000) {
		o.Enter([]*audittest.Person{p}, 1+w.Random.Uint64N(1023))
	}
	bundle := finish(b, o)
	b.ReportAllocs()
	for b.Loop() {
		if r := audit.Verify(bundle, audit.Options{Policy: &w.Policy}); r.Verdict() != audit.Holds {
			b.Fatal(faults(r))
		}
	}
}
