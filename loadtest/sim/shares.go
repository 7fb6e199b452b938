package sim

import (
	"fmt"
	"math/rand/v2"
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
	Draw                  Estimate        // all pools together, by who keeps the seat in the end
	Pools                 [pools]Estimate // within the pool: share of its seats ÷ share of its entries
	FirstCome             Estimate        // the same seats, one release
	FirstComeTenth        Estimate        // a release of one tenth as many seats
}

// Tenths compares people by how fast they react.
type Tenths struct {
	Draw, FirstCome [10]float64 // share of those who entered that got a seat
	Missed          [10]float64 // share that heard of the draw after it closed
	Ratio           Estimate    // fastest ÷ slowest, of those who entered
	RatioAll        Estimate    // fastest ÷ slowest, of all, those who heard too late included
}

// sharesBatch is what one crowd, entered in several draws, adds.
type sharesBatch struct {
	botSeats                         int
	all                              pair
	pools                            [pools]pair
	firstCome, firstComeTenth        pair
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

func (s *shares) jobs() (jobs []job) {
	for i, bots := range s.size.Bots {
		for b := range s.batches[i] {
			jobs = append(jobs, job{fmt.Sprintf("shares/%d/%d", bots, b), func(rng *rand.Rand) error {
				return s.batch(rng, bots, &s.batches[i][b])
			}})
		}
	}
	return jobs
}

// batch lets one crowd enter: each goes to one of the three pools, which are equally crowded because people move to where
// it is not.
func (s *shares) batch(rng *rand.Rand, bots int, out *sharesBatch) error {
	everybody := crowd(rng, s.size.People, bots, windowsOfWave)
	var in [Returned][]actor
	for i := range everybody {
		a := &everybody[i]
		if !a.bot {
			out.wanted[a.tenth] += float64(s.draws)
		}
		if a.inTime(rng) {
			p := rng.IntN(int(Returned))
			in[p] = append(in[p], *a)
			if !a.bot {
				out.entered[a.tenth] += float64(s.draws)
			}
		}
	}
	w := wave{seats: evenly(s.size.Seats/int(Returned), windowsOfWave), in: in}
	for p := range in {
		var err error
		if w.lots[p], err = newLot(w.seats, wishesOf(in[p])); err != nil {
			return err
		}
	}
	for range s.draws {
		if err := w.run(rng, out); err != nil {
			return err
		}
	}
	share := float64(bots) / float64(len(everybody))
	compare := func(seats int, p *pair, tenths *[10]float64) {
		for _, i := range firstCome(rng, evenly(seats, windowsOfWave), everybody) {
			p.due += share
			if everybody[i].bot {
				p.got++
			} else if tenths != nil {
				tenths[everybody[i].tenth]++
			}
		}
	}
	compare(s.size.Seats, &out.firstCome, &out.firstComes)
	compare(s.size.Seats/10, &out.firstComeTenth, nil)
	return nil
}

func wishesOf(in []actor) []wish {
	out := make([]wish, len(in))
	for i := range in {
		out[i] = wish{windows: in[i].windows}
	}
	return out
}

// wave is the three draws of one wave and the standby draw after them.
type wave struct {
	seats []int
	in    [Returned][]actor
	lots  [Returned]*lot
}

// keepers counts who holds seats in the end.
type keepers struct{ all, bots int }

func (k *keepers) keep(a *actor, out *sharesBatch) {
	k.all++
	if a.bot {
		k.bots++
		out.botSeats++
	} else {
		out.won[a.tenth]++
	}
}

func (w *wave) run(rng *rand.Rand, out *sharesBatch) error {
	var kept keepers
	returned := make([]int, len(w.seats))
	served := make([]bool, len(w.in[Online]))
	for p, lot := range w.lots {
		wins, err := lot.draw(rng)
		if err != nil {
			return err
		}
		out.pools[p].add(score(w.in[p], wins))
		quits := returnedOnSite
		if Pool(p) == Online {
			quits = returnedOnline
		}
		for _, win := range wins {
			if Pool(p) == Online {
				served[win.entry] = true
			}
			if rng.Float64() < quits {
				returned[win.window]++
			} else {
				kept.keep(&w.in[p][win.entry], out)
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
	out.all.add(pair{float64(kept.bots), float64(kept.all) * float64(bots) / float64(all)})
	return nil
}

// standby gives the returned seats to the unserved of the online pool.
func (w *wave) standby(rng *rand.Rand, returned []int, served []bool, kept *keepers, out *sharesBatch) error {
	var waiting []actor
	for i, a := range w.in[Online] {
		if !served[i] {
			waiting = append(waiting, a)
		}
	}
	l, err := newLot(returned, wishesOf(waiting))
	if err != nil {
		return err
	}
	for i := range standbys {
		wins, err := l.draw(rng)
		if err != nil {
			return err
		}
		out.pools[Returned].add(score(waiting, wins))
		if i > 0 {
			continue
		}
		for _, win := range wins {
			kept.keep(&waiting[win.entry], out)
		}
	}
	return nil
}

// score is the seats that bots got, and would get by their share of the entries.
func score(in []actor, wins []win) (p pair) {
	for _, w := range wins {
		if in[w.entry].bot {
			p.got++
		}
	}
	p.due = float64(len(wins)) * float64(countBots(in)) / float64(len(in))
	return p
}

func countBots(in []actor) (n int) {
	for i := range in {
		if in[i].bot {
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
	row.Draw = over(batches, func(b *sharesBatch) pair { return b.all })
	for p := range row.Pools {
		row.Pools[p] = over(batches, func(b *sharesBatch) pair { return b.pools[p] })
	}
	row.FirstCome = over(batches, func(b *sharesBatch) pair { return b.firstCome })
	row.FirstComeTenth = over(batches, func(b *sharesBatch) pair { return b.firstComeTenth })
	return row
}

func over[B any](batches []B, what func(*B) pair) Estimate {
	pairs := make([]pair, len(batches))
	for i := range batches {
		pairs[i] = what(&batches[i])
	}
	return ratio(pairs)
}

// tenths looks at the people of all rows together.
func (s *shares) tenths() Tenths {
	var (
		t   Tenths
		all []sharesBatch
		sum sharesBatch
		run float64
	)
	for _, batches := range s.batches {
		all = append(all, batches...)
	}
	for _, b := range all {
		run++
		for d := range 10 {
			sum.wanted[d] += b.wanted[d]
			sum.entered[d] += b.entered[d]
			sum.won[d] += b.won[d]
			sum.firstComes[d] += b.firstComes[d]
		}
	}
	for d := range 10 {
		t.Draw[d] = sum.won[d] / sum.entered[d]
		t.Missed[d] = 1 - sum.entered[d]/sum.wanted[d]
		t.FirstCome[d] = sum.firstComes[d] / (sum.wanted[d] / float64(s.draws))
	}
	t.Ratio = over(all, func(b *sharesBatch) pair { return pair{b.won[0] / b.entered[0], b.won[9] / b.entered[9]} })
	t.RatioAll = over(all, func(b *sharesBatch) pair { return pair{b.won[0] / b.wanted[0], b.won[9] / b.wanted[9]} })
	return t
}
