// Package wavetest tells whether an adapter keeps the promises of wave.Ledger.
//
// Terms. Ledger is the contract suite: tests against the interface alone. A World is one empty ledger of waves with the
// ledger of bookings under it and a clock that stands until a test moves it. CheckInvariants reads the whole state and
// says what is not true of it. Model compares the ledger with the simplest program that has the same answers, over
// random steps.
//
// Nothing but tests may import this package. Reading order: suite.go, world.go, the *_cases.go files, invariants.go,
// model.go.
package wavetest
