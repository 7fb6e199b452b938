// Package monitor reads a log as anybody can, from its tiles alone, and tells whether they hold together.
//
// Terms. A source is where a log's files are: an address, or a folder with a copy of them. A copy has the same names:
// checkpoint, checkpoint.tsr, tile/….
//
// Invariants.
//   - Nothing that a source says is believed: sizes are bounded, and every file is checked against the checkpoint.
//   - A copy's checkpoint is replaced last, so a copy that was interrupted is the whole older one, and is resumed.
//   - Memory grows with one hash for 256 leaves, not with the leaves.
//
// Reading order: source.go, verify.go, fetch.go.
package monitor
