package queue

import (
	"chesna/loadtest/sim/sample"
)

// WaitRow is how long people wait under one policy, without scalpers.
type WaitRow struct {
	Name              string
	Served            float64 // of those who came and left, with a seat or without
	SlowServed        float64 // the same for the slowest fifth
	Median, P95, Most int     // draws entered until served, of the served
	SlowP95           int
	PatientP95        int       // of those who never give up
	Counts            []float64 // share of the served who waited at most i draws
}

type waiting struct {
	names []string
	cells []*cell
}

func newWaiting(size Size) *waiting {
	w := &waiting{}
	add := func(name string, r regime) {
		w.names = append(w.names, name)
		w.cells = append(w.cells, newCell(size, sample.Name("waiting", name), r))
	}
	first := ordinary(size, size.GiveUps[0])
	first.firstCome = true
	add("first come, first served", first)
	for r := range rules {
		add("draw, "+r.String(), r.under(ordinary(size, size.GiveUps[0])))
	}
	return w
}

func (w *waiting) jobs() []sample.Job { return jobsOf(w.cells) }

func (w *waiting) rows() []WaitRow {
	const shown = 40
	rows := make([]WaitRow, len(w.cells))
	for i, c := range w.cells {
		s := sum(c.blocks)
		rows[i] = WaitRow{
			Name: w.names[i], Served: part(s.came, s.left), SlowServed: part(s.slowCame, s.slowLeft),
			Median: sample.Quantile(s.waits[:], 0.5), P95: sample.Quantile(s.waits[:], 0.95), Most: sample.Quantile(s.waits[:], 1),
			SlowP95: sample.Quantile(s.slowWaits[:], 0.95), PatientP95: sample.Quantile(s.patientWaits[:], 0.95),
			Counts: make([]float64, shown+1),
		}
		seen := 0
		for n := range rows[i].Counts {
			seen += s.waits[n]
			rows[i].Counts[n] = float64(seen) / float64(max(1, s.came))
		}
	}
	return rows
}

// part is a ÷ (a + b).
func part(a, b int) float64 { return float64(a) / float64(max(1, a+b)) }
