// Package report writes the findings of package sim down: docs/FAIRNESS.md and its pictures. Each number in the text
// comes from the findings, so that the page stays true when the seed or the rules change; goals that are missed are
// marked by the same code that marks those that are reached.
//
// Reading order: report.go, fairness.md.tmpl, goals.go (what is asked and what came out), pictures.go.
package report
