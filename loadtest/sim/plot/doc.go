// Package plot draws the two kinds of charts of the fairness page as SVG: lines with intervals, and horizontal
// bars. The same input gives the same bytes.
//
// A chart has a title and a description that are read aloud instead of the picture; series differ by colour, dash and
// marker. Geometry is worked out in Go, the template only writes it down.
//
// Reading order: chart.go (axes), lines.go, bars.go, svg.go (the template).
package plot
