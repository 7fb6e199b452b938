//go:build race

package audit_test

// honestDraws is smaller where each takes ten times as long.
const honestDraws = 60
