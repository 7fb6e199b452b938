package plot

import (
	"fmt"
	"math"
	"strconv"
)

// Axis is a scale with its ticks. The first and the last tick are its ends.
type Axis struct {
	Label  string
	Log    bool
	Ticks  []float64
	Suffix string // behind each tick, as in 10 %
}

// place is where a value stands between the ends of the axis, 0 to 1. What is beyond is put at the end.
func (a Axis) place(v float64) float64 {
	low, high := a.Ticks[0], a.Ticks[len(a.Ticks)-1]
	if a.Log {
		low, high, v = math.Log(low), math.Log(high), math.Log(math.Max(v, low))
	}
	return min(1, max(0, (v-low)/(high-low)))
}

func (a Axis) text(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) + a.Suffix }

// picture is what the template writes: lines, shapes and words with their places.
type picture struct {
	Title, Desc   string
	Width, Height int
	Bands         []rect // below everything
	Grid          []line
	Rects         []rect
	Lines         []line
	Paths         []path
	Marks         []mark
	Words         []word
}

type (
	rect struct {
		X, Y, W, H string
		Fill       string
	}
	line struct {
		X1, Y1, X2, Y2 string
		Stroke         string
	}
	path struct{ D, Stroke, Dash string }
	mark struct{ X, Y, Fill string }
	word struct {
		X, Y   string
		Anchor string
		Size   int
		Turn   bool
		Text   string
	}
)

const (
	ink    = "#1f2933"
	pale   = "#d9dee3"
	band   = "#e6f2e6"
	margin = 16
)

// style is the colour and dash of a series; both differ, so that colour is not needed to tell them apart.
func style(i int) (colour, dash string) {
	colours := [...]string{"#0b5394", "#c2410c", "#3f6212", "#6b21a8"}
	dashes := [...]string{"", "7 4", "2 3", "9 3 2 3"}
	return colours[i%len(colours)], dashes[i%len(dashes)]
}

func px(v float64) string { return fmt.Sprintf("%.1f", v) }
