package sim

import (
	"fmt"
	"math/rand/v2"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// Pool is a way by which a seat of a wave is given.
type Pool int

// The pools of a wave at a post with a terminal, a third of the seats each, and the standby draw of what was returned.
const (
	Online Pool = iota
	Kiosk
	SameDay
	Returned
	pools
)

// How many winners do not keep their seat: offers unsigned, cancellations, no-shows. Scalpers do no better.
const (
	returnedOnline = 0.12
	returnedOnSite = 0.10
	windowsOfWave  = 10
	standbys       = 3 // the standby draw is repeated to see its ratio better; the first one counts
)

// ShareRow is one number of bot identities.
type ShareRow struct {
	Bots, Waves, BotSeats int
	Draw                  sample.Estimate        // all pools together, by who keeps the seat in the end
	Pools                 [pools]sample.Estimate // within the pool: share of its seats ÷ share of its entries
	FirstCome             sample.Estimate        // the same seats, one release
	FirstComeTenth        sample.Estimate        // a release of one tenth as many seats
}

// sharesBatch is what one crowd, entered in several draws, adds.
type sharesBatch struct {
	botSeats                         int
	all                              sample.Pair
	pools                            [pools]sample.Pair
	firstCome, firstComeTenth        sample.Pair
	wanted, entered, won, firstComes [10]float64
}

type shares struct {
	size    Size
	batches [][]sharesBatch // by number of bots
	draws   int             // draws of one crowd
}

func newShares(size Size) *shares {
	s := &shares{size: size, batches: make([][]sharesBatch, len(size.Bots)), draws: size.DrawsOfCrowd}
	for i, bots := range size.Bots {
		expected := float64(size.Seats) * float64(bots) / float64(size.People+bots)
		waves := float64(size.BotSeats) / expected
		s.batches[i] = make([]sharesBatch, max(size.MinBatches, int(waves)/s.draws))
	}
	return s
}

func (s *shares) jobs() (jobs []sample.Job) {
	for i, bots := range s.size.Bots {
		for b := range s.batches[i] {
			jobs = append(jobs, sample.Job{Name: fmt.Sprintf("shares/%d/%d", bots, b), Run: func(rng *rand.Rand) error {
				return s.batch(rng, bots, &s.batches[i][b])
			}})
		}
	}
	return jobs
}

// batch lets one crowd enter: each goes to one of the three pools, which are equally crowded because people move to where
// it is not.
func (s *shares) batch(rng *rand.Rand, bots int, out *sharesBatch) error {
	everybody := lot.Crowd(rng, s.size.People, bots, windowsOfWave)
	var in [Returned][]lot.Actor
	for i := range everybody {
		a := &everybody[i]
		if !a.Bot {
			out.wanted[a.Tenth] += float64(s.draws)
		}
		if a.InTime(rng) {
			p := rng.IntN(int(Returned))
			in[p] = append(in[p], *a)
			if !a.Bot {
				out.entered[a.Tenth] += float64(s.draws)
			}
		}
	}
	w := wave{seats: lot.Evenly(s.size.Seats/int(Returned), windowsOfWave), in: in}
	for p := range in {
		var err error
		if w.lots[p], err = lot.New(w.seats, wishesOf(in[p])); err != nil {
			return err
		}
	}
	for range s.draws {
		if err := w.run(rng, out); err != nil {
			return err
		}
	}
	share := float64(bots) / float64(len(everybody))
	compare := func(seats int, p *sample.Pair, tenths *[10]float64) {
		for _, i := range lot.FirstCome(rng, lot.Evenly(seats, windowsOfWave), everybody) {
			p.Due += share
			if everybody[i].Bot {
				p.Got++
			} else if tenths != nil {
				tenths[everybody[i].Tenth]++
			}
		}
	}
	compare(s.size.Seats, &out.firstCome, &out.firstComes)
	compare(s.size.Seats/10, &out.firstComeTenth, nil)
	return nil
}

func wishesOf(in []lot.Actor) []lot.Wish {
	out := make([]lot.Wish, len(in))
	for i := range in {
		out[i] = lot.Wish{Windows: in[i].Windows}
	}
	return out
}

// wave is the three draws of one wave and the standby draw after them.
type wave struct {
	seats []int
	in    [Returned][]lot.Actor
	lots  [Returned]*lot.Lot
}

// keepers counts who holds seats in the end.
type keepers struct{ all, bots int }

func (k *keepers) keep(a *lot.Actor, out *sharesBatch) {
	k.all++
	if a.Bot {
		k.bots++
		out.botSeats++
	} else {
		out.won[a.Tenth]++
	}
}

func (w *wave) run(rng *rand.Rand, out *sharesBatch) error {
	var kept keepers
	returned := make([]int, len(w.seats))
	served := make([]bool, len(w.in[Online]))
	for p, l := range w.lots {
		wins, err := l.Draw(rng)
		if err != nil {
			return err
		}
		out.pools[p].Add(score(w.in[p], wins))
		quits := returnedOnSite
		if Pool(p) == Online {
			quits = returnedOnline
		}
		for _, win := range wins {
			if Pool(p) == Online {
				served[win.Entry] = true
			}
			if rng.Float64() < quits {
				returned[win.Window]++
			} else {
				kept.keep(&w.in[p][win.Entry], out)
			}
		}
	}
	if err := w.standby(rng, returned, served, &kept, out); err != nil {
		return err
	}
	bots, all := 0, 0
	for _, in := range w.in {
		bots += countBots(in)
		all += len(in)
	}
	out.all.Add(sample.Pair{Got: float64(kept.bots), Due: float64(kept.all) * float64(bots) / float64(all)})
	return nil
}

// standby gives the returned seats to the unserved of the online pool.
func (w *wave) standby(rng *rand.Rand, returned []int, served []bool, kept *keepers, out *sharesBatch) error {
	var waiting []lot.Actor
	for i, a := range w.in[Online] {
		if !served[i] {
			waiting = append(waiting, a)
		}
	}
	l, err := lot.New(returned, wishesOf(waiting))
	if err != nil {
		return err
	}
	for i := range standbys {
		wins, err := l.Draw(rng)
		if err != nil {
			return err
		}
		out.pools[Returned].Add(score(waiting, wins))
		if i > 0 {
			continue
		}
		for _, win := range wins {
			kept.keep(&waiting[win.Entry], out)
		}
	}
	return nil
}

// score is the seats that bots got, and would get by their share of the entries.
func score(in []lot.Actor, wins []lot.Win) (p sample.Pair) {
	for _, w := range wins {
		if in[w.Entry].Bot {
			p.Got++
		}
	}
	p.Due = float64(len(wins)) * float64(countBots(in)) / float64(len(in))
	return p
}

func countBots(in []lot.Actor) (n int) {
	for i := range in {
		if in[i].Bot {
			n++
		}
	}
	return n
}

func (s *shares) rows() []ShareRow {
	rows := make([]ShareRow, len(s.batches))
	for i, batches := range s.batches {
		rows[i] = s.row(batches)
		rows[i].Bots = s.size.Bots[i]
	}
	return rows
}

// few takes the rows of at most 100 bots together, which see each single pool too seldom by themselves.
func (s *shares) few() ShareRow {
	var all []sharesBatch
	for i, batches := range s.batches {
		if s.size.Bots[i] <= 100 {
			all = append(all, batches...)
		}
	}
	return s.row(all)
}

func (s *shares) row(batches []sharesBatch) (row ShareRow) {
	row.Waves = len(batches) * s.draws
	for _, b := range batches {
		row.BotSeats += b.botSeats
	}
	row.Draw = sample.Over(batches, func(b *sharesBatch) sample.Pair { return b.all })
	for p := range row.Pools {
		row.Pools[p] = sample.Over(batches, func(b *sharesBatch) sample.Pair { return b.pools[p] })
	}
	row.FirstCome = sample.Over(batches, func(b *sharesBatch) sample.Pair { return b.firstCome })
	row.FirstComeTenth = sample.Over(batches, func(b *sharesBatch) sample.Pair { return b.firstComeTenth })
	return row
}
