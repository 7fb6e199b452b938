package plot

import (
	"math"
	"strings"
)

// Point is a value with its interval; Low and High are equal where there is none.
type Point struct{ X, Y, Low, High float64 }

// Series is a line.
type Series struct {
	Name   string
	Points []Point
	Marks  bool
}

// Lines is a chart of series over two axes.
type Lines struct {
	Title, Desc string
	X, Y        Axis
	Band        [2]float64 // of Y, shaded: where values should lie; empty if equal
	Series      []Series
}

// frame is the drawing area of a chart.
type frame struct{ left, top, right, bottom float64 }

// SVG draws the chart.
func (l *Lines) SVG() ([]byte, error) {
	const width, height = 680, 380
	f := frame{64, 44, width - 2*margin, height - 56 - 18*float64((len(l.Series)+1)/2)}
	p := &picture{Title: l.Title, Desc: l.Desc, Width: width, Height: height}
	p.Words = append(p.Words, word{px(margin), "24", "start", 15, false, l.Title})
	x := func(v float64) float64 { return f.left + l.X.place(v)*(f.right-f.left) }
	y := func(v float64) float64 { return f.bottom - l.Y.place(v)*(f.bottom-f.top) }
	if l.Band[0] != l.Band[1] {
		p.Bands = append(p.Bands, rect{px(f.left), px(y(l.Band[1])), px(f.right - f.left), px(math.Max(2, y(l.Band[0])-y(l.Band[1]))), band})
	}
	for _, t := range l.X.Ticks {
		p.Lines = append(p.Lines, line{px(x(t)), px(f.bottom), px(x(t)), px(f.bottom + 4), ink})
		p.Words = append(p.Words, word{px(x(t)), px(f.bottom + 18), "middle", 12, false, l.X.text(t)})
	}
	for _, t := range l.Y.Ticks {
		p.Grid = append(p.Grid, line{px(f.left), px(y(t)), px(f.right), px(y(t)), pale})
		p.Words = append(p.Words, word{px(f.left - 6), px(y(t) + 4), "end", 12, false, l.Y.text(t)})
	}
	p.Lines = append(p.Lines, line{px(f.left), px(f.bottom), px(f.right), px(f.bottom), ink})
	p.Words = append(p.Words, word{px((f.left + f.right) / 2), px(f.bottom + 36), "middle", 12, false, l.X.Label})
	p.Words = append(p.Words, word{"16", px((f.top + f.bottom) / 2), "middle", 12, true, l.Y.Label})
	for i, s := range l.Series {
		colour, dash := style(i)
		var d strings.Builder
		for n, pt := range s.Points {
			d.WriteString([]string{"L", "M"}[btoi(n == 0)] + px(x(pt.X)) + " " + px(y(pt.Y)))
			if s.Marks {
				p.Marks = append(p.Marks, mark{px(x(pt.X)), px(y(pt.Y)), colour})
			}
			if pt.Low != pt.High {
				p.Lines = append(p.Lines, line{px(x(pt.X)), px(y(pt.Low)), px(x(pt.X)), px(y(pt.High)), colour})
			}
		}
		p.Paths = append(p.Paths, path{d.String(), colour, dash})
		p.legend(f.left+float64(i%2)*300, f.bottom+56+18*float64(i/2), s.Name, colour, dash)
	}
	return p.render()
}

func (p *picture) legend(x, y float64, name, colour, dash string) {
	p.Paths = append(p.Paths, path{"M" + px(x) + " " + px(y-4) + "L" + px(x+28) + " " + px(y-4), colour, dash})
	p.Words = append(p.Words, word{px(x + 34), px(y), "start", 12, false, name})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
