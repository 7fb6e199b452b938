package queue

import (
	"chesna/loadtest/sim/sample"
)

// GuaranteeRow is a post in a steady state with a guarantee at T.
type GuaranteeRow struct {
	Seats       int
	Rho, GiveUp float64
	T           int
	Wins        int
	Ensured     float64         // guaranteed entries per wave ÷ their quota
	Missed      sample.Estimate // guaranteed entries not served, per 1,000 wins
	Longest     int             // draws that somebody who was served had waited
}

// SurgeRow is a post where arrivals multiply for some weeks while T stays as published.
type SurgeRow struct {
	Factor float64
	Weeks  int
	Seats  int
	Missed sample.Estimate // per 1,000 wins, from the first week of the surge to half a year after
}

type guarantee struct {
	steady, surges []*cell
	factors        []float64
}

const (
	surgeWeeks = 8
	afterSurge = 26
)

func newGuarantee(size Size) *guarantee {
	g := &guarantee{factors: []float64{1.5, 2, 3}}
	for _, seats := range size.Posts {
		for _, rho := range size.Rhos {
			for _, a := range size.GiveUps {
				r := Promised.under(regime{seats: seats, rho: rho, giveUp: a})
				c := newCell(size, sample.Name("guarantee", seats, " ", rho, " ", a), r)
				c.waves = max(2, size.Waves*100/max(seats, 50))
				g.steady = append(g.steady, c)
			}
		}
	}
	for _, f := range g.factors {
		r := Promised.under(regime{seats: size.Seats, rho: 2, giveUp: 0.2})
		// Each block is one surge with what follows.
		r.surge = func(wave int) float64 {
			if since := wave - settleBeforeSurge; since >= 0 && since%(surgeWeeks+afterSurge) < surgeWeeks {
				return f
			}
			return 1
		}
		c := newCell(size, sample.Name("surge", f), r)
		c.settle, c.waves = settleBeforeSurge, surgeWeeks+afterSurge
		g.surges = append(g.surges, c)
	}
	return g
}

const settleBeforeSurge = 60

func (g *guarantee) jobs() []sample.Job { return append(jobsOf(g.steady), jobsOf(g.surges)...) }

func (c *cell) missed() sample.Estimate {
	return sample.Over(c.blocks, func(t *tally) sample.Pair { return sample.Pair{Got: 1000 * float64(t.missed), Due: float64(t.wins)} })
}

func (g *guarantee) rows() []GuaranteeRow {
	rows := make([]GuaranteeRow, len(g.steady))
	for i, c := range g.steady {
		s := sum(c.blocks)
		rows[i] = GuaranteeRow{
			Seats: c.regime.seats, Rho: c.regime.rho, GiveUp: c.regime.giveUp, T: c.regime.target, Wins: s.wins, Missed: c.missed(),
			Ensured: float64(s.ensured) / float64(s.waves) / float64((c.regime.seats+1)/2), Longest: sample.Quantile(s.waits[:], 1),
		}
	}
	return rows
}

func (g *guarantee) surgeRows() []SurgeRow {
	rows := make([]SurgeRow, len(g.surges))
	for i, c := range g.surges {
		rows[i] = SurgeRow{Factor: g.factors[i], Weeks: surgeWeeks, Seats: c.regime.seats, Missed: c.missed()}
	}
	return rows
}
