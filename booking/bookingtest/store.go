package bookingtest

import (
	"testing"

	"chesna/booking"
)

// FullLedger is everything the ledger's contract speaks of.
type FullLedger interface {
	booking.Ledger
	booking.WeekLedger
}

// OpenedStore is one empty ledger, ready to confirm, closed by the test's cleanup.
type OpenedStore struct {
	Ledger FullLedger
	// Check re-reads the whole state after a test and reports what breaks an invariant; see
	// CheckLedgerInvariants. May be nil.
	Check func(t testing.TB)
}

// Store is the contract of booking.Ledger and booking.WeekLedger: every implementation passes it. open is called
// once for each sub-test.
func Store(t *testing.T, open func(t *testing.T) OpenedStore) {
	t.Helper()
	runStore(t, open, append(storeRushes(), []storeCase{
		{"ConfirmBooks", storeConfirmBooks},
		{"ConfirmAgainAnswersTheSame", storeConfirmAgain},
		{"ConfirmRefuses", storeConfirmRefuses},
		{"ConfirmRefusesWhatIsIncomplete", storeConfirmIncomplete},
		{"CancelFrees", storeCancel},
		{"CancelRefuses", storeCancelRefuses},
		{"Outcomes", storeOutcomes},
		{"OutcomeRefuses", storeOutcomeRefuses},
		{"Lapse", storeLapse},
		{"Lists", storeLists},
		{"EndedHoldsReturnSeats", storeReturn},
		{"ReopenDue", storeReopen},
		{"LateReportOfAConfirmedHold", storeLateReport},
		{"ConfirmAfterTheHoldEnded", storeConfirmEnded},
		{"PublishAndAgain", storePublish},
		{"PublishStale", storePublishStale},
		{"PublishTakenAndDisplace", storePublishTaken},
		{"PublishRefuses", storePublishRefuses},
		{"PublishAnewWhatCameBack", storePublishBack},
		{"DisplacedEndsAnyTime", storeDisplacedEnds},
		{"DisplacedMakesRoom", storeDisplacedRoom},
		{"Serially", storeSerially},
		{"SnapshotAndSince", storeSnapshot},
		{"NextSeats", storeNextSeats},
	}...))
}

// StoreRushes is the part of the contract in which many callers come at once, for further settings of a ledger
// that passes the whole.
func StoreRushes(t *testing.T, open func(t *testing.T) OpenedStore) {
	t.Helper()
	runStore(t, open, storeRushes())
}

type storeCase struct {
	name string
	run  func(*testing.T, FullLedger)
}

func storeRushes() []storeCase {
	return []storeCase{
		{"RushForFewSeats", storeRush},
		{"RushOfOneApplicant", storeRushOfOneApplicant},
		{"RushOfOneHold", storeRushOfOneHold},
		{"RushToPublish", storeRushToPublish},
	}
}

func runStore(t *testing.T, open func(t *testing.T) OpenedStore, cases []storeCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			c.run(t, s.Ledger)
			if s.Check != nil {
				s.Check(t)
			}
		})
	}
}
