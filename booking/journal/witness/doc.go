// Package witness is a small stand-alone cosigner (C2SP tlog-witness, tlog-cosignature v1): it remembers the last head of
// each log that it knows and cosigns only what extends it. A court, an ombudsman or a newspaper can run it.
//
// Terms. To cosign says: at this time this was the largest tree of the log that I had seen, and it extends everything that
// I cosigned before. A mirror also holds the files of the draws: it cosigns a checkpoint that covers a close only when it has
// that draw's files.
//
// Invariants.
//   - For one origin one request at a time is judged; the new head is durable before the cosignature leaves. So two trees
//     of one size, or a smaller one, are never cosigned, whatever happens to the process.
//   - One process uses a folder (a lock on it).
//   - Only checkpoints signed by a log's own key are looked at further; all sizes are bounded before.
//   - Nothing that an operator sends becomes a path unless it has the form of a draw's name.
//
// The folder: key (mode 0600), lock, <id>/checkpoint (the last cosigned one), <id>/entries (a mirror's copy of the leaves),
// <id>/fork-* and <id>/unproved-* (signed heads that were not cosigned: evidence), files/<drawID>/<name>; id is the hex SHA-256 of the
// origin.
//
// Addresses: POST /add-checkpoint, GET /checkpoint/<id>, GET /key, GET /files/<drawID>/<name>.
//
// Reading order: key.go, server.go (the judge), state.go, mirror.go, files.go.
package witness
