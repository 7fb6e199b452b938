// Package audit is the view of somebody who trusts nobody: it takes the published files of a draw and says, check by
// check, whether what was announced, entered, closed, drawn and published fits together.
//
// # Terms
//
// A bundle is the files of one draw (docs/DRAW-FILES.md). A check answers one question about it, under a fixed
// identifier that the page in the browser uses too. The trust policy names the keys that count; a verifier pins one
// of its own, or takes the bundle's and says so. A history is a folder of bundles, with or without a copy of the log
// of draws; it is judged as a whole, because some frauds show only between draws.
//
// # Invariants
//
//   - Nothing here asks a network or a clock: the same files give the same report everywhere.
//   - Whatever comes from a bundle is hostile until a check has passed: sizes are bounded before anything is read,
//     names are compared with a list, never joined to a path.
//   - A check that cannot be made because another one failed is "not applicable", never "ok".
//   - A breach of the grammar ends the audit: no other check is made (exit status 2).
//   - What a bundle alone cannot prove is not claimed: that rows are people rests on the authority's note and on the
//     desk; that staff did not drop somebody who holds no receipt rests on nothing here; leaves that a bundle leaves
//     out (a void, a second close) show in the history, and surely only with a copy of the log.
//   - A witness counts by the date that it signed. With k honest witnesses nobody can date back.
//   - Time stamps are checked against the policy's roots at their own time; revocation is not known offline.
//
// # Reading order
//
// bundle.go and open.go (reading), lines.go (grammar), story.go (leaves), report.go and verify.go (the checks in order),
// trees.go, signatures.go, stamp.go, closing.go, timing.go, drawing.go, receipt.go, independence.go (each check),
// history.go with logcopy.go, chain.go and weights.go.
//
// Sources: RFC 6962, RFC 3161, RFC 8785; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-tiles.
package audit
