package queue

import "chesna/loadtest/sim/sample"

// Size is how large a study of queues is.
type Size struct {
	Waves   int       // of each block
	Blocks  int       // after the queue has settled
	Seats   int       // a wave of the ordinary post
	Posts   []int     // seats a wave of the posts with a guarantee
	Rhos    []float64 // new entrants per seat
	GiveUps []float64 // shares of the losers who leave after a loss
}

// Findings are the outcome.
type Findings struct {
	Patience  []PatienceRow
	Farms     []FarmRow
	Guarantee []GuaranteeRow
	Strains   []StrainRow
	Waits     []WaitRow
}

// Study is the three studies of queues: patience, the guarantee, waiting.
type Study struct {
	patience  *patience
	guarantee *guarantee
	waiting   *waiting
}

// New plans a study; its jobs make it.
func New(size Size) *Study {
	return &Study{newPatience(size), newGuarantee(size), newWaiting(size)}
}

// Jobs are the pieces of the study.
func (s *Study) Jobs() []sample.Job {
	jobs := append(s.guarantee.jobs(), s.patience.jobs()...)
	return append(jobs, s.waiting.jobs()...)
}

// Findings are to be asked for when all jobs are done.
func (s *Study) Findings() Findings {
	return Findings{
		Patience: s.patience.rows(), Farms: s.patience.farmRows(),
		Guarantee: s.guarantee.rows(), Strains: s.guarantee.strainRows(), Waits: s.waiting.rows(),
	}
}
