package plot

import (
	"bytes"
	"strings"
	"testing"
)

func TestAxis(t *testing.T) {
	linear, log := Axis{Ticks: []float64{0, 5, 10}}, Axis{Log: true, Ticks: []float64{1, 10, 100}}
	for _, c := range []struct {
		axis  Axis
		value float64
		want  float64
	}{{linear, 0, 0}, {linear, 5, 0.5}, {linear, 20, 1}, {linear, -1, 0}, {log, 10, 0.5}, {log, 0, 0}, {log, 1000, 1}} {
		if got := c.axis.place(c.value); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%v stands at %v, want %v", c.value, got, c.want)
		}
	}
}

func TestWordsAreEscaped(t *testing.T) {
	axis := Axis{Label: "a < b", Ticks: []float64{0, 1}}
	for name, chart := range map[string]interface{ SVG() ([]byte, error) }{
		"lines": &Lines{Title: "<T>", Desc: "&", X: axis, Y: axis, Band: [2]float64{0.4, 0.6}, Series: []Series{{Name: "s<", Points: []Point{{0, 0, 0, 0}, {1, 1, 0.5, 1}}, Marks: true}}},
		"bars":  &Bars{Title: "<T>", Desc: "&", X: axis, Bars: []Bar{{Name: "b<", Value: 0.5, Low: 0.4, High: 0.6, Text: "<0.5"}}},
	} {
		got, err := chart.SVG()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"<title>&lt;T&gt;</title>", "<desc>&amp;</desc>", "a &lt; b"} {
			if !strings.Contains(string(got), want) {
				t.Errorf("%s: %s is missing", name, want)
			}
		}
		again, err := chart.SVG()
		if err != nil || !bytes.Equal(got, again) {
			t.Errorf("%s: not the same twice (%v)", name, err)
		}
	}
}
