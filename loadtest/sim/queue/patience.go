package queue

import (
	"chesna/loadtest/sim/sample"
)

// Rules are how losses count.
type Rules int

// The rules that are compared.
const (
	Equal    Rules = iota // everybody has one ticket
	Ageing                // one more ticket for each loss, eight at most
	Promised              // ageing, and a guarantee after T losses
	rules
)

func (r Rules) String() string {
	return [...]string{"equal weights", "ageing", "ageing and guarantee"}[r]
}

// under puts a regime under the rules.
func (r Rules) under(g regime) regime {
	g.ageing = r != Equal
	if r == Promised {
		g.target = target(g.rho, g.giveUp)
	}
	return g
}

// PatienceRow is a ring that never gives up, at one give-up rate of the people.
type PatienceRow struct {
	GiveUp  float64
	Ratio   [rules]sample.Estimate // seats ÷ entries
	Patient [rules]sample.Estimate // an identity of the ring ÷ a person who never gives up either
}

// FarmRow is a way to use weights, with a rule that forbids it on or off.
type FarmRow struct {
	Picky float64 // share of the people who accept only the three prime windows
	Name  string
	Ratio sample.Estimate // seats that it signs ÷ entries
	Prime sample.Estimate // the same for the windows that more people want
}

type patience struct {
	cells     [][rules]*cell
	farms     []*cell
	farmNames []string
}

// Shares of people who accept only the prime windows.
const (
	crowded = 0.4
	spread  = 0.05
)

// ordinary is the post of the queue studies: 100 seats a week, three new entrants a seat.
func ordinary(size Size, giveUp float64) regime {
	return regime{seats: size.Seats, rho: 3, giveUp: giveUp, patient: 0.05}
}

// withRing gives the ring about a twentieth of the queue.
func withRing(g regime, r ring) regime {
	r.identities = int(g.expected() / 20)
	g.ring = r
	return g
}

func newPatience(size Size) *patience {
	p := &patience{}
	for _, a := range size.GiveUps {
		var row [rules]*cell
		for r := range rules {
			row[r] = newCell(size, sample.Name("patience", a, " ", r), r.under(withRing(ordinary(size, a), ring{})))
		}
		p.cells = append(p.cells, row)
	}
	for _, f := range []struct {
		name  string
		picky float64
		ring  ring
	}{
		{"signs whatever is offered", crowded, ring{}},
		{"lies low in the three crowded windows until it has eight tickets, then accepts all", crowded, ring{lieLow: true}},
		{"rule off: losses in hopeless draws elsewhere count, so it starts with eight tickets", crowded, ring{bornLosses: 7}},
		{"signs whatever is offered", spread, ring{}},
		{"signs only offers in three windows; a refusal costs its weight, two cost a pause", spread, ring{primeOnly: true}},
		{"rule off: the same, and a refusal costs nothing", spread, ring{primeOnly: true, keepWeight: true}},
	} {
		market := ordinary(size, 0.2)
		market.windows, market.picky, market.ageing = windowsOfWave, f.picky, true
		p.farms = append(p.farms, newCell(size, sample.Name("farm", f.picky, " ", f.name), withRing(market, f.ring)))
		p.farmNames = append(p.farmNames, f.name)
	}
	return p
}

func (p *patience) jobs() []sample.Job {
	jobs := jobsOf(p.farms)
	for _, row := range p.cells {
		jobs = append(jobs, jobsOf(row[:])...)
	}
	return jobs
}

func (p *patience) rows() []PatienceRow {
	rows := make([]PatienceRow, len(p.cells))
	for i, cells := range p.cells {
		rows[i].GiveUp = cells[0].regime.giveUp
		for r, c := range cells {
			rows[i].Ratio[r], rows[i].Patient[r] = c.ringRatio(), c.againstPatient()
		}
	}
	return rows
}

func (p *patience) farmRows() []FarmRow {
	rows := make([]FarmRow, len(p.farms))
	for i, c := range p.farms {
		rows[i] = FarmRow{c.regime.picky, p.farmNames[i], c.ringRatio(), c.primeRatio()}
	}
	return rows
}
