package sim

// Size is how large a study is.
type Size struct {
	People       int   // with whom the bots compete in one wave
	Seats        int   // of one wave, all pools
	Bots         []int // numbers of bot identities
	BotSeats     int   // seats that bots should win per row, so that the interval is narrow
	DrawsOfCrowd int   // how often one crowd enters before another is made
	MinBatches   int   // crowds per row, at least
	Waves        int   // in each block of a queue
	Blocks       int   // of a queue, after it has settled
	Repeats      int   // of single draws: families, ablation
	PostSeats    int   // seats a wave of the post in the queue studies
	Posts        []int
	Rhos         []float64
	GiveUps      []float64
}

// Full is the size of the published page.
func Full() Size {
	return Size{
		People: 10_000, Seats: 900, Bots: []int{10, 50, 100, 500, 1000, 2000}, BotSeats: 6000, DrawsOfCrowd: 10, MinBatches: 45,
		Waves: 25, Blocks: 20, Repeats: 40,
		PostSeats: 100, Posts: []int{10, 25, 100, 300}, Rhos: []float64{1.5, 2, 3, 5}, GiveUps: []float64{0.1, 0.2, 0.4},
	}
}

// Small is for tests: the same code within seconds.
func Small() Size {
	return Size{
		People: 1000, Seats: 90, Bots: []int{10, 50, 200}, BotSeats: 600, DrawsOfCrowd: 5, MinBatches: 12,
		Waves: 5, Blocks: 10, Repeats: 10,
		PostSeats: 30, Posts: []int{10, 100}, Rhos: []float64{2}, GiveUps: []float64{0.2, 0.4},
	}
}

// Findings are the outcome of a study.
type Findings struct {
	Seed      uint64
	Size      Size
	Shares    []ShareRow
	Few       ShareRow // at most 100 bots, together
	Tenths    Tenths
	Choice    []ChoiceRow
	Patience  []PatienceRow
	Farms     []FarmRow
	Families  []FamilyRow
	Returns   []ReturnRow
	Opening   OpeningRow
	Ablation  []AblationRow
	Guarantee []GuaranteeRow
	Surges    []SurgeRow
	Waits     []WaitRow
}

// Run makes a whole study. It uses all processors; the findings hang on the seed and the size alone (on one kind
// of processor: floating-point arithmetic may be fused on another).
func Run(seed uint64, size Size) (*Findings, error) {
	var (
		share    = newShares(size)
		choice   = newChoice(size)
		patience = newPatience(size)
		family   = newFamilies(size)
		returned = newReturns(size)
		left     = newOpening(size)
		without  = newAblation(size)
		promise  = newGuarantee(size)
		wait     = newWaiting(size)
		jobs     []job
	)
	for _, study := range []interface{ jobs() []job }{promise, patience, wait, share, choice, family, returned, left, without} {
		jobs = append(jobs, study.jobs()...)
	}
	if err := runAll(seed, jobs); err != nil {
		return nil, err
	}
	return &Findings{
		Seed: seed, Size: size, Shares: share.rows(), Few: share.few(), Tenths: share.tenths(), Choice: choice.rows(), Patience: patience.rows(),
		Farms: patience.farmRows(), Families: family.rows(), Returns: returned.rows(), Opening: left.row(), Ablation: without.rows(),
		Guarantee: promise.rows(), Surges: promise.surgeRows(), Waits: wait.rows(),
	}, nil
}
