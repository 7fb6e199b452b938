// Package journal is the append-only record: two logs of one kind, which anybody can check and nobody can rewrite unseen.
//
// Terms. A leaf is one canonical JSON value (RFC 8785). The log journal holds every change that staff could be tempted to
// change, and one blinded leaf for each event of the ledger; the log draws holds announcements, closes, voids and results, and
// the seq of a leaf is its index. A tree is that of RFC 6962; a head is its size and root; a checkpoint is a head as a signed
// note (C2SP tlog-checkpoint). A witness is somebody else who remembers the last checkpoint and cosigns only what extends it
// (C2SP tlog-cosignature, tlog-witness). To sequence is to move what waits into the tree; to publish is to sign the committed
// head, and to collect cosignatures and an RFC 3161 time stamp for it. A trust policy says whose words count.
//
// Invariants.
//   - A leaf is committed in the transaction of the change that it records (journal/pgstore), and gets its place later: at most
//     one sequencer at a time extends a log, and the head moves only from exactly the head that was extended.
//   - Only committed heads are signed, one root for each size. Before a signature the head is compared with what was published
//     before, which is remembered outside the database; the new one is remembered durably before anybody sees it.
//   - A restored backup is refused at start (Check): it is behind what was published, or what a witness remembers.
//   - A checkpoint, once stored, only gains cosignatures and its time stamp. A witness that answers late is added late.
//   - Each file format has one form: parse, then format, gives the same bytes; everything else is refused (CodeInvalid).
//
// Not promised: the order of leaves in the log journal; a cosignature or a time stamp by any moment; that a leaf is true.
//
// Blinded leaves. The leaf of an event is {"c":"<hex SHA-256(event ‖ blind)>","type":"event"}: event is its canonical JSON (see
// EventJSON, which names the keys), blind 32 random bytes that only its subject is given. With both, the leaf's index and Prove
// she can show that a line of her record of actions stood in the log at that time.
//
// Layout. Core: leaf.go, canonical.go, tree.go, checkpoint.go, cosignature.go, proof.go, policy.go, tile.go: pure. Running a
// log: log.go (deps, Sequence), read.go, publish.go, check.go, published.go, handler.go (tlog-tiles over HTTP),
// witnessclient.go. Beside it: pgstore (the store), witness (the cosigner), monitor (reads a log from outside), journaltest.
// Reading order: tree.go, checkpoint.go, log.go, publish.go, check.go.
package journal
