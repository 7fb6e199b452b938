package plot

// Bar is a value with its interval and what it is called.
type Bar struct {
	Name      string
	Value     float64
	Low, High float64
	Text      string // written behind the bar
	Stressed  bool
}

// Bars is a chart of horizontal bars.
type Bars struct {
	Title, Desc string
	X           Axis
	From        float64 // where bars begin: 1 for ratios
	Bars        []Bar
}

// SVG draws the chart.
func (b *Bars) SVG() ([]byte, error) {
	const width, rowHeight, names = 680, 30, 292
	f := frame{names, 40, width - 64, 40 + rowHeight*float64(len(b.Bars))}
	p := &picture{Title: b.Title, Desc: b.Desc, Width: width, Height: int(f.bottom) + 52}
	p.Words = append(p.Words, word{px(margin), "24", "start", 15, false, b.Title})
	x := func(v float64) float64 { return f.left + b.X.place(v)*(f.right-f.left) }
	for _, t := range b.X.Ticks {
		p.Grid = append(p.Grid, line{px(x(t)), px(f.top), px(x(t)), px(f.bottom), pale})
		p.Words = append(p.Words, word{px(x(t)), px(f.bottom + 16), "middle", 12, false, b.X.text(t)})
	}
	for i, bar := range b.Bars {
		y := f.top + rowHeight*float64(i)
		colour, _ := style(btoi(bar.Stressed))
		from, to := x(min(b.From, bar.Value)), x(max(b.From, bar.Value))
		p.Rects = append(p.Rects, rect{px(from), px(y + 6), px(max(1, to-from)), px(rowHeight - 12), colour})
		if bar.Low != bar.High {
			p.Lines = append(p.Lines, line{px(x(bar.Low)), px(y + rowHeight/2), px(x(bar.High)), px(y + rowHeight/2), ink})
		}
		p.Words = append(p.Words,
			word{px(f.left - 8), px(y + rowHeight/2 + 4), "end", 12, false, bar.Name},
			word{px(max(to, x(bar.High)) + 6), px(y + rowHeight/2 + 4), "start", 12, false, bar.Text})
	}
	p.Lines = append(p.Lines, line{px(x(b.From)), px(f.top), px(x(b.From)), px(f.bottom), ink})
	p.Words = append(p.Words, word{px((f.left + f.right) / 2), px(f.bottom + 38), "middle", 12, false, b.X.Label})
	return p.render()
}
