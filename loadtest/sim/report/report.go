package report

import (
	"bytes"
	_ "embed" // the page's template
	"fmt"
	"math"
	"strings"
	"text/template"

	"chesna/loadtest/sim"
	"chesna/loadtest/sim/queue"
	"chesna/loadtest/sim/sample"
)

//go:embed fairness.md.tmpl
var page string

// Pages returns the page and its pictures, by their paths inside the folder of documents.
func Pages(f *sim.Findings) (map[string][]byte, error) {
	out, err := pictures(f)
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"est": estimate, "in": inside, "num": number, "pct": percent, "whole": whole, "ratio": factor, "never": never,
		"fine":  func(e sample.Estimate) string { return fmt.Sprintf("%.3f (%.3f–%.3f)", e.Mean, e.Low, e.High) },
		"tenth": func(i int) int { return i + 1 },
		"div":   func(a, b int) int { return a / b },
		"uk":    func(s string) string { return strings.ReplaceAll(s, ".", ",") },
		"small": func(r queue.GuaranteeRow) bool { return r.Seats < largePost },
		"over":  func(r queue.GuaranteeRow) int { return max(0, r.Longest-1-r.T) },
	}).Parse(page)
	if err != nil {
		return nil, fmt.Errorf("parse the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct {
		*sim.Findings
		Goals []goal
		Key   key
	}{f, goals(f), keyOf(f)}); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	out["FAIRNESS.md"] = bytes.ReplaceAll(b.Bytes(), []byte("| \n"), []byte("|\n"))
	return out, nil
}

// number keeps three significant digits, two behind the point at most, and says where there is nothing.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return "∞"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// estimate is a mean with its interval, as 1.00 (0.98–1.02).
func estimate(e sample.Estimate) string {
	if math.IsNaN(e.Mean) {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", number(e.Mean), number(math.Max(0, e.Low)), number(e.High))
}

// inside is an estimate that should lie in 1.00 ± 0.05: an asterisk marks an interval that reaches beyond, two mark
// a mean that lies beyond.
func inside(e sample.Estimate) string {
	return estimate(e) + stars(e)
}

func stars(e sample.Estimate) string {
	switch {
	case math.IsNaN(e.Mean) || e.Within(low, high):
		return ""
	case e.Mean >= low && e.Mean <= high:
		return " \\*"
	}
	return " \\*\\*"
}

// factor is a ratio of two positive things, which may be infinite.
func factor(e sample.Estimate) string {
	if math.IsNaN(e.Mean) || math.IsInf(e.Mean, 0) {
		return "∞"
	}
	return estimate(e)
}

func percent(v float64) string {
	if v > 0 && v < 0.001 {
		return fmt.Sprintf("%.3f %%", 100*v)
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}

func whole(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// never is a number of draws, or never where nobody was served.
func never(served float64, draws int) string {
	if served < 0.0005 {
		return "never"
	}
	return fmt.Sprint(draws)
}
