// Package draw gives scarce seats by lot: from two published files and one public random value to a result
// that anyone can compute again, byte for byte. It is pure and imports nothing of ours.
//
// # Terms
//
// The manifest lists the seats of a draw, the entries its participants under pseudonyms (nf) with weight w,
// guarantee g, size and accepted windows. The seed comes from a beacon round that was still unknown when both
// files were closed. An entry's key is the smallest of w tickets; the order of keys is the order of the draw.
//
// # Invariants
//
//   - The result depends on the files and the seed alone: not on the order of arrival, not on the machine.
//   - No seat is given twice; an admitted entry gets exactly as many seats as its size, in one window it
//     accepts, and never loses them.
//   - With sizes all 1 the number of served entries is the greatest possible, and the closed windows prove it.
//   - A file that breaks the grammar is refused with the line named; nothing is guessed.
//
// # Reading order
//
// manifest.go and entries.go (grammar), merkle.go with hasher.go, seed.go (keys and their order), choose.go with
// paths.go (who is served), place.go (which seats), run.go; leaf.go is what the log of draws says.
//
// The names and byte formats are version chesna/draw/v1.
package draw
