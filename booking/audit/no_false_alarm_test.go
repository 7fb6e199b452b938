package audit_test

import (
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// TestNoFalseAlarm audits a thousand honest random draws, one by one and as histories, with and without the log.
func TestNoFalseAlarm(t *testing.T) {
	draws, cancelled, voids, standby, seed := 0, 0, 0, 0, uint64(0)
	for draws < honestDraws {
		seed++
		o := audittest.Options{Seed: seed, Witnesses: 1 + int(seed%3)}
		if seed%8 == 2 {
			o.Stamper = stamper()
		}
		s := season(t, o, 20)
		all := bundles(s)
		for i, b := range all {
			r := audit.Verify(b, audit.Options{Policy: &s.World.Policy})
			want := audit.Holds
			if o.Stamper == nil {
				want = audit.Dependent // for that alone
			}
			if r.Verdict() != want {
				t.Fatalf("seed %d, %s: %v: %q", seed, b.Name, r.Verdict(), faults(r))
			}
			open := s.Draws[i]
			draws++
			voids += open.Attempt
			if open.Drawn == nil {
				cancelled++
			}
			if open.Spec.Kind == "standby" {
				standby++
			}
		}
		if seed%8 == 1 || o.Stamper != nil {
			honestBut(t, history(t, s.World, all, seed%3 > 0), s.World, o.Stamper == nil)
		}
	}
	t.Logf("%d draws: %d cancelled, %d with a second attempt, %d standby", draws, cancelled, voids, standby)
	if cancelled == 0 || voids == 0 || standby < honestDraws/5 {
		t.Error("the worlds are too plain")
	}
}
