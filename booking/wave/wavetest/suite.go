package wavetest

import "testing"

// Ledger is the contract of wave.Ledger: every implementation passes it. open is called once for each sub-test.
func Ledger(t *testing.T, open func(t *testing.T) *World) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, *World)
	}{
		{"AnnounceTakesSeats", announce},
		{"AnnounceRefusesWhatIsStale", announceStale},
		{"EnterReviseLeave", enterReviseLeave},
		{"EnterRefuses", enterRefuses},
		{"EntersOnceEverywhere", enterOnce},
		{"FreezeCloseStand", freezeCloseStand},
		{"DrawOffersAndSigns", drawAndSign},
		{"StepsTwiceAreOnce", stepsTwice},
		{"VoidsAndCancelled", voids},
		{"LossesCount", lossesCount},
		{"LossesOfOneWeek", lossesOfOneWeek},
		{"Faults", faults},
		{"UnsignedOffers", unsigned},
		{"Standby", standby},
		{"Reschedule", reschedule},
		{"RescheduleLate", rescheduleLate},
		{"FlowsOnAndEnds", flowsOn},
		{"WithdrawnSeats", withdrawn},
		{"WithheldOffers", withheld},
		{"PublishedAnew", publishedAnew},
		{"WeightsOfStandby", weightsOfStandby},
		{"WeightAfterOffer", weightAfterOffer},
		{"Revisions", revisions},
		{"HoldBeforeEntry", holdBeforeEntry},
		{"UnsignedInTurns", unsignedInTurns},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			c.run(t, w)
			if w.Check != nil {
				w.Check(t)
			}
		})
	}
}
