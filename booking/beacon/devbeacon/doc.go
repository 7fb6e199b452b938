// Package devbeacon is a beacon for demo and tests: a chain of the real scheme whose key lies in a file of this
// machine, served in the form of drand's relays.
//
// It promises nothing about chance: who reads the key file knows every round in advance. Its chain is marked as a
// development one, and whatever rests on it is to say "not independent".
//
// Invariants. A chain, once made, never changes: key, period and genesis are read from the file from then on. No
// round is given out before its time by the injected clock. The key file is mode 0600, and wider permissions are
// refused. The secret is never printed.
//
// Reading order: chain.go (key file), serve.go (rounds over HTTP).
package devbeacon
