// Package arch holds the tests of the house rules: which package may import what, and the shape of the source. It has no code of its own.
//
// Terms. A core package is pure: types, rules and use cases without clock, network, files or randomness. An adapter is a sub-package named after a
// technology. A test package lies in a folder whose name ends in `test` (bookingtest, fraudtest) or below it; `_test.go` files are free of the import
// rules.
//
// The rules are functions over a graph of packages, so that they are tested on planted faults as well as on the real code, and they speak of
// packages that may not exist yet.
//
// Reading order: rules_test.go (the import rules), graph_test.go (reading `go list`), source_test.go (syntax and length), arch_test.go (all of it on this
// module), planted_test.go (that the rules find faults).
package arch
