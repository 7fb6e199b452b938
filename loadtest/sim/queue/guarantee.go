package queue

import (
	"fmt"

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

// StrainRow is a post where something is not as the rule for T assumes.
type StrainRow struct {
	Name     string
	Short    string // for a picture
	Seats    int
	Fixed    sample.Estimate // missed per 1,000 wins while T stays as published
	Measured sample.Estimate // where T follows ρ and the give-up rate of the last twelve waves
}

type guarantee struct {
	steady  []*cell
	strains [][2]*cell
	names   [][2]string
}

const (
	surgeWeeks = 8
	afterSurge = 26
)

func newGuarantee(size Size) *guarantee {
	g := &guarantee{}
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
	for _, a := range size.GiveUps {
		name := fmt.Sprintf("ρ = 3, a = %g, 5 %% of the people and a scalper with a twentieth of the entries never give up", a)
		g.strain(size, name, fmt.Sprintf("%d seats, a = %g, with a ring", size.Seats, a), Promised.under(withRing(ordinary(size, a), ring{})), nil)
	}
	for _, f := range []float64{1.5, 2, 3} {
		name := fmt.Sprintf("ρ = 2, a = 0.2, arrivals × %g for %d weeks", f, surgeWeeks)
		g.strain(size, name, fmt.Sprintf("%d seats, arrivals × %g for %d weeks", size.Seats, f, surgeWeeks), Promised.under(regime{seats: size.Seats, rho: 2, giveUp: 0.2}), func(wave int) float64 {
			if since := wave - settleBeforeSurge; since >= 0 && since%(surgeWeeks+afterSurge) < surgeWeeks {
				return f
			}
			return 1
		})
	}
	return g
}

// strain plans a post with T fixed and with T measured. Each block of a surge is one surge with what follows.
func (g *guarantee) strain(size Size, name, short string, r regime, surge func(int) float64) {
	var pair [2]*cell
	for i := range pair {
		r.surge, r.measured = surge, i == 1
		pair[i] = newCell(size, sample.Name("strain", name, " ", i), r)
		if surge != nil {
			pair[i].settle, pair[i].waves = settleBeforeSurge, surgeWeeks+afterSurge
		}
	}
	g.strains = append(g.strains, pair)
	g.names = append(g.names, [2]string{name, short})
}

const settleBeforeSurge = 60

func (g *guarantee) jobs() []sample.Job {
	jobs := jobsOf(g.steady)
	for _, pair := range g.strains {
		jobs = append(jobs, jobsOf(pair[:])...)
	}
	return jobs
}

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

func (g *guarantee) strainRows() []StrainRow {
	rows := make([]StrainRow, len(g.strains))
	for i, pair := range g.strains {
		rows[i] = StrainRow{Name: g.names[i][0], Short: g.names[i][1], Seats: pair[0].regime.seats, Fixed: pair[0].missed(), Measured: pair[1].missed()}
	}
	return rows
}
