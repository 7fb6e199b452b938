// Package bookingtest tells whether an adapter keeps the promises of booking's interfaces.
//
// Terms. A contract suite is a list of tests against an interface: Inventory(t, factory) for booking.Inventory,
// Store(t, open) for booking.Ledger and booking.WeekLedger. A model is the simplest program with the same answers; a model test compares it with the adapter over random
// steps. An invariant is true after every step; CheckInvariants reads the whole state and says which is not.
//
// Invariants. Suites use only the interface and the harness that the factory gives; they wait for nothing by the
// clock: time is the harness's. Nothing but tests may import this package.
//
// Reading order: inventory.go and the inventory_*.go files, invariants.go; store.go and the store_*.go files;
// invariants_ledger.go, which compares the two sides; servers starts the real servers that suites run on.
package bookingtest
