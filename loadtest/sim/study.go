package sim

import (
	"chesna/loadtest/sim/queue"
	"chesna/loadtest/sim/sample"
)

// Size is how large a study is.
type Size struct {
	People       int   // with whom the bots compete in one wave
	Seats        int   // of one wave, all pools
	Bots         []int // numbers of bot identities
	BotSeats     int   // seats that bots should win per row, so that the interval is narrow
	DrawsOfCrowd int   // how often one crowd enters before another is made
	MinBatches   int   // crowds per row, at least
	Repeats      int   // of single draws: families, ablation
	Queue        queue.Size
}

// Full is the size of the published page.
func Full() Size {
	return Size{
		People: 10_000, Seats: 900, Bots: []int{10, 50, 100, 500, 1000, 2000}, BotSeats: 6000, DrawsOfCrowd: 10, MinBatches: 45, Repeats: 40,
		Queue: queue.Size{
			Waves: 25, Blocks: 20, Seats: 100, Posts: []int{10, 25, 100, 300},
			Rhos: []float64{1.5, 2, 3, 5}, GiveUps: []float64{0.1, 0.2, 0.4},
		},
	}
}

// Small is for tests: the same code within seconds.
func Small() Size {
	return Size{
		People: 600, Seats: 90, Bots: []int{10, 100}, BotSeats: 250, DrawsOfCrowd: 5, MinBatches: 10, Repeats: 6,
		Queue: queue.Size{Waves: 4, Blocks: 8, Seats: 20, Posts: []int{10, 100}, Rhos: []float64{2}, GiveUps: []float64{0.2, 0.4}},
	}
}

// Findings are the outcome of a study.
type Findings struct {
	Seed     uint64
	Size     Size
	Shares   []ShareRow
	Few      ShareRow // at most 100 bots, together
	Tenths   Tenths
	Choice   []ChoiceRow
	Families []FamilyRow
	Returns  []ReturnRow
	Opening  OpeningRow
	Ablation []AblationRow
	queue.Findings
}

// Run makes a whole study. It uses all processors; the findings hang on the seed and the size alone (on one kind
// of processor: floating-point arithmetic may be fused on another).
func Run(seed uint64, size Size) (*Findings, error) {
	var (
		queues   = queue.New(size.Queue)
		share    = newShares(size)
		choice   = newChoice(size)
		family   = newFamilies(size)
		returned = newReturns(size)
		left     = newOpening(size)
		without  = newAblation(size)
	)
	jobs := queues.Jobs()
	for _, study := range []interface{ jobs() []sample.Job }{share, choice, family, returned, left, without} {
		jobs = append(jobs, study.jobs()...)
	}
	if err := sample.RunAll(seed, jobs); err != nil {
		return nil, err
	}
	return &Findings{
		Seed: seed, Size: size, Shares: share.rows(), Few: share.few(), Tenths: share.tenths(), Choice: choice.rows(),
		Families: family.rows(), Returns: returned.rows(), Opening: left.row(), Ablation: without.rows(), Findings: queues.Findings(),
	}, nil
}
