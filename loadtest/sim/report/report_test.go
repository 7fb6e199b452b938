package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"chesna/loadtest/sim"
	"chesna/loadtest/sim/queue"
	"chesna/loadtest/sim/sample"
)

// little is a study that is just large enough to fill every table.
func little(t *testing.T) *sim.Findings {
	t.Helper()
	f, err := sim.Run(3, sim.Size{
		People: 300, Seats: 30, Bots: []int{20, 60}, BotSeats: 60, DrawsOfCrowd: 2, MinBatches: 4, Repeats: 3,
		Queue: queue.Size{Waves: 2, Blocks: 4, Seats: 10, Posts: []int{10, 100}, Rhos: []float64{2}, GiveUps: []float64{0.4}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPages(t *testing.T) {
	f := little(t)
	pages, err := Pages(f)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Pages(f)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range pages {
		if !bytes.Equal(text, again[name]) {
			t.Errorf("%s differs the second time", name)
		}
		for _, wrong := range []string{"NaN", "%!", "<no value>", "+Inf"} {
			if bytes.Contains(text, []byte(wrong)) {
				t.Errorf("%s contains %s", name, wrong)
			}
		}
		if strings.HasSuffix(name, ".svg") {
			wellFormed(t, name, text)
		}
	}
	page := string(pages["FAIRNESS.md"])
	links := regexp.MustCompile(`!\[[^]]+\]\(([^)]+)\)`).FindAllStringSubmatch(page, -1)
	if len(links) != len(pages)-1 {
		t.Errorf("%d pictures are shown, %d made", len(links), len(pages)-1)
	}
	for _, l := range links {
		if pages[l[1]] == nil {
			t.Errorf("%s is shown and not made", l[1])
		}
	}
	columns(t, page)
}

func wellFormed(t *testing.T, name string, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// columns checks that the rows of each table have as many cells as its head.
func columns(t *testing.T, page string) {
	t.Helper()
	want := 0
	for _, l := range strings.Split(page, "\n") {
		n := strings.Count(l, "|")
		switch {
		case n == 0:
			want = 0
		case want == 0:
			want = n
		case n != want:
			t.Errorf("%d bars instead of %d: %s", n, want, l)
		}
	}
}

func TestInside(t *testing.T) {
	for want, e := range map[string]sample.Estimate{
		"1.00 (0.98–1.02)":        {Mean: 1, Low: 0.98, High: 1.02},
		"1.00 (0.90–1.10) \\*":    {Mean: 1, Low: 0.9, High: 1.1},
		"1.06 (1.00–1.12) \\*\\*": {Mean: 1.06, Low: 1, High: 1.12},
		"0.02 (0.00–0.05) \\*\\*": {Mean: 0.02, Low: -0.01, High: 0.05},
		"111 (110–112) \\*\\*":    {Mean: 111, Low: 110, High: 112},
		"12.3 (12.0–12.6) \\*\\*": {Mean: 12.34, Low: 12, High: 12.6},
		"–":                       {Mean: math.NaN()},
	} {
		if got := inside(e); got != want {
			t.Errorf("%+v is written as %q, want %q", e, got, want)
		}
	}
}

// TestGoals checks that a goal that is missed is called so.
func TestGoals(t *testing.T) {
	good := sample.Estimate{Mean: 1, Low: 0.97, High: 1.03}
	f := &sim.Findings{
		Size:   sim.Size{Bots: []int{10}},
		Shares: []sim.ShareRow{{Draw: good, Pools: [4]sample.Estimate{good, good, good, good}}},
		Tenths: sim.Tenths{Ratio: good},
		Findings: queue.Findings{Guarantee: []queue.GuaranteeRow{
			{Seats: 10, Missed: sample.Estimate{Mean: 50}}, {Seats: 100, Missed: sample.Estimate{Mean: 0.5}},
		}},
	}
	for _, g := range goals(f) {
		if g.Verdict != "reached" {
			t.Errorf("%s: %s", g.Asked, g.Verdict)
		}
	}
	bad := sample.Estimate{Mean: 1.2, Low: 1.1, High: 1.3}
	f.Shares[0].Draw, f.Shares[0].Pools[sim.Returned], f.Tenths.Ratio, f.Guarantee[1].Missed.Mean = bad, bad, bad, 1.5
	for _, g := range goals(f) {
		if g.Verdict != "**not reached**" {
			t.Errorf("%s: %s", g.Asked, g.Verdict)
		}
	}
	f.Shares[0].Pools[sim.Returned] = sample.Estimate{Mean: 1, Low: 0.9, High: 1.1}
	f.Shares[0].Draw = good
	if got := goals(f)[1].Verdict; !strings.Contains(got, "too wide") {
		t.Errorf("an interval that is too wide: %s", got)
	}
}
