// Package lot gives seats to a crowd: by lot, with the project's own booking/draw, or first come, first served.
//
// # Terms
//
// A wish is what the published line of an entry says. A lot is a draw with its files parsed, which can be drawn many
// times, each with another beacon value. An actor is a person, or an identity that a scalper rents.
//
// # Invariants
//
// Every lot goes through draw.ParseManifest, draw.ParseEntries and draw.Run: what is measured is what runs in
// production, but for the beacon, whose signature is random bytes here.
//
// Reading order: lot.go, people.go, firstcome.go.
package lot
