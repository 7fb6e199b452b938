// Package problem turns refusals into RFC 9457 problems at the edge, and nowhere else.
//
// # Terms
//
// A code is the stable name of a reason ("sold-out"). Each code of booking, identity and of the edge itself
// ([Code]) has one [Row]: status, titles and an explanation in Ukrainian and English. A [Problem] is what a
// client gets; a [Field] points at one member of the input that is wrong.
//
// # Invariants
//
//   - Every code has exactly one row; an error without a known code is "internal" and says nothing else.
//   - A problem holds neither input values nor causes. The pointer of an unknown member repeats its name only
//     when that is short and plain.
//   - docs/problems.md is written from the rows (a test compares them; -update writes it).
//
// # Reading order
//
// problem.go, codes.go, rows.go, then the tables.
package problem
