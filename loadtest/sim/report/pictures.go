package report

import (
	"fmt"
	"math"

	"chesna/loadtest/sim"
	"chesna/loadtest/sim/plot"
	"chesna/loadtest/sim/queue"
	"chesna/loadtest/sim/sample"
)

// pictures are the charts of the page, by their paths.
func pictures(f *sim.Findings) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, chart := range map[string]interface{ SVG() ([]byte, error) }{
		"shares": shares(f), "tenths": tenths(f), "patience": patience(f), "ablation": ablation(f), "waiting": waiting(f), "guarantee": guarantee(f),
	} {
		b, err := chart.SVG()
		if err != nil {
			return nil, err
		}
		out["fairness/"+name+".svg"] = b
	}
	return out, nil
}

func shares(f *sim.Findings) *plot.Lines {
	series := []plot.Series{
		{Name: fmt.Sprintf("first come, first served, %d seats", f.Size.Seats/10), Marks: true},
		{Name: fmt.Sprintf("first come, first served, %d seats", f.Size.Seats), Marks: true},
		{Name: "draws, all pools and returned seats", Marks: true},
	}
	for _, r := range f.Shares {
		for i, e := range []sample.Estimate{r.FirstComeTenth, r.FirstCome, r.Draw} {
			series[i].Points = append(series[i].Points, point(float64(r.Bots), e))
		}
	}
	return &plot.Lines{
		Title: "A scalper's share of the seats ÷ his share of the identities",
		Desc:  fmt.Sprintf("Over the number of bot identities among %d people: far above 1 when seats go by speed, 1 when they are drawn.", f.Size.People),
		X:     plot.Axis{Label: fmt.Sprintf("bot identities beside %d people", f.Size.People), Log: true, Ticks: []float64{10, 50, 100, 200, 500, 1000, 2000}},
		Y:     plot.Axis{Label: "ratio (1 = nothing gained)", Log: true, Ticks: []float64{0.5, 1, 2, 5, 10, 20, 50, 100, 200}},
		Band:  [2]float64{low, high}, Series: series,
	}
}

func point(x float64, e sample.Estimate) plot.Point {
	return plot.Point{X: x, Y: e.Mean, Low: e.Low, High: e.High}
}

func tenths(f *sim.Findings) *plot.Lines {
	first, drawn := plot.Series{Name: "first come, first served", Marks: true}, plot.Series{Name: "draw, of those who entered", Marks: true}
	all := plot.Series{Name: "draw, late hearers counted as losers", Marks: true}
	for d := range 10 {
		x := float64(d + 1)
		first.Points = append(first.Points, plot.Point{X: x, Y: 100 * f.Tenths.FirstCome[d]})
		drawn.Points = append(drawn.Points, plot.Point{X: x, Y: 100 * f.Tenths.Draw[d]})
		all.Points = append(all.Points, plot.Point{X: x, Y: 100 * f.Tenths.Draw[d] * (1 - f.Tenths.Missed[d])})
	}
	return &plot.Lines{
		Title: "Chance of a seat, by how fast somebody reacts",
		Desc:  "First come, first served gives the fastest tenth most of the seats and half of the people none; the draw gives each tenth the same.",
		X:     plot.Axis{Label: "tenth of the people, 1 = fastest", Ticks: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		Y:     plot.Axis{Label: "chance", Suffix: " %", Ticks: []float64{0, 10, 20, 30, 40, 50, 60, 70, 80}}, Series: []plot.Series{first, drawn, all},
	}
}

func patience(f *sim.Findings) *plot.Bars {
	b := &plot.Bars{
		Title: "A scalper whose identities never give up",
		Desc:  "His share of the seats over his share of the entries, by the rule of weights and by how many people give up after a loss.",
		X:     plot.Axis{Label: "share of the seats ÷ share of the entries", Ticks: []float64{0.5, 1, 1.5, 2}}, From: 1,
	}
	for _, r := range f.Patience {
		for i, e := range r.Ratio {
			b.Bars = append(b.Bars, bar(fmt.Sprintf("%.0f %% give up: %s", 100*r.GiveUp, queue.Rules(i)), e, i > 0))
		}
	}
	return b
}

func bar(name string, e sample.Estimate, stressed bool) plot.Bar {
	return plot.Bar{Name: name, Value: e.Mean, Low: e.Low, High: e.High, Text: number(e.Mean), Stressed: stressed}
}

func ablation(f *sim.Findings) *plot.Bars {
	b := &plot.Bars{
		Title: "What a scalper gains when one condition does not hold",
		Desc:  "Share of the seats he can sell over his share of the real identities, all conditions on and each one off.",
		X:     plot.Axis{Label: "share of the seats ÷ share of the real identities", Ticks: []float64{0, 1, 2, 4, 6, 8, 10}}, From: 1,
	}
	names := []string{
		"all conditions hold", "C1 off: arrival counts", "C2 off: many entries per identity", "C3 off: the name can change",
		"C4 off: returned seats open at once", "C5 off: false identities work", "C6 off: odds can be raised", "C7 off: there is a side door",
	}
	for i, r := range f.Ablation {
		b.Bars = append(b.Bars, bar(names[i], r.Ratio, i > 0))
	}
	return b
}

func waiting(f *sim.Findings) *plot.Lines {
	l := &plot.Lines{
		Title: "How long those who got a seat had waited",
		Desc:  "Share of the served who waited at most so many draws, by policy. The guarantee ends the long tail and lengthens the short waits.",
		X:     plot.Axis{Label: "draws entered until served", Ticks: []float64{0, 5, 10, 15, 20, 25, 30, 35, 40}},
		Y:     plot.Axis{Label: "of the served", Suffix: " %", Ticks: []float64{0, 20, 40, 60, 80, 100}},
	}
	for _, r := range f.Waits {
		s := plot.Series{Name: r.Name}
		for n, c := range r.Counts {
			s.Points = append(s.Points, plot.Point{X: float64(n), Y: 100 * c})
		}
		l.Series = append(l.Series, s)
	}
	return l
}

// guarantee shows the worst case of each size of post.
func guarantee(f *sim.Findings) *plot.Bars {
	b := &plot.Bars{
		Title: "Guaranteed entries missed per 1,000 wins: the worst case of each size of post",
		Desc:  "In a steady state; with a scalper who never gives up; and where arrivals multiply for eight weeks, T staying as it was.",
		X:     plot.Axis{Label: "missed per 1,000 wins (goal: at most 1)", Log: true, Ticks: []float64{0.1, 1, 10, 100, 1000, 10000}}, From: 0.1,
	}
	worst := map[int]queue.GuaranteeRow{}
	for _, r := range f.Guarantee {
		if w, ok := worst[r.Seats]; !ok || r.Missed.Mean > w.Missed.Mean {
			worst[r.Seats] = r
		}
	}
	for _, seats := range f.Size.Queue.Posts {
		r := worst[seats]
		b.Bars = append(b.Bars, bar(fmt.Sprintf("%d seats a wave, steady", seats), atLeast(r.Missed), seats < largePost))
		b.Bars[len(b.Bars)-1].Text = number(r.Missed.Mean)
	}
	for _, r := range f.Strains {
		b.Bars = append(b.Bars, bar(r.Short, atLeast(r.Fixed), true))
		b.Bars[len(b.Bars)-1].Text = number(r.Fixed.Mean)
	}
	return b
}

// atLeast keeps a value on a logarithmic axis.
func atLeast(e sample.Estimate) sample.Estimate {
	return sample.Estimate{Mean: math.Max(e.Mean, 0.1), Low: math.Max(e.Low, 0.1), High: math.Max(e.High, 0.1)}
}
