package queue

import (
	"math"
	"math/rand/v2"
	"slices"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// regime is a post over many weekly waves and the rules by which it gives its seats.
type regime struct {
	seats     int     // of each wave
	rho       float64 // new entrants per seat
	giveUp    float64 // share of the losers who leave after a loss
	patient   float64 // share of the entrants who never give up
	ageing    bool    // one more ticket for each loss
	target    int     // losses after which an entry is guaranteed; 0 for no guarantee
	measured  bool    // target follows ρ and the give-up rate of the last waves
	firstCome bool    // instead of a draw
	windows   int     // 1 if 0
	picky     float64 // share of entrants who accept only the prime windows
	ring      ring
	surge     func(wave int) float64 // factor on the arrivals, nil for none
}

// ring is a scalper's identities. Each stays entered until it wins; then a fresh one takes its place.
type ring struct {
	identities int
	bornLosses int  // losses that the identity brings with it
	lieLow     bool // accepts only the prime windows, where most lose, until its weight is full
	primeOnly  bool // signs only offers of a prime window
	keepWeight bool // an unsigned offer costs no weight and no pause
}

const (
	primeWindows  = 3 // how many windows picky people accept: the fewest that count for ageing
	windowsOfWave = 10
	lastWaves     = 12 // over which ρ and the give-up rate are measured
)

// waiter is somebody in the queue.
type waiter struct {
	losses, refused, pause int
	ring, patient, picky   bool
	pace                   float64
}

// queue is a post at work.
type queue struct {
	regime
	rng  *rand.Rand
	wave int
	live []waiter
	now  tally
	past []flow // of the last waves
	flow flow   // of this one
}

// flow is who came to a wave, lost in it and left after it, identities of the ring included: an office cannot tell them.
type flow struct{ came, lost, left int }

// tally is what one block of waves adds.
type tally struct {
	waves, wins, entries           int
	ringWins, ringEntries          int // signed offers only
	ringDue                        float64
	primeWins, ringPrime           int
	ringPrimeDue                   float64
	patientWins, patientEntries    int
	ensured, missed                int // guaranteed entries, those not served
	came, left                     int // people who were served, who gave up
	waits, patientWaits, slowWaits [400]int
	slowCame, slowLeft             int // of the slowest fifth
}

// target is T for ρ and a share a who give up after a loss, at 1.5 times the least bound; 0 where there is none.
func target(rho, giveUp float64) int {
	if rho <= 1 || giveUp <= 0 {
		return 0
	}
	return int(math.Ceil(1.5 * math.Log(rho) / -math.Log(1-giveUp)))
}

// expected is about how many people are in the queue at once when it is in balance without a ring.
func (r *regime) expected() float64 {
	return float64(r.seats) * ((r.rho-1)*(1-r.giveUp)/r.giveUp + r.rho)
}

// study lets the queue settle, then counts blocks of waves.
func (r regime) study(rng *rand.Rand, settle, waves int, blocks []tally) error {
	if r.windows == 0 {
		r.windows = 1
	}
	q := &queue{regime: r, rng: rng}
	for range r.ring.identities {
		q.live = append(q.live, q.fresh())
	}
	for range settle {
		if err := q.step(); err != nil {
			return err
		}
	}
	for b := range blocks {
		q.now = tally{}
		for range waves {
			if err := q.step(); err != nil {
				return err
			}
		}
		blocks[b] = q.now
	}
	return nil
}

func (q *queue) fresh() waiter { return waiter{ring: true, losses: q.ring.bornLosses} }

// step is one wave: people come, the seats are given, some losers leave.
func (q *queue) step() error {
	arrivals := q.rho * float64(q.seats)
	if q.surge != nil {
		arrivals *= q.surge(q.wave)
	}
	for range sample.Poisson(q.rng, arrivals) {
		q.flow.came++
		q.live = append(q.live, waiter{
			patient: q.rng.Float64() < q.patient, picky: q.rng.Float64() < q.picky, pace: q.rng.NormFloat64(),
		})
	}
	in := make([]int, 0, len(q.live))
	for i := range q.live {
		if w := &q.live[i]; w.pause > 0 {
			w.pause--
		} else {
			in = append(in, i)
		}
	}
	window, err := q.allocate(in)
	if err != nil {
		return err
	}
	q.count(in, window)
	for n, i := range in {
		q.settle(&q.live[i], window[n])
	}
	q.live = slices.DeleteFunc(q.live, func(w waiter) bool { return w.pause < 0 })
	q.wave++
	q.measure()
	return nil
}

// measure sets the target of the next wave by what happened in the last ones, as an announcement would.
func (q *queue) measure() {
	q.past = append(q.past, q.flow)
	q.flow = flow{}
	if len(q.past) > lastWaves {
		q.past = q.past[1:]
	}
	if !q.measured || len(q.past) < lastWaves {
		return
	}
	var all flow
	for _, f := range q.past {
		all.came += f.came
		all.lost += f.lost
		all.left += f.left
	}
	q.target = target(float64(all.came)/float64(lastWaves*q.seats), float64(all.left)/float64(max(1, all.lost)))
}

// allocate returns the window in which each entry is served, or -1.
func (q *queue) allocate(in []int) ([]int, error) {
	window := make([]int, len(in))
	for i := range window {
		window[i] = -1
	}
	if q.firstCome {
		people := make([]lot.Actor, len(in))
		for n, i := range in {
			people[n] = lot.Actor{Bot: q.live[i].ring, Pace: q.live[i].pace, Windows: lot.EveryWindow(q.windows)}
		}
		for _, n := range lot.FirstCome(q.rng, lot.Evenly(q.seats, q.windows), people) {
			window[n] = 0
		}
		return window, nil
	}
	wishes := make([]lot.Wish, len(in))
	for n, i := range in {
		wishes[n] = q.wish(&q.live[i])
	}
	wins, err := lot.Once(q.rng, lot.Evenly(q.seats, q.windows), wishes)
	for _, w := range wins {
		window[w.Entry] = w.Window
	}
	return window, err
}

func (q *queue) wish(w *waiter) lot.Wish {
	out := lot.Wish{Weight: 1, Windows: lot.EveryWindow(q.windows)}
	if q.ageing || w.ring && q.ring.bornLosses > 0 {
		out.Weight = min(lot.MaxWeight, 1+w.losses)
	}
	out.Ensured = q.target > 0 && w.losses >= q.target
	if w.picky || w.ring && q.ring.lieLow && out.Weight < lot.MaxWeight {
		out.Windows = lot.EveryWindow(min(primeWindows, q.windows))
	}
	return out
}

// settle does to an entry what the wave did to it. A pause below zero marks those who leave.
func (q *queue) settle(w *waiter, window int) {
	won := window >= 0
	switch {
	case won && w.ring && q.ring.primeOnly && window >= primeWindows:
		if q.ring.keepWeight {
			return
		}
		w.losses = 0
		if w.refused++; w.refused == 2 {
			w.refused, w.pause = 0, 2 // 14 days
		}
	case won && w.ring:
		*w = q.fresh()
		q.flow.came++
	case won:
		w.pause = -1
	default:
		w.losses++
		q.flow.lost++
		if !w.ring && !w.patient && q.rng.Float64() < q.giveUp {
			q.now.left++
			q.flow.left++
			if w.pace > slowPace {
				q.now.slowLeft++
			}
			w.pause = -1
		}
	}
}
