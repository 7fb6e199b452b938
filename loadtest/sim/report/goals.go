package report

import (
	"fmt"
	"math"

	"chesna/loadtest/sim"
	"chesna/loadtest/sim/sample"
)

// The bounds of a ratio that says: nothing gained, nothing lost.
const (
	low  = 0.95
	high = 1.05
	// missedGoal is how many guaranteed entries may be missed per 1,000 wins.
	missedGoal = 1.0
	largePost  = 100
)

// goal is one thing that was asked, with what came out.
type goal struct{ Asked, Goal, Measured, Verdict string }

// key is the numbers of the summary.
type key struct {
	DrawLow, DrawHigh      string // smallest and greatest ratio over the rows, all pools
	FirstLow, FirstHigh    string // first come, first served, all seats at once
	TenthLow, TenthHigh    string // and with a release of a tenth of the seats
	PatientMost            string // greatest ratio of a ring that never gives up
	PatientLow, PatientTop string // the same against patient people
	Starred, Cells         int    // intervals that reach beyond the bounds
	Beyond                 int    // means beyond the bounds
	MostBots               int
	Unserved, Twentieth    int // of the people of one wave
}

func keyOf(f *sim.Findings) key {
	k := key{MostBots: f.Size.Bots[len(f.Size.Bots)-1], Unserved: f.Size.People - f.Size.Seats, Twentieth: f.Size.People / 20}
	draw, first, tenth, patient, even := span{}, span{}, span{}, span{}, span{}
	count := func(e sample.Estimate) {
		k.Cells++
		if s := stars(e); s != "" {
			k.Starred++
			if e.Mean < low || e.Mean > high {
				k.Beyond++
			}
		}
	}
	for _, r := range f.Shares {
		draw.add(r.Draw.Mean)
		first.add(r.FirstCome.Mean)
		tenth.add(r.FirstComeTenth.Mean)
		count(r.Draw)
		for _, p := range r.Pools {
			count(p)
		}
	}
	for _, r := range f.Patience {
		for i := range r.Ratio {
			patient.add(r.Ratio[i].Mean)
			even.add(r.Patient[i].Mean)
		}
	}
	k.DrawLow, k.DrawHigh = draw.texts()
	k.FirstLow, k.FirstHigh = first.texts()
	k.TenthLow, k.TenthHigh = tenth.texts()
	_, k.PatientMost = patient.texts()
	k.PatientLow, k.PatientTop = even.texts()
	return k
}

// span is the smallest and the greatest of some values.
type span struct {
	low, high float64
	any       bool
}

func (s *span) add(v float64) {
	if math.IsNaN(v) {
		return
	}
	if !s.any {
		s.low, s.high, s.any = v, v, true
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
}

func (s *span) texts() (lowest, highest string) { return number(s.low), number(s.high) }

func verdict(ok bool) string {
	if ok {
		return "reached"
	}
	return "**not reached**"
}

func goals(f *sim.Findings) []goal {
	allIn, widest := true, span{}
	for _, r := range f.Shares {
		allIn = allIn && r.Draw.Within(low, high)
		widest.add(r.Draw.Low)
		widest.add(r.Draw.High)
	}
	from, to := widest.texts()
	missed, worst := true, span{}
	for _, r := range f.Guarantee {
		if r.Seats >= largePost {
			missed = missed && r.Missed.Mean <= missedGoal
			worst.add(r.Missed.Mean)
		}
	}
	_, most := worst.texts()
	promise := verdict(missed)
	for _, r := range f.Strains {
		if missed && r.Fixed.Mean > missedGoal {
			promise = "reached; not under strain (section 9)"
		}
	}
	k := keyOf(f)
	pools := verdict(k.Beyond == 0)
	if k.Beyond == 0 && k.Starred > 0 {
		pools = fmt.Sprintf("means reached; %d intervals are too wide to tell", k.Starred)
	}
	return []goal{
		{"Scalper's share of the seats ÷ his share of the identities, all pools and returned seats", "1.00 ± 0.05", "all intervals in " + from + "–" + to, verdict(allIn)},
		{"The same in every pool by itself", "1.00 ± 0.05", fmt.Sprintf("%d of %d intervals wholly inside, %d means outside", k.Cells-k.Starred, k.Cells, k.Beyond), pools},
		{"Win rate of the fastest tenth of people ÷ the slowest tenth, of those who entered", "0.95–1.05", fmt.Sprintf("%.3f (%.3f–%.3f)", f.Tenths.Ratio.Mean, f.Tenths.Ratio.Low, f.Tenths.Ratio.High), verdict(f.Tenths.Ratio.Within(low, high))},
		{"Guaranteed entries missed per 1,000 wins, posts with at least 100 seats, steady state, T = ⌈1.5 T\\*⌉", "≤ 1", "at most " + most, promise},
	}
}
