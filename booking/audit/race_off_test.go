//go:build !race

package audit_test

// honestDraws is how many honest random draws are audited.
const honestDraws = 1000
